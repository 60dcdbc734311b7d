// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/objects/leaf_exceptions.h"

namespace wt {
namespace {

constexpr auto kRefused = OnPatch::kRefused;
constexpr auto kIgnored = OnPatch::kIgnored;
constexpr auto kReadsBack = OnPatch::kReadsBack;
constexpr auto kBadRequest = ErrorCode::kBadRequest;
constexpr auto kConflict = ErrorCode::kConflict;
constexpr auto kInvalidObject = ErrorCode::kInvalidObject;

#define TEMPLATE "spec.template.spec."
#define CLAIM "volumes.*.ephemeral.volumeClaimTemplate.metadata."
#define AFFINITY "affinity.nodeAffinity."
#define PREFERRED AFFINITY "preferredDuringSchedulingIgnoredDuringExecution.*.preference."
#define REQUIRED AFFINITY "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.*."

// clang-format off
constexpr LeafException kExceptions[] = {
    {"*", "apiVersion", "", kRefused, kBadRequest, "",
     "apiserver handlers/patch.go: the object does not decode as its kind"},
    {"*", "kind", "", kRefused, kBadRequest, "",
     "apiserver handlers/patch.go: the object does not decode as its kind"},
    {"*", "metadata.name", "", kRefused, kBadRequest, "",
     "apiserver rest.EnsureObjectNamespaceMatchesRequestNamespace, checkName"},
    {"*", "metadata.namespace", "", kRefused, kBadRequest, "",
     "apiserver rest.EnsureObjectNamespaceMatchesRequestNamespace"},
    {"*", "metadata.resourceVersion", "", kRefused, kConflict, "",
     "registry Store.Update: OptimisticLockErrorMsg"},
    {"*", "metadata.uid", "", kRefused, kConflict, "", "storage.Preconditions.Check"},
    {"Deployment", "spec.template.spec.containers.*.env.*.valueFrom.fieldRef.apiVersion", "",
     kRefused, kInvalidObject,
     "spec.template.spec.containers[0].env[0].valueFrom.fieldRef.fieldPath",
     "validateObjectFieldSelector: v1 is the only version"},
    {"Deployment", "spec.template.spec.containers.*.livenessProbe.successThreshold", "", kRefused,
     kInvalidObject, "=", "validateLivenessProbe: must be 1"},
    {"Deployment", "spec.template.spec.containers.*.startupProbe.successThreshold", "", kRefused,
     kInvalidObject, "=", "validateStartupProbe: must be 1"},
    {"Deployment", "spec.template.spec.containers.*.readinessProbe.terminationGracePeriodSeconds",
     "", kRefused, kInvalidObject, "=", "validateReadinessProbe"},
    {"Deployment", "spec.template.spec.initContainers.*.env.*.valueFrom.fieldRef.apiVersion", "",
     kRefused, kInvalidObject,
     "spec.template.spec.initContainers[0].env[0].valueFrom.fieldRef.fieldPath",
     "validateObjectFieldSelector: v1 is the only version"},
    {"Deployment", "spec.template.spec.initContainers.*.livenessProbe.successThreshold", "",
     kRefused, kInvalidObject, "=", "validateLivenessProbe: must be 1"},
    {"Deployment", "spec.template.spec.initContainers.*.startupProbe.successThreshold", "",
     kRefused, kInvalidObject, "=", "validateStartupProbe: must be 1"},
    {"Deployment",
     "spec.template.spec.initContainers.*.readinessProbe.terminationGracePeriodSeconds", "",
     kRefused, kInvalidObject, "=", "validateReadinessProbe"},
    {"Deployment", "spec.template.spec.volumes.*.downwardAPI.items.*.fieldRef.apiVersion", "",
     kRefused, kInvalidObject, "spec.template.spec.volumes[0].downwardAPI.fieldRef.fieldPath",
     "validateObjectFieldSelector: v1 is the only version"},
    {"Deployment",
     "spec.template.spec.volumes.*.projected.sources.*.downwardAPI.items.*.fieldRef.apiVersion", "",
     kRefused, kInvalidObject,
     "spec.template.spec.volumes[0].projected.sources[0].downwardAPI.fieldRef.fieldPath",
     "validateObjectFieldSelector: v1 is the only version"},
    {"Pod", "spec.containers.*.env.*.valueFrom.fieldRef.apiVersion", "", kRefused, kInvalidObject,
     "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath",
     "validateObjectFieldSelector: v1 is the only version"},
    {"Pod", "spec.containers.*.livenessProbe.successThreshold", "", kRefused, kInvalidObject, "=",
     "validateLivenessProbe: must be 1"},
    {"Pod", "spec.containers.*.startupProbe.successThreshold", "", kRefused, kInvalidObject, "=",
     "validateStartupProbe: must be 1"},
    {"Pod", "spec.containers.*.readinessProbe.terminationGracePeriodSeconds", "", kRefused,
     kInvalidObject, "=", "validateReadinessProbe"},
    {"Pod", "spec.initContainers.*.env.*.valueFrom.fieldRef.apiVersion", "", kRefused,
     kInvalidObject, "spec.initContainers[0].env[0].valueFrom.fieldRef.fieldPath",
     "validateObjectFieldSelector: v1 is the only version"},
    {"Pod", "spec.initContainers.*.livenessProbe.successThreshold", "", kRefused, kInvalidObject,
     "=", "validateLivenessProbe: must be 1"},
    {"Pod", "spec.initContainers.*.startupProbe.successThreshold", "", kRefused, kInvalidObject,
     "=", "validateStartupProbe: must be 1"},
    {"Pod", "spec.initContainers.*.readinessProbe.terminationGracePeriodSeconds", "", kRefused,
     kInvalidObject, "=", "validateReadinessProbe"},
    {"Pod", "spec.volumes.*.downwardAPI.items.*.fieldRef.apiVersion", "", kRefused, kInvalidObject,
     "spec.volumes[0].downwardAPI.fieldRef.fieldPath",
     "validateObjectFieldSelector: v1 is the only version"},
    {"Pod", "spec.volumes.*.projected.sources.*.downwardAPI.items.*.fieldRef.apiVersion", "",
     kRefused, kInvalidObject,
     "spec.volumes[0].projected.sources[0].downwardAPI.fieldRef.fieldPath",
     "validateObjectFieldSelector: v1 is the only version"},
    {"Deployment", TEMPLATE CLAIM "labels", "", kReadsBack, kInvalidObject, "",
     "validatePersistentVolumeClaimTemplateObjectMeta: allowed"},
    {"Deployment", TEMPLATE CLAIM "annotations", "", kReadsBack, kInvalidObject, "",
     "validatePersistentVolumeClaimTemplateObjectMeta: allowed"},
    {"Deployment", TEMPLATE CLAIM "uid", "", kRefused, kInvalidObject,
     TEMPLATE "volumes[0].ephemeral.volumeClaimTemplate.metadata.uID",
     "validatePersistentVolumeClaimTemplateObjectMeta: the name of Go's field"},
    {"Deployment", TEMPLATE CLAIM "*", "", kRefused, kInvalidObject, "=",
     "validatePersistentVolumeClaimTemplateObjectMeta"},
    {"Pod", "spec." CLAIM "labels", "", kRefused, kInvalidObject, "spec", "ValidatePodUpdate"},
    {"Pod", "spec." CLAIM "annotations", "", kRefused, kInvalidObject, "spec",
     "ValidatePodUpdate"},
    {"Pod", "spec." CLAIM "uid", "", kRefused, kInvalidObject,
     "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.uID",
     "validatePersistentVolumeClaimTemplateObjectMeta: the name of Go's field"},
    {"Pod", "spec." CLAIM "*", "", kRefused, kInvalidObject, "=",
     "validatePersistentVolumeClaimTemplateObjectMeta"},
    {"Deployment", TEMPLATE PREFERRED "matchFields.*.key", "", kRefused, kInvalidObject, "=",
     "ValidateNodeFieldSelectorRequirement: metadata.name is the only key"},
    {"Deployment", TEMPLATE REQUIRED "matchFields.*.key", "", kRefused, kInvalidObject, "=",
     "ValidateNodeFieldSelectorRequirement: metadata.name is the only key"},
    {"Pod", "spec." PREFERRED "matchFields.*.key", "", kRefused, kInvalidObject, "=",
     "ValidateNodeFieldSelectorRequirement: metadata.name is the only key"},
    {"Pod", "spec." REQUIRED "matchFields.*.key", "", kRefused, kInvalidObject, "=",
     "ValidateNodeFieldSelectorRequirement: metadata.name is the only key"},
    {"Deployment", "spec.selector", "", kRefused, kInvalidObject, "spec.template.metadata.labels",
     "ValidatePodTemplateSpecForReplicaSet: the labels no longer match"},
    {"Deployment", "spec.strategy.type", "", kRefused, kInvalidObject,
     "spec.strategy.rollingUpdate",
     "ValidateDeploymentStrategy: what Recreate shuts out is still there"},
    {"Deployment", "spec.template.spec.activeDeadlineSeconds", "", kRefused, kInvalidObject, "=",
     "ValidatePodTemplateSpecForReplicaSet"},
    {"Deployment", "spec.template.spec.restartPolicy", "", kRefused, kInvalidObject, "=",
     "ValidatePodTemplateSpecForReplicaSet: Always is the only one"},
    {"Deployment", "spec.template.spec.ephemeralContainers", "", kRefused, kInvalidObject,
     "spec.template.spec.ephemeralContainers", "ValidatePodTemplateSpec"},
    {"Deployment", "spec.template.spec.containers.*.ports.*.containerPort", "strategic", kRefused,
     kInvalidObject, "spec.template.spec.containers[0].ports[1].name",
     "validateContainerPorts: the added port has the name of the first"},
    {"Deployment", "spec.template.metadata.name", "", kIgnored, kInvalidObject, "",
     "not kept: docs/objects.md, Differences from Kubernetes"},
    {"Deployment", "spec.template.metadata.namespace", "", kIgnored, kInvalidObject, "",
     "not kept: docs/objects.md, Differences from Kubernetes"},
    {"Deployment", "spec.template.metadata.uid", "", kIgnored, kInvalidObject, "",
     "not kept: docs/objects.md, Differences from Kubernetes"},
    {"Deployment", "spec.template.metadata.resourceVersion", "", kIgnored, kInvalidObject, "",
     "not kept: docs/objects.md, Differences from Kubernetes"},
    {"Deployment", "spec.template.metadata.generation", "", kIgnored, kInvalidObject, "",
     "not kept: docs/objects.md, Differences from Kubernetes"},
    {"Deployment", "spec.template.metadata.creationTimestamp", "", kIgnored, kInvalidObject, "",
     "not kept: docs/objects.md, Differences from Kubernetes"},
    {"Deployment", "spec.template.metadata.selfLink", "", kIgnored, kInvalidObject, "",
     "not kept: docs/objects.md, Differences from Kubernetes"},
    {"Deployment", "spec.template.metadata.deletionTimestamp", "", kIgnored, kInvalidObject, "",
     "not kept: docs/objects.md, Differences from Kubernetes"},
    {"Deployment", "spec.template.metadata.managedFields", "", kIgnored, kInvalidObject, "",
     "not kept: docs/objects.md, Differences from Kubernetes"},
    {"Deployment", "spec.template.metadata.deletionGracePeriodSeconds", "", kIgnored,
     kInvalidObject, "", "not kept: docs/objects.md, Differences from Kubernetes"},
    {"Pod", "spec.schedulingGates.*.name", "", kRefused, kInvalidObject, "=",
     "validateOnlyDeletedSchedulingGates"},
    {"Pod", "spec.tolerations", "", kRefused, kInvalidObject, "spec.tolerations",
     "validateOnlyAddedTolerations"},
    {"Pod", "spec.serviceAccount", "", kIgnored, kInvalidObject, "",
     "Convert_v1_PodSpec_To_core_PodSpec: serviceAccountName leads"},
    {"Pod", "spec.containers.*.name", "strategic", kRefused, kInvalidObject, "spec.containers",
     "ValidatePodUpdate: the patch adds a container"},
    {"Pod", "spec.initContainers.*.name", "strategic", kRefused, kInvalidObject,
     "spec.initContainers", "ValidatePodUpdate: the patch adds a container"},
    {"Pod", "spec.containers.*.ports.*.containerPort", "strategic", kRefused, kInvalidObject,
     "spec.containers[0].ports[1].name",
     "validateContainerPorts: the added port has the name of the first"},
    {"Pod", "spec", "", kRefused, kInvalidObject, "spec", "ValidatePodUpdate"},
    {"Service", "spec.clusterIP", "", kRefused, kInvalidObject, "spec.clusterIPs[0]",
     "validateUpgradeDowngradeClusterIPs"},
    {"Service", "spec.clusterIPs", "", kRefused, kInvalidObject, "spec.clusterIPs[0]",
     "validateUpgradeDowngradeClusterIPs"},
    {"Service", "spec.ipFamilies", "", kRefused, kInvalidObject, "spec.ipFamilies[0]",
     "validateUpgradeDowngradeIPFamilies"},
    {"Service", "spec.loadBalancerClass", "", kRefused, kInvalidObject, "=",
     "validateLoadBalancerClassField"},
    {"Service", "spec.healthCheckNodePort", "", kRefused, kInvalidObject, "=",
     "validateServiceExternalTrafficPolicy: the policy is Cluster"},
    {"Service", "spec.ports.*.nodePort", "", kRefused, kInvalidObject, "spec.ports[0].nodePort",
     "ValidateService: may not be used when `type` is 'ClusterIP'"},
    {"Service", "spec.ports.*.port", "strategic", kRefused, kInvalidObject, "spec.ports[1].name",
     "validateServicePort: the added port has the name of the first"},
    {"Node", "spec.externalID", "", kRefused, kInvalidObject, "", "ValidateNodeUpdate"},
    {"Node", "spec.podCIDR", "", kRefused, kInvalidObject, "spec.podCIDRs", "ValidateNodeUpdate"},
    {"Node", "spec.podCIDRs", "", kRefused, kInvalidObject, "spec.podCIDRs", "ValidateNodeUpdate"},
    {"Node", "spec.providerID", "", kRefused, kInvalidObject, "spec.providerID",
     "ValidateNodeUpdate"},
};
// clang-format on
#undef TEMPLATE
#undef CLAIM
#undef AFFINITY
#undef PREFERRED
#undef REQUIRED

// Part by part; * stands for one.
bool IsPrefix(std::string_view pattern, std::string_view path) {
  while (!pattern.empty()) {
    const std::string_view want = pattern.substr(0, pattern.find('.'));
    const std::string_view have = path.substr(0, path.find('.'));
    if (want != "*" && want != have) return false;
    pattern.remove_prefix(want.size() == pattern.size() ? pattern.size() : want.size() + 1);
    if (have.size() == path.size()) return pattern.empty();
    path.remove_prefix(have.size() + 1);
  }
  return true;
}

}  // namespace

std::span<const LeafException> LeafExceptions() { return kExceptions; }

const LeafException* ExceptionOf(std::string_view kind, std::string_view path,
                                 std::string_view type) {
  for (const LeafException& row : kExceptions) {
    if (row.kind != "*" && row.kind != kind) continue;
    if (!row.type.empty() && row.type != type) continue;
    if (IsPrefix(row.path, path)) return &row;
  }
  return nullptr;
}

}  // namespace wt
