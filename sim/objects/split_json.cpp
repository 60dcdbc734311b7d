// SPDX-License-Identifier: Apache-2.0
// Sources: apiserver pkg/registry/rest (server-made metadata); pkg/registry/core/service
// (ipFamilies, nodePort range 30000-32767), core/namespace strategy,
// core/node strategy (dropDisabledFields).
#include <nlohmann/json.hpp>

#include "sim/objects/content_hash.h"
#include "sim/objects/access.h"
#include "sim/objects/prepare.h"
#include "sim/objects/split.h"
#include "sim/objects/timestamp.h"

namespace wt {
namespace {

constexpr const char* kServerMade[] = {
    "name",         "namespace",         "uid",        "resourceVersion",
    "generation",   "creationTimestamp", "selfLink",   "deletionTimestamp",
    "managedFields", "deletionGracePeriodSeconds"};

// Removes a member of object[parent], and the parent when that leaves it empty.
void Drop(Json& object, const char* parent, std::string_view member) {
  Json* inside = Find(object, parent);
  if (inside == nullptr || !inside->is_object()) return;
  inside->erase(std::string(member));
  if (inside->empty()) object.erase(parent);
}

void DropEmpty(Json& object, const char* member) {
  if (!object.contains(member)) return;
  const Json& value = object[member];
  if (value.is_null() || (value.is_structured() && value.empty())) object.erase(member);
}

void CleanMetadata(Json& metadata) {
  for (const char* member : kServerMade) metadata.erase(member);
  for (const char* member : {"labels", "annotations", "finalizers", "ownerReferences"}) {
    DropEmpty(metadata, member);
  }
}

Json& Member(Json& object, const char* key) {
  Json& member = object[key];
  if (!member.is_object()) member = Json::object();
  return member;
}

void TakeDeployment(Json& object, ObjectParts& parts) {
  Json& spec = Member(object, "spec");
  if (Find(spec, "replicas") != nullptr) parts.replicas = static_cast<i32>(Int(spec, "replicas"));
  parts.paused = Flag(spec, "paused");
  parts.tmpl = Member(spec, "template");
  for (const char* member : {"replicas", "paused", "template"}) spec.erase(member);
  Drop(Member(object, "metadata"), "annotations", kRevisionAnnotation);
  Json& metadata = Member(parts.tmpl, "metadata");
  const auto restarted = ParseUnixTimestamp(Text(Map(metadata, "annotations"), kRestartedAt));
  if (restarted) {
    parts.restarted_at_s = static_cast<u32>(*restarted);
    Drop(metadata, "annotations", kRestartedAt);
  }
  CleanMetadata(metadata);
  Member(parts.tmpl, "spec");
}

void TakePod(Json& object, ObjectParts& parts) {
  Json& metadata = Member(object, "metadata");
  for (const char* member : {"generateName", "ownerReferences"}) metadata.erase(member);
  Drop(metadata, "labels", "pod-template-hash");
  Json& spec = Member(object, "spec");
  parts.tmpl = Json{{"metadata", metadata}, {"spec", spec}};
}

void TakeService(Json& object) {
  Json& spec = Member(object, "spec");
  if (Text(spec, "clusterIP") != "None") {
    spec.erase("clusterIP");
    spec.erase("clusterIPs");
  } else {
    spec["clusterIPs"] = Json::array({"None"});
  }
  const Json& families = List(spec, "ipFamilies");
  if (families.empty() || families == Json::array({"IPv4"})) spec.erase("ipFamilies");
  if (Text(spec, "ipFamilyPolicy") == "SingleStack") spec.erase("ipFamilyPolicy");
}

// Of a Node's status the document keeps what the machine is; the rest is derived.
void TakeNode(Json& object, ObjectParts& parts, const Json& status) {
  Json& spec = Member(object, "spec");
  parts.unschedulable = Flag(spec, "unschedulable");
  spec.erase("unschedulable");
  if (Json* taints = Find(spec, "taints"); taints != nullptr && taints->is_array()) {
    Json kept = Json::array();
    for (Json& taint : *taints) {
      const std::string_view key = Text(taint, "key");
      if (key != kUnschedulableTaint && key != kNotReadyTaint) kept.push_back(std::move(taint));
    }
    *taints = std::move(kept);
  }
  DropEmpty(spec, "taints");
  Json machine = Json::object();
  for (const char* member : {"addresses", "allocatable", "capacity", "daemonEndpoints",
                             "nodeInfo"}) {
    if (const Json* value = Find(status, member)) machine[member] = *value;
  }
  if (!machine.empty()) object["status"] = std::move(machine);
}

void AllocateNodePorts(Json& spec, std::string_view name) {
  const std::string_view type = Text(spec, "type");
  const bool wanted = type == "NodePort" || type == "LoadBalancer";
  Json* ports = Find(spec, "ports");
  if (ports == nullptr || !ports->is_array()) return;
  for (Json& port : *ports) {
    if (!wanted || Int(port, "nodePort") != 0) continue;
    const std::string who = std::string(name) + ":" + std::to_string(Int(port, "port"));
    port["nodePort"] = 30'000 + static_cast<i64>(ContentHash(who) % 2'768);
  }
}

// One field by two names, the newer one leads.
// Source: pkg/apis/core/v1/conversion.go Convert_v1_PodSpec_To_core_PodSpec and back (v1.35).
void MirrorServiceAccount(Json& spec) {
  if (Text(spec, "serviceAccountName").empty()) {
    if (Text(spec, "serviceAccount").empty()) return;
    spec["serviceAccountName"] = spec["serviceAccount"];
  }
  spec["serviceAccount"] = spec["serviceAccountName"];
}

}  // namespace

