// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/canonical.h"
#include "sim/objects/default_kinds.h"
#include "sim/objects/defaulting.h"
#include "sim/objects/kinds.h"
#include "sim/objects/quantity.h"

namespace wt {
namespace {

struct KindDefault {
  std::string_view group, kind;
  void (*apply)(Json& object);
};

constexpr std::array kDefaults{
    KindDefault{"", "Endpoints", &DefaultEndpoints},
    KindDefault{"", "LimitRange", &DefaultLimitRange},
    KindDefault{"", "Namespace", &DefaultNamespace},
    KindDefault{"", "Node", &DefaultNode},
    KindDefault{"", "PersistentVolume", &DefaultPersistentVolume},
    KindDefault{"", "PersistentVolumeClaim", &DefaultClaim},
    KindDefault{"", "Pod", &DefaultPod},
    KindDefault{"", "PodTemplate", &DefaultPodTemplateObject},
    KindDefault{"", "ReplicationController", &DefaultReplicationController},
    KindDefault{"", "Secret", &DefaultSecret},
    KindDefault{"", "Service", &DefaultService},
    KindDefault{"admissionregistration.k8s.io", "MutatingWebhookConfiguration", &DefaultWebhooks},
    KindDefault{"admissionregistration.k8s.io", "ValidatingWebhookConfiguration", &DefaultWebhooks},
    KindDefault{"apps", "DaemonSet", &DefaultDaemonSet},
    KindDefault{"apps", "Deployment", &DefaultDeployment},
    KindDefault{"apps", "ReplicaSet", &DefaultReplicaSet},
    KindDefault{"apps", "StatefulSet", &DefaultStatefulSet},
    KindDefault{"autoscaling", "HorizontalPodAutoscaler", &DefaultHorizontalPodAutoscaler},
    KindDefault{"batch", "CronJob", &DefaultCronJob},
    KindDefault{"batch", "Job", &DefaultJob},
    KindDefault{"discovery.k8s.io", "EndpointSlice", &DefaultEndpointSlice},
    KindDefault{"networking.k8s.io", "IngressClass", &DefaultIngressClass},
    KindDefault{"networking.k8s.io", "NetworkPolicy", &DefaultNetworkPolicy},
    KindDefault{"rbac.authorization.k8s.io", "ClusterRoleBinding", &DefaultRoleBinding},
    KindDefault{"rbac.authorization.k8s.io", "RoleBinding", &DefaultRoleBinding},
    KindDefault{"scheduling.k8s.io", "PriorityClass", &DefaultPriorityClass},
    KindDefault{"storage.k8s.io", "StorageClass", &DefaultStorageClass},
};

constexpr i32 kMilli = -3;

void Spell(Json& value, bool resource_list) {
  if (!value.is_string() && !value.is_number()) return;
  Result<Quantity> amount =
      value.is_string() ? ParseQuantity(TextOf(value)) : ParseQuantity(Canonical(value));
  if (!amount) return;
  std::string text = CanonicalText(resource_list ? RoundUp(*amount, kMilli) : *amount);
  if (!value.is_string() || TextOf(value) != text) value = std::move(text);
}

void SpellField(Json& value, const SchemaField& field) {
  const bool quantity = field.leaf == Leaf::kQuantity;
  if (field.shape == Shape::kScalar || field.shape == Shape::kObject) {
    quantity ? Spell(value, false) : SpellQuantities(value, field.target);
    return;
  }
  if (!value.is_structured()) return;
  for (Json& element : value) {
    quantity ? Spell(element, true) : SpellQuantities(element, field.target);
  }
}

}  // namespace

void SpellQuantities(Json& object, TypeIndex type) {
  if (!object.is_object() || type == kNoType) return;
  for (auto at = object.begin(); at != object.end(); ++at) {
    if (!at->is_structured() && !at->is_string() && !at->is_number()) continue;
    const SchemaField* field = FindField(type, at.key());
    if (field == nullptr) continue;
    if (field->leaf == Leaf::kQuantity || field->leaf == Leaf::kStruct) SpellField(*at, *field);
  }
}

void ApplyDefaults(Json& object) {
  const std::string_view api_version = Text(object, "apiVersion");
  const std::string_view kind = Text(object, "kind");
  if (const KindInfo* info = FindKind(api_version, kind)) {
    SpellQuantities(object, FindType(info->schema_type));
  }
  const std::string_view group = GroupOf(api_version);
  for (const KindDefault& row : kDefaults) {
    if (row.kind == kind && row.group == group) return row.apply(object);
  }
}

}  // namespace wt
