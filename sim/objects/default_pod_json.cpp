// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/defaulting.h"
#include "sim/objects/pod_resources.h"
#include "sim/objects/set_default.h"

namespace wt {
namespace {

constexpr i64 kFileMode = 0644;

void DefaultHttpGet(Json& handler) {
  if (Json* get = MutableObject(handler, "httpGet")) {
    DefaultValue(*get, "path", "/");
    DefaultValue(*get, "scheme", "HTTP");
  }
}

void DefaultProbe(Json& container, std::string_view name) {
  Json* probe = MutableObject(container, name);
  if (probe == nullptr) return;
  DefaultValue(*probe, "timeoutSeconds", 1);
  DefaultValue(*probe, "periodSeconds", 10);
  DefaultValue(*probe, "successThreshold", 1);
  DefaultValue(*probe, "failureThreshold", 3);
  DefaultHttpGet(*probe);
  if (Json* grpc = MutableObject(*probe, "grpc")) DefaultPointer(*grpc, "service", "");
}

void DefaultFieldRef(Json& source) {
  if (Json* field = MutableObject(source, "fieldRef")) DefaultValue(*field, "apiVersion", "v1");
  // Not a defaulting function: a quantity that is left out is encoded as zero.
  Json* resource = MutableObject(source, "resourceFieldRef");
  if (resource != nullptr) DefaultPointer(*resource, "divisor", "0");
}

void DefaultEnv(Json& container) {
  Json* env = MutableList(container, "env");
  if (env == nullptr) return;
  for (Json& variable : *env) {
    Json* source = MutableObject(variable, "valueFrom");
    if (source == nullptr) continue;
    DefaultFieldRef(*source);
    if (Json* file = MutableObject(*source, "fileKeyRef")) DefaultPointer(*file, "optional", false);
  }
}

void DefaultContainer(Json& container) {
  if (!container.is_object()) return;
  if (IsZero(container, "imagePullPolicy")) {
    DefaultValue(container, "imagePullPolicy", DefaultPullPolicy(Text(container, "image")));
  }
  DefaultValue(container, "terminationMessagePath", "/dev/termination-log");
  DefaultValue(container, "terminationMessagePolicy", "File");
  if (Json* ports = MutableList(container, "ports")) {
    for (Json& port : *ports) {
      if (port.is_object()) DefaultValue(port, "protocol", "TCP");
    }
  }
  for (const char* probe : {"livenessProbe", "readinessProbe", "startupProbe"}) {
    DefaultProbe(container, probe);
  }
  if (Json* lifecycle = MutableObject(container, "lifecycle")) {
    for (const char* hook : {"postStart", "preStop"}) {
      if (Json* handler = MutableObject(*lifecycle, hook)) DefaultHttpGet(*handler);
    }
  }
  DefaultEnv(container);
}

void DefaultDownwardItems(Json& source) {
  Json* items = MutableList(source, "items");
  if (items == nullptr) return;
  for (Json& item : *items) DefaultFieldRef(item);
}

void DefaultProjected(Json& projected) {
  DefaultPointer(projected, "defaultMode", kFileMode);
  Json* sources = MutableList(projected, "sources");
  if (sources == nullptr) return;
  for (Json& source : *sources) {
    if (Json* token = MutableObject(source, "serviceAccountToken")) {
      DefaultPointer(*token, "expirationSeconds", 3600);
    }
    if (Json* downward = MutableObject(source, "downwardAPI")) DefaultDownwardItems(*downward);
  }
}

struct VolumeDefault {
  std::string_view source, field, text;
};

constexpr std::array kVolumeTexts{
    VolumeDefault{"iscsi", "iscsiInterface", "default"},
    VolumeDefault{"rbd", "pool", "rbd"},
    VolumeDefault{"rbd", "user", "admin"},
    VolumeDefault{"rbd", "keyring", "/etc/ceph/keyring"},
    VolumeDefault{"azureDisk", "cachingMode", "ReadWrite"},
    VolumeDefault{"azureDisk", "kind", "Shared"},
    VolumeDefault{"azureDisk", "fsType", "ext4"},
    VolumeDefault{"scaleIO", "storageMode", "ThinProvisioned"},
    VolumeDefault{"scaleIO", "fsType", "xfs"},
};

void DefaultVolume(Json& volume) {
  if (!volume.is_object()) return;
  bool has_source = false;
  for (const auto& [name, value] : volume.items()) has_source |= name != "name" && !value.is_null();
  if (!has_source) volume["emptyDir"] = Json::object();
  for (const char* source : {"secret", "configMap", "downwardAPI"}) {
    Json* files = MutableObject(volume, source);
    if (files == nullptr) continue;
    DefaultPointer(*files, "defaultMode", kFileMode);
    DefaultDownwardItems(*files);
  }
  if (Json* projected = MutableObject(volume, "projected")) DefaultProjected(*projected);
  if (Json* path = MutableObject(volume, "hostPath")) DefaultPointer(*path, "type", "");
  if (Json* disk = MutableObject(volume, "azureDisk")) DefaultPointer(*disk, "readOnly", false);
  if (Json* image = MutableObject(volume, "image")) {
    DefaultValue(*image, "pullPolicy", DefaultPullPolicy(Text(*image, "reference")));
  }
  if (Json* ephemeral = MutableObject(volume, "ephemeral")) {
    Json* claim = MutableObject(*ephemeral, "volumeClaimTemplate");
    if (Json* spec = claim == nullptr ? nullptr : MutableObject(*claim, "spec")) {
      DefaultPointer(*spec, "volumeMode", "Filesystem");
    }
  }
  for (const VolumeDefault& d : kVolumeTexts) {
    if (Json* source = MutableObject(volume, d.source)) DefaultValue(*source, d.field, d.text);
  }
}

template <class Function>
void ForEach(Json& object, std::string_view key, Function function) {
  Json* list = MutableList(object, key);
  if (list == nullptr) return;
  for (Json& element : *list) function(element);
}

void RequestsFromLimits(Json& container) {
  Json* resources = MutableObject(container, "resources");
  const Json* limits = resources == nullptr ? nullptr : MutableObject(*resources, "limits");
  if (limits == nullptr) return;
  const Json copy = *limits;
  Json* requests = DefaultObject(*resources, "requests");
  if (requests == nullptr) return;
  for (const auto& [name, amount] : copy.items()) requests->emplace(name, amount);
}

void DefaultPodLevelRequests(Json& spec) {
  Json* resources = MutableObject(spec, "resources");
  if (resources == nullptr) return;
  const Json limits = Map(*resources, "limits");
  if (limits.empty()) return;
  Json requests = Map(*resources, "requests");
  for (const auto& [name, amount] : ContainerRequests(spec)) {
    if (IsPodLevelResource(name) && !name.starts_with("hugepages-")) {
      requests.emplace(name, CanonicalText(amount));
    }
  }
  for (const auto& [name, amount] : limits.items()) {
    if (IsPodLevelResource(name)) requests.emplace(name, amount);
  }
  if (!requests.empty()) (*resources)["requests"] = std::move(requests);
}

void HostPorts(Json& container) {
  ForEach(container, "ports", [](Json& port) {
    if (port.is_object()) DefaultValue(port, "hostPort", Int(port, "containerPort"));
  });
}

bool ValidRepository(std::string_view name) {
  if (name.empty()) return false;
  const std::size_t slash = name.find('/');
  const std::string_view first = name.substr(0, slash);
  const bool has_domain =
      slash != std::string_view::npos &&
      (first.find_first_of(".:") != std::string_view::npos || first == "localhost");
  const std::string_view path = has_domain ? name.substr(slash + 1) : name;
  return !path.empty() && path.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-/") ==
                              std::string_view::npos;
}

}  // namespace

std::string_view DefaultPullPolicy(std::string_view image) {
  const std::size_t digest = image.find('@');
  std::string_view name = image.substr(0, digest);
  std::string_view tag;
  const std::size_t colon = name.rfind(':');
  if (colon != std::string_view::npos && name.find('/', colon) == std::string_view::npos) {
    tag = name.substr(colon + 1);
    name = name.substr(0, colon);
  }
  if (!ValidRepository(name)) return "IfNotPresent";
  if (tag.empty() && digest == std::string_view::npos) tag = "latest";
  return tag == "latest" ? "Always" : "IfNotPresent";
}

void DefaultPodSpec(Json& spec) {
  DefaultValue(spec, "dnsPolicy", "ClusterFirst");
  DefaultValue(spec, "restartPolicy", "Always");
  DefaultValue(spec, "schedulerName", "default-scheduler");
  DefaultPointer(spec, "terminationGracePeriodSeconds", 30);
  DefaultObject(spec, "securityContext");
  ForEach(spec, "volumes", DefaultVolume);
  ForEach(spec, "initContainers", DefaultContainer);
  ForEach(spec, "containers", DefaultContainer);
  ForEach(spec, "ephemeralContainers", DefaultContainer);
}

void DefaultPodTemplate(Json& owner_spec) {
  Json* pod = DefaultObject(owner_spec, "template");
  if (pod == nullptr) return;
  if (Json* spec = DefaultObject(*pod, "spec")) DefaultPodSpec(*spec);
}

void DefaultPod(Json& pod) {
  Json* spec = DefaultObject(pod, "spec");
  if (spec == nullptr) return;
  ForEach(*spec, "containers", RequestsFromLimits);
  ForEach(*spec, "initContainers", RequestsFromLimits);
  DefaultPodLevelRequests(*spec);
  DefaultPointer(*spec, "enableServiceLinks", true);
  if (Flag(*spec, "hostNetwork")) {
    ForEach(*spec, "containers", HostPorts);
    ForEach(*spec, "initContainers", HostPorts);
  }
  DefaultPodSpec(*spec);
}

}  // namespace wt
