// SPDX-License-Identifier: Apache-2.0
#include "scenarios/known_kinds.h"

#include <vector>

#include "scenarios/nearest.h"

namespace wt {
namespace {

constexpr KnownKind kKinds[] = {
    {"v1", "Pod", true, true},
    {"apps/v1", "Deployment", true, true},
    {"apps/v1", "ReplicaSet"},
    {"v1", "Service", true, true},
    {"v1", "ConfigMap", true, true},
    {"v1", "Secret", true, true},
    {"v1", "Node", false, true},
    {"v1", "Namespace", false, true},
    {"v1", "Endpoints"},
    {"v1", "Event"},
    {"v1", "LimitRange"},
    {"v1", "PersistentVolume", false},
    {"v1", "PersistentVolumeClaim"},
    {"v1", "PodTemplate"},
    {"v1", "ReplicationController"},
    {"v1", "ResourceQuota"},
    {"v1", "ServiceAccount"},
    {"admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", false},
    {"admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", false},
    {"admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", false},
    {"admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", false},
    {"apiextensions.k8s.io/v1", "CustomResourceDefinition", false},
    {"apiregistration.k8s.io/v1", "APIService", false},
    {"apps/v1", "ControllerRevision"},
    {"apps/v1", "DaemonSet"},
    {"apps/v1", "StatefulSet"},
    {"autoscaling/v2", "HorizontalPodAutoscaler"},
    {"autoscaling/v1", "HorizontalPodAutoscaler"},
    {"batch/v1", "CronJob"},
    {"batch/v1", "Job"},
    {"certificates.k8s.io/v1", "CertificateSigningRequest", false},
    {"coordination.k8s.io/v1", "Lease"},
    {"discovery.k8s.io/v1", "EndpointSlice"},
    {"events.k8s.io/v1", "Event"},
    {"flowcontrol.apiserver.k8s.io/v1", "FlowSchema", false},
    {"flowcontrol.apiserver.k8s.io/v1", "PriorityLevelConfiguration", false},
    {"networking.k8s.io/v1", "IPAddress", false},
    {"networking.k8s.io/v1", "Ingress"},
    {"networking.k8s.io/v1", "IngressClass", false},
    {"networking.k8s.io/v1", "NetworkPolicy"},
    {"networking.k8s.io/v1", "ServiceCIDR", false},
    {"node.k8s.io/v1", "RuntimeClass", false},
    {"policy/v1", "PodDisruptionBudget"},
    {"rbac.authorization.k8s.io/v1", "ClusterRole", false},
    {"rbac.authorization.k8s.io/v1", "ClusterRoleBinding", false},
    {"rbac.authorization.k8s.io/v1", "Role"},
    {"rbac.authorization.k8s.io/v1", "RoleBinding"},
    {"resource.k8s.io/v1", "DeviceClass", false},
    {"resource.k8s.io/v1", "ResourceClaim"},
    {"resource.k8s.io/v1", "ResourceClaimTemplate"},
    {"resource.k8s.io/v1", "ResourceSlice", false},
    {"scheduling.k8s.io/v1", "PriorityClass", false},
    {"storage.k8s.io/v1", "CSIDriver", false},
    {"storage.k8s.io/v1", "CSINode", false},
    {"storage.k8s.io/v1", "CSIStorageCapacity"},
    {"storage.k8s.io/v1", "StorageClass", false},
    {"storage.k8s.io/v1", "VolumeAttachment", false},
    {"storage.k8s.io/v1", "VolumeAttributesClass", false},
};

std::string_view Group(std::string_view api_version) {
  const size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? "" : api_version.substr(0, slash);
}

// Groups of CRDs carry a domain; of the built-in ones only *.k8s.io do. The group that Kubernetes
// removed in 1.16 counts as built in, so that old manifests get a helpful answer.
bool IsBuiltInGroup(std::string_view group) {
  if (group == "extensions") return true;
  for (const KnownKind& row : kKinds) {
    if (Group(row.api_version) == group) return true;
  }
  return false;
}

// Alpha and beta versions of a built-in group may hold kinds that the table does not list.
bool IsPreview(std::string_view api_version) {
  return api_version.find("alpha") != std::string_view::npos ||
         api_version.find("beta") != std::string_view::npos;
}

}  // namespace

std::span<const KnownKind> KnownKinds() { return kKinds; }

const KnownKind* FindKnownKind(std::string_view kind, std::string_view api_version) {
  for (const KnownKind& row : kKinds) {
    if (row.kind == kind && Group(row.api_version) == Group(api_version)) return &row;
  }
  return nullptr;
}

std::string KindComplaint(const std::string& kind, const std::string& api_version) {
  if (!IsBuiltInGroup(Group(api_version))) return "";
  std::vector<std::string> kinds;
  std::string expected_version;
  for (const KnownKind& row : kKinds) {
    if (row.kind == kind && row.api_version == api_version) return "";
    if (row.kind == kind && expected_version.empty()) expected_version = row.api_version;
    kinds.emplace_back(row.kind);
  }
  if (expected_version.empty()) {
    if (IsPreview(api_version)) return "";
    return "no kind \"" + kind + "\" in " + api_version + "; expected a kind of Kubernetes 1.35" +
           DidYouMean(kind, kinds);
  }
  return "no matches for kind \"" + kind + "\" in version \"" + api_version + "\"; expected " +
         expected_version;
}

}  // namespace wt
