// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/kinds.h"
#include "sim/objects/patch.h"

namespace wt {
namespace {

struct TypeAndField {
  std::string_view type, field;
};

// Struct fields that are no pointers (staging/src/k8s.io/api, v1.35).
constexpr std::array kAlwaysEncoded{
    TypeAndField{"api.apps.v1.DaemonSetSpec", "template"},
    TypeAndField{"api.apps.v1.DaemonSetSpec", "updateStrategy"},
    TypeAndField{"api.apps.v1.DeploymentSpec", "strategy"},
    TypeAndField{"api.apps.v1.DeploymentSpec", "template"},
    TypeAndField{"api.apps.v1.ReplicaSetSpec", "template"},
    TypeAndField{"api.apps.v1.StatefulSetSpec", "template"},
    TypeAndField{"api.apps.v1.StatefulSetSpec", "updateStrategy"},
    TypeAndField{"api.batch.v1.CronJobSpec", "jobTemplate"},
    TypeAndField{"api.batch.v1.JobSpec", "template"},
    TypeAndField{"api.batch.v1.JobTemplateSpec", "spec"},
    TypeAndField{"api.core.v1.Container", "resources"},
    TypeAndField{"api.core.v1.ContainerStatus", "lastState"},
    TypeAndField{"api.core.v1.ContainerStatus", "state"},
    TypeAndField{"api.core.v1.EphemeralContainer", "resources"},
    TypeAndField{"api.core.v1.NodeDaemonEndpoints", "kubeletEndpoint"},
    TypeAndField{"api.core.v1.NodeStatus", "daemonEndpoints"},
    TypeAndField{"api.core.v1.NodeStatus", "nodeInfo"},
    TypeAndField{"api.core.v1.PersistentVolumeClaimSpec", "resources"},
    TypeAndField{"api.core.v1.PodTemplateSpec", "spec"},
    TypeAndField{"api.core.v1.ServiceStatus", "loadBalancer"},
    TypeAndField{"api.networking.v1.IngressStatus", "loadBalancer"},
};

bool IsTopLevel(std::string_view type) {
  for (const KindInfo& kind : AllKinds()) {
    if (kind.schema_type == type) return true;
  }
  return false;
}

TypeIndex TypeOf(const Json& object, std::string_view kind) {
  const KindInfo* info = FindKind(Text(object, "apiVersion"), Text(object, "kind"));
  if (info == nullptr) info = FindKind(kind);
  return info == nullptr ? kNoType : FindType(info->schema_type);
}

// Nulls inside a value that is taken over whole mean nothing.
void PruneNulls(Json& value) {
  if (value.is_array()) {
    for (Json& element : value) PruneNulls(element);
  }
  if (!value.is_object()) return;
  for (auto at = value.begin(); at != value.end();) {
    if (at->is_null()) {
      at = value.erase(at);
    } else {
      PruneNulls(*at++);
    }
  }
}

}  // namespace

bool AlwaysEncoded(const SchemaField& field) {
  if (field.shape != Shape::kObject || field.leaf != Leaf::kStruct) return false;
  if (field.name == "metadata") return true;
  for (const TypeAndField& row : kAlwaysEncoded) {
    if (row.type == field.type && row.field == field.name) return true;
  }
  return (field.name == "spec" || field.name == "status") && IsTopLevel(field.type);
}

void ApplyMergePatch(Json& object, const Json& patch) {
  for (const auto& [key, value] : patch.items()) {
    if (value.is_null()) {
      object.erase(key);
      continue;
    }
    Json& member = object[key];
    if (member.is_object() && value.is_object()) {
      ApplyMergePatch(member, value);
      continue;
    }
    const bool whole = member.is_object();
    member = value;
    if (!whole) PruneNulls(member);
  }
}

Result<Json> ApplyPatch(PatchType type, std::string_view kind, const Json& object,
                        const Json& patch) {
  if (!object.is_object()) {
    return Error{ErrorCode::kBadRequest, "", "the patched document is not an object"};
  }
  if (type != PatchType::kJson && !patch.is_object()) {
    return Error{ErrorCode::kBadRequest, "", "the patch is not an object"};
  }
  Json out = object;
  Status done = Ok{};
  switch (type) {
    case PatchType::kJson:
      done = ApplyJsonPatch(out, patch, TypeOf(object, kind));
      break;
    case PatchType::kMerge:
      ApplyMergePatch(out, patch);
      break;
    case PatchType::kStrategic:
      done = ApplyStrategicPatch(out, patch, TypeOf(object, kind));
  }
  if (!done) return done.error();
  return out;
}

}  // namespace wt
