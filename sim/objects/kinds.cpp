// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/kinds.h"

#include <algorithm>
#include <array>

#include "sim/rows.h"

namespace wt {
namespace {

constexpr std::string_view kRbac = "rbac.authorization.k8s.io";
constexpr std::string_view kAdmission = "admissionregistration.k8s.io";
constexpr std::string_view kNet = "networking.k8s.io";
constexpr std::string_view kStorage = "storage.k8s.io";

constexpr std::array kKinds{
    KindInfo{"", "v1", "Binding", "bindings", "", true, "api.core.v1.Binding"},
    KindInfo{"", "v1", "ConfigMap", "configmaps", "cm", true, "api.core.v1.ConfigMap"},
    KindInfo{"", "v1", "Endpoints", "endpoints", "ep", true, "api.core.v1.Endpoints"},
    KindInfo{"", "v1", "Event", "events", "ev", true, "api.core.v1.Event"},
    KindInfo{"", "v1", "LimitRange", "limitranges", "limits", true, "api.core.v1.LimitRange"},
    KindInfo{"", "v1", "Namespace", "namespaces", "ns", false, "api.core.v1.Namespace"},
    KindInfo{"", "v1", "Node", "nodes", "no", false, "api.core.v1.Node"},
    KindInfo{"", "v1", "PersistentVolume", "persistentvolumes", "pv", false,
             "api.core.v1.PersistentVolume"},
    KindInfo{"", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "pvc", true,
             "api.core.v1.PersistentVolumeClaim"},
    KindInfo{"", "v1", "Pod", "pods", "po", true, "api.core.v1.Pod"},
    KindInfo{"", "v1", "PodTemplate", "podtemplates", "", true, "api.core.v1.PodTemplate"},
    KindInfo{"", "v1", "ReplicationController", "replicationcontrollers", "rc", true,
             "api.core.v1.ReplicationController"},
    KindInfo{"", "v1", "ResourceQuota", "resourcequotas", "quota", true,
             "api.core.v1.ResourceQuota"},
    KindInfo{"", "v1", "Secret", "secrets", "", true, "api.core.v1.Secret"},
    KindInfo{"", "v1", "Service", "services", "svc", true, "api.core.v1.Service"},
    KindInfo{"", "v1", "ServiceAccount", "serviceaccounts", "sa", true,
             "api.core.v1.ServiceAccount"},
    KindInfo{kAdmission, "v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", "",
             false, "api.admissionregistration.v1.MutatingWebhookConfiguration"},
    KindInfo{kAdmission, "v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", "",
             false, "api.admissionregistration.v1.ValidatingAdmissionPolicy"},
    KindInfo{kAdmission, "v1", "ValidatingAdmissionPolicyBinding",
             "validatingadmissionpolicybindings", "", false,
             "api.admissionregistration.v1.ValidatingAdmissionPolicyBinding"},
    KindInfo{kAdmission, "v1", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations",
             "", false, "api.admissionregistration.v1.ValidatingWebhookConfiguration"},
    KindInfo{"apps", "v1", "ControllerRevision", "controllerrevisions", "", true,
             "api.apps.v1.ControllerRevision"},
    KindInfo{"apps", "v1", "DaemonSet", "daemonsets", "ds", true, "api.apps.v1.DaemonSet"},
    KindInfo{"apps", "v1", "Deployment", "deployments", "deploy", true, "api.apps.v1.Deployment"},
    KindInfo{"apps", "v1", "ReplicaSet", "replicasets", "rs", true, "api.apps.v1.ReplicaSet"},
    KindInfo{"apps", "v1", "StatefulSet", "statefulsets", "sts", true, "api.apps.v1.StatefulSet"},
    KindInfo{"autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa",
             true, "api.autoscaling.v2.HorizontalPodAutoscaler"},
    KindInfo{"batch", "v1", "CronJob", "cronjobs", "cj", true, "api.batch.v1.CronJob"},
    KindInfo{"batch", "v1", "Job", "jobs", "", true, "api.batch.v1.Job"},
    KindInfo{"coordination.k8s.io", "v1", "Lease", "leases", "", true, "api.coordination.v1.Lease"},
    KindInfo{"discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "", true,
             "api.discovery.v1.EndpointSlice"},
    KindInfo{kNet, "v1", "Ingress", "ingresses", "ing", true, "api.networking.v1.Ingress"},
    KindInfo{kNet, "v1", "IngressClass", "ingressclasses", "", false,
             "api.networking.v1.IngressClass"},
    KindInfo{kNet, "v1", "NetworkPolicy", "networkpolicies", "netpol", true,
             "api.networking.v1.NetworkPolicy"},
    KindInfo{"policy", "v1", "Eviction", "evictions", "", true, "api.policy.v1.Eviction"},
    KindInfo{"policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "pdb", true,
             "api.policy.v1.PodDisruptionBudget"},
    KindInfo{kRbac, "v1", "ClusterRole", "clusterroles", "", false, "api.rbac.v1.ClusterRole"},
    KindInfo{kRbac, "v1", "ClusterRoleBinding", "clusterrolebindings", "", false,
             "api.rbac.v1.ClusterRoleBinding"},
    KindInfo{kRbac, "v1", "Role", "roles", "", true, "api.rbac.v1.Role"},
    KindInfo{kRbac, "v1", "RoleBinding", "rolebindings", "", true, "api.rbac.v1.RoleBinding"},
    KindInfo{"scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", "pc", false,
             "api.scheduling.v1.PriorityClass"},
    KindInfo{kStorage, "v1", "CSIDriver", "csidrivers", "", false, "api.storage.v1.CSIDriver"},
    KindInfo{kStorage, "v1", "CSINode", "csinodes", "", false, "api.storage.v1.CSINode"},
    KindInfo{kStorage, "v1", "StorageClass", "storageclasses", "sc", false,
             "api.storage.v1.StorageClass"},
    KindInfo{kStorage, "v1", "VolumeAttachment", "volumeattachments", "", false,
             "api.storage.v1.VolumeAttachment"},
};

std::string_view VersionOf(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? api_version : api_version.substr(slash + 1);
}

}  // namespace

std::span<const KindInfo> AllKinds() { return kKinds; }

std::string_view GroupOf(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
}

const KindInfo* FindKind(std::string_view api_version, std::string_view kind) {
  const std::string_view group = GroupOf(api_version);
  const std::string_view version = VersionOf(api_version);
  for (const KindInfo& k : kKinds) {
    if (k.kind == kind && k.group == group && k.version == version) return &k;
  }
  return nullptr;
}

const KindInfo* FindKindWord(std::string_view word) {
  const auto same = [](std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c - 0; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [&](char x, char y) { return lower(x) == lower(y); });
  };
  for (const KindInfo& k : kKinds) {
    if (same(k.kind, word) || same(k.plural, word)) return &k;
    for (std::string_view names = k.short_names; !names.empty();) {
      const std::size_t comma = std::min(names.find(','), names.size());
      if (same(names.substr(0, comma), word)) return &k;
      names.remove_prefix(std::min(comma + 1, names.size()));
    }
  }
  return nullptr;
}

ObjectKind ObjectKindNamed(std::string_view kind) {
  struct Named {
    std::string_view name;
    ObjectKind kind;
  };
  constexpr std::array kNamed{
      Named{"Node", ObjectKind::kNode},           Named{"Deployment", ObjectKind::kDeployment},
      Named{"ReplicaSet", ObjectKind::kReplicaSet}, Named{"Pod", ObjectKind::kPod},
      Named{"Service", ObjectKind::kService},     Named{"ConfigMap", ObjectKind::kConfigMap},
      Named{"Secret", ObjectKind::kSecret},       Named{"Namespace", ObjectKind::kNamespace}};
  for (const Named& row : kNamed) {
    if (row.name == kind) return row.kind;
  }
  return ObjectKind::kNone;
}

const KindInfo* FindKind(std::string_view kind) {
  for (const KindInfo& k : kKinds) {
    if (k.kind == kind) return &k;
  }
  return nullptr;
}

}  // namespace wt
