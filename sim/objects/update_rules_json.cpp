// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/update_rules.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "sim/objects/access.h"
#include "sim/objects/split.h"

namespace wt {
namespace {

// after[member] := before[member], absent when absent there.
void Keep(const Json& before, Json& after, std::string_view member) {
  const std::string key(member);
  if (before.is_object() && before.contains(key)) {
    after[key] = before[key];
  } else {
    after.erase(key);
  }
}

void KeepInside(const Json& before, Json& after, const char* parent, std::string_view member) {
  const Json& old = Map(before, parent);
  if (Find(after, parent) == nullptr) {
    if (!old.contains(std::string(member))) return;
    after[parent] = Json::object();
  }
  if (after[parent].is_object()) Keep(old, after[parent], member);
}

Status CheckIdentity(const KindInfo& kind, const Json& before, Json& after) {
  const Json& old = Map(before, "metadata");
  if (Find(after, "metadata") == nullptr || !after["metadata"].is_object()) {
    after["metadata"] = Json::object();
  }
  Json& metadata = after["metadata"];
  const std::string name(Text(old, "name"));
  for (const char* member : {"apiVersion", "kind"}) {
    if (Text(after, member) == Text(before, member)) continue;
    return BadRequestError(fmt::format("{} in version \"{}\" cannot be handled as a {}",
                                       Text(after, "kind"), Text(after, "apiVersion"), kind.kind));
  }
  for (const char* member : {"name", "namespace"}) {
    if (Find(metadata, member) == nullptr) Keep(old, metadata, member);
    if (Text(metadata, member) == Text(old, member)) continue;
    return BadRequestError(fmt::format("the {0} of the object ({1}) does not match the {0} on the "
                                       "URL ({2})",
                                       member, Text(metadata, member), Text(old, member)));
  }
  if (Find(metadata, "uid") != nullptr && metadata["uid"] != old["uid"]) {
    return ConflictError(kind, name,
                         fmt::format("Precondition failed: UID in precondition: {}, UID in object "
                                     "meta: {}",
                                     Text(metadata, "uid"), Text(old, "uid")));
  }
  const std::string_view version = Text(metadata, "resourceVersion");
  if (!version.empty() && version != Text(old, "resourceVersion")) {
    return ConflictError(kind, name,
                         "the object has been modified; please apply your changes to the latest "
                         "version and try again");
  }
  return Ok{};
}

void KeepAllocated(const Json& before, Json& after) {
  const Json& old = Map(before, "spec");
  Json* spec = Find(after, "spec");
  if (spec == nullptr || !spec->is_object() || Text(*spec, "type") == "ExternalName") return;
  if (Text(*spec, "clusterIP") != Text(old, "clusterIP") && !Text(*spec, "clusterIP").empty()) {
    (*spec)["clusterIPs"] = Json::array({(*spec)["clusterIP"]});
    return;
  }
  if (Text(*spec, "clusterIP").empty()) Keep(old, *spec, "clusterIP");
  if (List(*spec, "clusterIPs").empty()) Keep(old, *spec, "clusterIPs");
}

bool NeedsNodePorts(const Json& spec) {
  return Text(spec, "type") == "NodePort" || Text(spec, "type") == "LoadBalancer";
}

bool IsExternal(const Json& spec) {
  return NeedsNodePorts(spec) ||
         (Text(spec, "type") == "ClusterIP" && !List(spec, "externalIPs").empty());
}

void DropNodePorts(const Json& old, Json& spec) {
  std::set<i64> had;
  for (const Json& port : List(old, "ports")) had.insert(Int(port, "nodePort"));
  Json* ports = Find(spec, "ports");
  if (ports == nullptr || !ports->is_array()) return;
  for (const Json& port : *ports) {
    if (Int(port, "nodePort") != 0 && !had.contains(Int(port, "nodePort"))) return;
  }
  for (Json& port : *ports) {
    if (port.is_object()) port.erase("nodePort");
  }
}

void DropUnchanged(const Json& old, Json& spec, std::string_view member) {
  const Json* before = Find(old, member);
  const Json* now = Find(spec, member);
  if (before != nullptr && now != nullptr && *before == *now) spec.erase(std::string(member));
}

// A Service of a new type loses what only the old one had, unless the patch set it anew.
// Source: pkg/registry/core/service/strategy.go dropTypeDependentFields (v1.35).
void DropTypeDependent(const Json& before, Json& after) {
  const Json& old = Map(before, "spec");
  Json* spec = Find(after, "spec");
  if (spec == nullptr || !spec->is_object()) return;
  if (NeedsNodePorts(old) && !NeedsNodePorts(*spec)) DropNodePorts(old, *spec);
  if (IsExternal(old) && !IsExternal(*spec)) DropUnchanged(old, *spec, "externalTrafficPolicy");
  if (Text(old, "type") != "LoadBalancer" || Text(*spec, "type") == "LoadBalancer") return;
  for (const char* member :
       {"healthCheckNodePort", "loadBalancerClass", "allocateLoadBalancerNodePorts"}) {
    DropUnchanged(old, *spec, member);
  }
}

}  // namespace

Status PrepareUpdate(const KindInfo& kind, const Json& before, Json& after) {
  if (!after.is_object()) return BadRequestError("the patched object is no JSON object");
  if (Status same = CheckIdentity(kind, before, after); !same) return same;
  Keep(before, after, "status");
  const Json& old = Map(before, "metadata");
  Json& metadata = after["metadata"];
  for (const char* member : {"uid", "resourceVersion", "generation", "creationTimestamp",
                             "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink",
                             "managedFields"}) {
    Keep(old, metadata, member);
  }
  if (kind.kind == "Deployment") KeepInside(old, metadata, "annotations", kRevisionAnnotation);
  if (kind.kind == "Service") {
    KeepAllocated(before, after);
    DropTypeDependent(before, after);
  }
  if (kind.kind == "Pod") {
    for (const char* member : {"generateName", "ownerReferences"}) Keep(old, metadata, member);
    KeepInside(old, metadata, "labels", "pod-template-hash");
  }
  return Ok{};
}

}  // namespace wt