ObjectParts SplitObject(std::string_view kind, Json object) {
  ObjectParts parts;
  Json status = object.value("status", Json());
  object.erase("status");
  Json& metadata = Member(object, "metadata");
  parts.name = std::string(Text(metadata, "name"));
  parts.ns = std::string(Text(metadata, "namespace"));
  CleanMetadata(metadata);
  if (kind == "Pod") {
    TakePod(object, parts);
    return parts;
  }
  if (kind == "Deployment") TakeDeployment(object, parts);
  if (kind == "Service") TakeService(object);
  if (kind == "Node") TakeNode(object, parts, status);
  parts.document = std::move(object);
  return parts;
}

RevKind DocumentKind(std::string_view kind) {
  if (kind == "Pod") return RevKind::kTemplate;
  if (kind == "Deployment") return RevKind::kDeployment;
  if (kind == "Service") return RevKind::kService;
  if (kind == "ConfigMap" || kind == "Secret") return RevKind::kConfig;
  if (kind == "Node") return RevKind::kNode;
  return RevKind::kOther;
}

void AdmitObject(std::string_view kind, Json& object) {
  Json& metadata = Member(object, "metadata");
  if (kind == "Service") {
    NormalizeClusterIps(object);
    AllocateNodePorts(Member(object, "spec"), Text(metadata, "name"));
  } else if (kind == "Node") {
    Member(object, "spec").erase("configSource");
  } else if (kind == "Namespace") {
    Member(metadata, "labels")["kubernetes.io/metadata.name"] = Text(metadata, "name");
  } else if (kind == "Secret") {
    MergeStringData(object);
  }
  Json* spec = Find(object, "spec");
  Json* tmpl = spec == nullptr ? nullptr : Find(*spec, "template");
  Json* pod_spec = kind == "Pod" ? spec : tmpl == nullptr ? nullptr : Find(*tmpl, "spec");
  if (pod_spec != nullptr && pod_spec->is_object()) MirrorServiceAccount(*pod_spec);
  PrepareForCreate(object);
}

}  // namespace wt
