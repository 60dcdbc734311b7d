// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/update_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/canonical.h"
#include "sim/objects/split.h"

namespace wt {
namespace {

constexpr const char* kPodMessage =
    "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
    "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set "
    "to 1 if it was previously negative)";
constexpr const char* kImmutableSet = "Forbidden: field is immutable when `immutable` is set";

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
  const Json& old = Object(before, parent);
  if (Find(after, parent) == nullptr) {
    if (!old.contains(std::string(member))) return;
    after[parent] = Json::object();
  }
  if (after[parent].is_object()) Keep(old, after[parent], member);
}

Status CheckIdentity(const KindInfo& kind, const Json& before, Json& after) {
  const Json& old = Object(before, "metadata");
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
  const Json& old = Object(before, "spec");
  Json* spec = Find(after, "spec");
  if (spec == nullptr || !spec->is_object() || Text(*spec, "type") == "ExternalName") return;
  if (Text(*spec, "clusterIP") != Text(old, "clusterIP") && !Text(*spec, "clusterIP").empty()) {
    (*spec)["clusterIPs"] = Json::array({(*spec)["clusterIP"]});
    return;
  }
  if (Text(*spec, "clusterIP").empty()) Keep(old, *spec, "clusterIP");
  if (List(*spec, "clusterIPs").empty()) Keep(old, *spec, "clusterIPs");
}

FieldCause Immutable(std::string field, const Json& value) {
  return {std::move(field), "FieldValueInvalid",
          "Invalid value: " + Canonical(value) + ": field is immutable"};
}

void CheckService(const Json& before, const Json& after, std::vector<FieldCause>& causes) {
  const Json& old = List(Object(before, "spec"), "clusterIPs");
  const Json& now = List(Object(after, "spec"), "clusterIPs");
  if (old.empty() || now.empty() || old[0] == now[0]) return;
  causes.push_back({"spec.clusterIPs[0]", "FieldValueInvalid",
                    "Invalid value: " + Canonical(now) + ": may not change once set"});
}

void CheckImmutableData(const Json& before, const Json& after, std::vector<FieldCause>& causes) {
  if (!Flag(before, "immutable")) return;
  if (!Flag(after, "immutable")) {
    causes.push_back({"immutable", "FieldValueForbidden", kImmutableSet});
  }
  for (const char* member : {"data", "binaryData"}) {
    if (Object(before, member) != Object(after, member)) {
      causes.push_back({member, "FieldValueForbidden", kImmutableSet});
    }
  }
}

// The spec as it would be if the update had touched only what it may touch.
Json WithPermitted(const Json& before, const Json& after) {
  Json spec = before;
  for (const char* list : {"containers", "initContainers"}) {
    const Json& now = List(after, list);
    if (!spec.contains(list) || now.size() != spec[list].size()) continue;
    for (size_t i = 0; i < now.size(); ++i) Keep(now[i], spec[list][i], "image");
  }
  Keep(after, spec, "activeDeadlineSeconds");
  Keep(after, spec, "tolerations");
  const i64 grace = Int(before, "terminationGracePeriodSeconds");
  if (grace < 0 && Int(after, "terminationGracePeriodSeconds") == 1) {
    spec["terminationGracePeriodSeconds"] = 1;
  }
  return spec;
}

void CheckPod(const Json& before, const Json& after, std::vector<FieldCause>& causes) {
  const Json& old = Object(before, "spec");
  const Json& now = Object(after, "spec");
  for (const char* list : {"containers", "initContainers"}) {
    if (List(old, list).size() == List(now, list).size()) continue;
    causes.push_back({std::string("spec.") + list, "FieldValueForbidden",
                      "Forbidden: pod updates may not add or remove containers"});
    return;
  }
  for (const Json& toleration : List(old, "tolerations")) {
    const Json& list = List(now, "tolerations");
    const bool kept = std::any_of(list.begin(), list.end(), [&](Json other) {
      Json mine = toleration;
      mine.erase("tolerationSeconds");
      other.erase("tolerationSeconds");
      return mine == other;
    });
    if (kept) continue;
    causes.push_back({"spec.tolerations", "FieldValueForbidden",
                      "Forbidden: existing toleration can not be modified except its "
                      "tolerationSeconds"});
    break;
  }
  if (WithPermitted(old, now) != now) {
    causes.push_back({"spec", "FieldValueForbidden", kPodMessage});
  }
}

void CheckNode(const Json& before, const Json& after, std::vector<FieldCause>& causes) {
  for (const char* member : {"podCIDR", "podCIDRs", "providerID"}) {
    const Json* old = Find(Object(before, "spec"), member);
    const Json* now = Find(Object(after, "spec"), member);
    if (old == nullptr || (now != nullptr && *old == *now)) continue;
    const bool provider = std::string_view(member) == "providerID";
    causes.push_back({provider ? "spec.providerID" : "spec.podCIDRs", "FieldValueForbidden",
                      fmt::format("Forbidden: node updates may not change {} except from \"\" to "
                                  "valid",
                                  provider ? "providerID" : "podCIDR")});
    return;
  }
}

}  // namespace

Status PrepareUpdate(const KindInfo& kind, const Json& before, Json& after) {
  if (!after.is_object()) return BadRequestError("the patched object is no JSON object");
  if (Status same = CheckIdentity(kind, before, after); !same) return same;
  Keep(before, after, "status");
  const Json& old = Object(before, "metadata");
  Json& metadata = after["metadata"];
  for (const char* member : {"uid", "resourceVersion", "generation", "creationTimestamp",
                             "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink",
                             "managedFields"}) {
    Keep(old, metadata, member);
  }
  if (kind.kind == "Deployment") KeepInside(old, metadata, "annotations", kRevisionAnnotation);
  if (kind.kind == "Service") KeepAllocated(before, after);
  if (kind.kind == "Pod") {
    for (const char* member : {"generateName", "ownerReferences"}) Keep(old, metadata, member);
    KeepInside(old, metadata, "labels", "pod-template-hash");
  }
  return Ok{};
}

std::vector<FieldCause> CheckObject(const KindInfo& info, const Json& after,
                                    const Json* old) {
  std::vector<FieldCause> causes;
  if (old == nullptr) return causes;
  const std::string_view kind = info.kind;
  const Json& before = *old;
  if (kind == "Deployment") {
    const Json& now = Object(Object(after, "spec"), "selector");
    if (Object(Object(before, "spec"), "selector") != now) {
      causes.push_back(Immutable("spec.selector", now));
    }
  } else if (kind == "Service") {
    CheckService(before, after, causes);
  } else if (kind == "ConfigMap" || kind == "Secret") {
    CheckImmutableData(before, after, causes);
    if (kind == "Secret" && Text(before, "type") != Text(after, "type")) {
      causes.push_back(Immutable("type", after.value("type", Json(""))));
    }
  } else if (kind == "Pod") {
    CheckPod(before, after, causes);
  } else if (kind == "Node") {
    CheckNode(before, after, causes);
  }
  return causes;
}

}  // namespace wt
