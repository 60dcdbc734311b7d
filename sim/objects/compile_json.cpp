// SPDX-License-Identifier: Apache-2.0
// Deployment, Service, ConfigMap and Secret, Node; pod templates: compile_template_json.cpp.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/blob.h"
#include "sim/objects/compile.h"
#include "sim/objects/compile_parts.h"
#include "sim/objects/content_hash.h"

namespace wt {
namespace {

const Json& Labels(const Json& document) { return Map(Map(document, "metadata"), "labels"); }

i32 IntOr(const Json& object, std::string_view key, i32 fallback) {
  return Find(object, key) == nullptr ? fallback : static_cast<i32>(Int(object, key));
}

ServiceType TypeOf(std::string_view text) {
  if (text == "NodePort") return ServiceType::kNodePort;
  if (text == "LoadBalancer") return ServiceType::kLoadBalancer;
  if (text == "ExternalName") return ServiceType::kExternalName;
  return ServiceType::kClusterIp;
}

ServicePort CompileServicePort(const Json& port, Interner& interner) {
  ServicePort out;
  out.name = interner.Intern(Text(port, "name"));
  out.port = static_cast<u16>(Int(port, "port"));
  out.node_port = static_cast<u16>(Int(port, "nodePort"));
  const std::string_view protocol = Text(port, "protocol");
  out.protocol = protocol == "UDP" ? u8{1} : protocol == "SCTP" ? u8{2} : u8{0};
  const Json* target = Find(port, "targetPort");
  if (target == nullptr) {
    out.target_port = out.port;
  } else if (target->is_string()) {
    out.target_name = interner.Intern(TextOf(*target));
  } else {
    out.target_port = static_cast<u16>(Int(port, "targetPort"));
  }
  return out;
}

}  // namespace

Result<std::string> CompileDeployment(const Json& document, Interner& interner) {
  const Json& spec = Map(document, "spec");
  const Json& strategy = Map(spec, "strategy");
  const Json& rolling = Map(strategy, "rollingUpdate");
  BlobBuilder<DeploymentSpec> blob;
  DeploymentSpec out;
  std::vector<SelectorTerm> terms;
  out.selector = CompileSelector(Find(spec, "selector"), interner, terms);
  out.selector.terms = blob.Append(terms);
  out.labels = blob.Append(CompileLabels(Labels(document), interner));
  out.max_surge = CompileIntOrPercent(Find(rolling, "maxSurge"), out.max_surge);
  out.max_unavailable = CompileIntOrPercent(Find(rolling, "maxUnavailable"), out.max_unavailable);
  out.min_ready_s = IntOr(spec, "minReadySeconds", 0);
  out.progress_deadline_s = IntOr(spec, "progressDeadlineSeconds", out.progress_deadline_s);
  out.history_limit = IntOr(spec, "revisionHistoryLimit", out.history_limit);
  if (Text(strategy, "type") == "Recreate") out.strategy = StrategyType::kRecreate;
  return blob.Finish(out);
}

Result<std::string> CompileService(const Json& document, Interner& interner) {
  const Json& spec = Map(document, "spec");
  BlobBuilder<ServiceSpec> blob;
  ServiceSpec out;
  std::vector<ServicePort> ports;
  for (const Json& port : List(spec, "ports")) {
    ports.push_back(CompileServicePort(port, interner));
  }
  out.selector = blob.Append(CompileLabels(Map(spec, "selector"), interner));
  out.ports = blob.Append(ports);
  out.labels = blob.Append(CompileLabels(Labels(document), interner));
  out.type = TypeOf(Text(spec, "type"));
  out.headless = Text(spec, "clusterIP") == "None" ? 1 : 0;
  out.publish_not_ready = Flag(spec, "publishNotReadyAddresses") ? 1 : 0;
  out.internal_local = Text(spec, "internalTrafficPolicy") == "Local" ? 1 : 0;
  return blob.Finish(out);
}

Result<std::string> CompileConfig(const Json& document, Interner& interner) {
  BlobBuilder<ConfigData> blob;
  ConfigData out;
  std::vector<ConfigData::Entry> entries;
  for (const std::string_view part : {"data", "binaryData"}) {
    for (const auto& [key, value] : Map(document, part).items()) {
      entries.push_back({interner.Intern(key), ContentId(TextOf(value))});
    }
  }
  out.entries = blob.Append(entries);
  out.immutable = Flag(document, "immutable") ? 1 : 0;
  return blob.Finish(out);
}

Result<std::string> CompileNode(const Json& document, Interner& interner) {
  const Json& allocatable = Map(Map(document, "status"), "allocatable");
  const Json& labels = Labels(document);
  BlobBuilder<NodeSpec> blob;
  NodeSpec out;
  std::vector<Taint> taints;
  for (const Json& taint : List(Map(document, "spec"), "taints")) {
    Taint row;
    row.key = interner.Intern(Text(taint, "key"));
    row.value = interner.Intern(Text(taint, "value"));
    row.effect = CompileEffect(Text(taint, "effect"));
    taints.push_back(row);
  }
  out.memory_allocatable = BytesOf(allocatable, "memory");
  out.cpu_allocatable = MillicoresOf(allocatable, "cpu");
  if (Find(allocatable, "pods") != nullptr) {
    out.pods_allocatable = static_cast<i32>(BytesOf(allocatable, "pods"));
  }
  out.labels = blob.Append(CompileLabels(labels, interner));
  out.taints = blob.Append(taints);
  out.zone = interner.Intern(Text(labels, "topology.kubernetes.io/zone"));
  return blob.Finish(out);
}

Result<std::string> Compile(RevKind kind, const Json& document, Interner& interner) {
  switch (kind) {
    case RevKind::kTemplate: return CompileTemplate(document, interner);
    case RevKind::kDeployment: return CompileDeployment(document, interner);
    case RevKind::kService: return CompileService(document, interner);
    case RevKind::kConfig: return CompileConfig(document, interner);
    case RevKind::kNode: return CompileNode(document, interner);
    case RevKind::kNone:
    case RevKind::kOther: break;
  }
  return std::string();
}

}  // namespace wt
