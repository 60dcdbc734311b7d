// SPDX-License-Identifier: Apache-2.0
// Node objects as kubeadm with containerd leaves them; the kubelet keeps 100Mi of memory back
// (--eviction-hard default, pkg/kubelet/apis/config/v1beta1/defaults_linux.go, v1.35).
#include <nlohmann/json.hpp>
#include <set>

#include "scenarios/build_parts.h"
#include "sim/objects/quantity.h"

namespace wt {
namespace {

std::string AllocatableMemory(const std::string& capacity) {
  const auto amount = ParseQuantity(capacity);
  const auto kept = ParseQuantity("100Mi");
  return amount && kept ? CanonicalText(Sub(*amount, *kept)) : capacity;
}

Json NodeManifest(const ClusterShape& shape, u32 index) {
  const std::string name = "node-" + std::to_string(index + 1);
  Json labels = {{"beta.kubernetes.io/arch", "amd64"},
                 {"beta.kubernetes.io/os", "linux"},
                 {"kubernetes.io/arch", "amd64"},
                 {"kubernetes.io/hostname", name},
                 {"kubernetes.io/os", "linux"}};
  if (!shape.zones.empty()) {
    labels["topology.kubernetes.io/zone"] = shape.zones[index % shape.zones.size()];
  }
  Json capacity = {
      {"cpu", shape.cpu}, {"memory", shape.memory}, {"pods", std::to_string(shape.pods)}};
  Json allocatable = capacity;
  allocatable["memory"] = AllocatableMemory(shape.memory);
  const std::string ip =
      "10.199." + std::to_string((index + 11) / 256) + "." + std::to_string((index + 11) % 256);
  Json addresses = Json::array({{{"type", "InternalIP"}, {"address", ip}},
                                {{"type", "Hostname"}, {"address", name}}});
  Json info = {{"architecture", "amd64"},
               {"containerRuntimeVersion", "containerd://2.1.4"},
               {"kernelVersion", "6.12.0"},
               {"kubeProxyVersion", ""},
               {"kubeletVersion", "v" + shape.version + ".4"},
               {"operatingSystem", "linux"},
               {"osImage", "Debian GNU/Linux 12 (bookworm)"}};
  for (const char* id : {"bootID", "machineID", "systemUUID"}) {
    info[id] = "00000000-0000-0000-0000-" + std::string(9, '0') + std::to_string(100 + index);
  }
  Json daemon = {{"kubeletEndpoint", {{"Port", 10250}}}};
  Json annotations = {{"node.alpha.kubernetes.io/ttl", "0"},
                      {"volumes.kubernetes.io/controller-managed-attach-detach", "true"}};
  return {{"apiVersion", "v1"},
          {"kind", "Node"},
          {"metadata",
           {{"name", name}, {"labels", std::move(labels)}, {"annotations", annotations}}},
          {"spec", Json::object()},
          {"status",
           {{"addresses", std::move(addresses)},
            {"allocatable", std::move(allocatable)},
            {"capacity", std::move(capacity)},
            {"daemonEndpoints", std::move(daemon)},
            {"nodeInfo", std::move(info)}}}};
}

}  // namespace

std::vector<Json> NodeManifests(const ClusterShape& shape) {
  std::vector<Json> nodes;
  for (u32 i = 0; i < shape.nodes; ++i) nodes.push_back(NodeManifest(shape, i));
  return nodes;
}

std::vector<Json> NamespaceManifests(const ManifestSet& set) {
  std::set<std::string> names = {"default", "kube-node-lease", "kube-public", "kube-system"};
  for (const Manifest& manifest : set.manifests) {
    if (!manifest.name_space.empty()) names.insert(manifest.name_space);
  }
  for (const Manifest& manifest : set.manifests) {
    if (manifest.kind == "Namespace") names.erase(manifest.name);
  }
  std::vector<Json> out;
  out.reserve(names.size());
  for (const std::string& name : names) {
    out.push_back({{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}});
  }
  return out;
}

}  // namespace wt
