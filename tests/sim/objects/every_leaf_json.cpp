// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/objects/every_leaf.h"

#include <algorithm>
namespace wt {
namespace {

using nlohmann::json;

std::string_view ShortType(std::string_view type) { return type.substr(type.rfind('.') + 1); }

// The least valid object of a type; of a type that is not here: {}.
constexpr struct {
  std::string_view type, object;
} kSamples[] = {
    {"AWSElasticBlockStoreVolumeSource", R"({"volumeID": "vol-1"})"},
    {"AppArmorProfile", R"({"type": "RuntimeDefault"})"},
    {"AttachedVolume", R"({"name": "v", "devicePath": "/dev/xvda"})"},
    {"AzureDiskVolumeSource", R"({"diskName": "d", "diskURI": "https://disks.example/d"})"},
    {"AzureFileVolumeSource", R"({"secretName": "s", "shareName": "files"})"},
    {"CSIVolumeSource", R"({"driver": "files.example.org"})"},
    {"CephFSVolumeSource", R"({"monitors": ["10.0.0.1:6789"]})"},
    {"CinderVolumeSource", R"({"volumeID": "vol-1"})"},
    {"ClusterTrustBundleProjection", R"({"name": "roots", "path": "roots.pem"})"},
    {"Condition", R"({"type": "Fine", "status": "True", "reason": "Seen", "message": "",
                      "lastTransitionTime": "2026-01-01T00:00:00Z"})"},
    {"ConfigMapEnvSource", R"({"name": "settings"})"},
    {"ConfigMapKeySelector", R"({"name": "settings", "key": "level"})"},
    {"ConfigMapNodeConfigSource", R"({"kubeletConfigKey": "k", "name": "settings",
                                      "namespace": "shop"})"},
    {"ConfigMapProjection", R"({"name": "settings"})"},
    {"ConfigMapVolumeSource", R"({"name": "settings"})"},
    {"Container", R"({"name": "more", "image": "shop/more:1"})"},
    {"ContainerExtendedResourceRequest",
     R"({"containerName": "web", "requestName": "r", "resourceName": "example.org/card"})"},
    {"ContainerImage", R"({"names": ["shop/web:1"]})"},
    {"ContainerPort", R"({"containerPort": 8080})"},
    {"ContainerResizePolicy", R"({"resourceName": "cpu", "restartPolicy": "NotRequired"})"},
    {"ContainerRestartRule",
     R"({"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}})"},
    {"ContainerRestartRuleOnExitCodes", R"({"operator": "In", "values": [42]})"},
    {"ContainerStateTerminated", R"({"exitCode": 0})"},
    {"ContainerStatus", R"({"name": "web", "image": "i", "imageID": "", "ready": false,
                            "restartCount": 0})"},
    {"ContainerUser", "{}"},
    {"DaemonEndpoint", R"({"Port": 10250})"},
    {"DeploymentCondition", R"({"type": "Available", "status": "True"})"},
    {"DownwardAPIVolumeFile", R"({"path": "name", "fieldRef": {"fieldPath": "metadata.name"}})"},
    {"EnvFromSource", R"({"configMapRef": {"name": "settings"}})"},
    {"EnvVar", R"({"name": "MORE", "value": "1"})"},
    {"EnvVarSource", R"({"fieldRef": {"fieldPath": "metadata.name"}})"},
    {"EphemeralContainer", R"({"name": "debug", "image": "shop/debug:1"})"},
    {"EphemeralVolumeSource",
     R"({"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"],
         "resources": {"requests": {"storage": "1Gi"}}}}})"},
    {"ExecAction", R"({"command": ["/bin/true"]})"},
    {"FCVolumeSource", R"({"targetWWNs": ["500a0982991b8dc5"], "lun": 2})"},
    {"FileKeySelector", R"({"volumeName": "spare", "path": "env", "key": "LEVEL"})"},
    {"FlexVolumeSource", R"({"driver": "example.org/flex"})"},
    {"FlockerVolumeSource", R"({"datasetName": "data"})"},
    {"GCEPersistentDiskVolumeSource", R"({"pdName": "disk"})"},
    {"GRPCAction", R"({"port": 8080})"},
    {"GitRepoVolumeSource", R"({"repository": "https://git.example/r"})"},
    {"GlusterfsVolumeSource", R"({"endpoints": "e", "path": "p"})"},
    {"HTTPGetAction", R"({"path": "/", "port": 8080})"},
    {"HTTPHeader", R"({"name": "X-Shop", "value": "1"})"},
    {"HostAlias", R"({"ip": "10.1.1.1", "hostnames": ["a.example"]})"},
    {"HostIP", R"({"ip": "10.0.0.1"})"},
    {"HostPathVolumeSource", R"({"path": "/srv"})"},
    {"ISCSIVolumeSource", R"({"targetPortal": "10.0.0.1:3260", "iqn": "iqn.2001-04.com.example:a",
                              "lun": 0})"},
    {"ImageVolumeSource", R"({"reference": "shop/files:1"})"},
    {"KeyToPath", R"({"key": "level", "path": "level"})"},
    {"LabelSelectorRequirement", R"({"key": "tier", "operator": "In", "values": ["front"]})"},
    {"LifecycleHandler", R"({"exec": {"command": ["/bin/true"]}})"},
    {"LinuxContainerUser", R"({"uid": 1, "gid": 1})"},
    {"LocalObjectReference", R"({"name": "s"})"},
    {"NFSVolumeSource", R"({"server": "nfs.example", "path": "/exports"})"},
    {"NodeAddress", R"({"type": "InternalIP", "address": "10.0.0.1"})"},
    {"NodeCondition", R"({"type": "Ready", "status": "True"})"},
    {"NodeSelector", R"({"nodeSelectorTerms": [{"matchExpressions":
                         [{"key": "disk", "operator": "In", "values": ["ssd"]}]}]})"},
    {"NodeSelectorTerm", R"({"matchExpressions":
                             [{"key": "disk", "operator": "In", "values": ["ssd"]}]})"},
    {"NodeSelectorRequirement", R"({"key": "disk", "operator": "In", "values": ["ssd"]})"},
    {"NodeSystemInfo",
     R"({"machineID": "", "systemUUID": "", "bootID": "", "kernelVersion": "", "osImage": "",
         "containerRuntimeVersion": "", "kubeletVersion": "", "kubeProxyVersion": "",
         "operatingSystem": "", "architecture": ""})"},
    {"ObjectFieldSelector", R"({"fieldPath": "metadata.name"})"},
    {"OwnerReference", R"({"apiVersion": "v1", "kind": "ConfigMap", "name": "owner",
                           "uid": "00000000-0000-0000-0000-00000000000a"})"},
    {"PersistentVolumeClaimSpec", R"({"accessModes": ["ReadWriteOnce"],
                                      "resources": {"requests": {"storage": "1Gi"}}})"},
    {"PersistentVolumeClaimVolumeSource", R"({"claimName": "block"})"},
    {"PhotonPersistentDiskVolumeSource", R"({"pdID": "d"})"},
    {"PodAffinityTerm", R"({"topologyKey": "kubernetes.io/hostname",
                            "labelSelector": {"matchLabels": {"app": "web"}}})"},
    {"PodCertificateProjection", R"({"signerName": "example.org/signer", "keyType": "ED25519",
                                     "credentialBundlePath": "bundle.pem"})"},
    {"PodCondition", R"({"type": "Ready", "status": "True"})"},
    {"PodDNSConfigOption", R"({"name": "ndots", "value": "2"})"},
    {"PodExtendedResourceClaimStatus",
     R"({"resourceClaimName": "c", "requestMappings": []})"},
    {"PodIP", R"({"ip": "10.244.0.9"})"},
    {"PodOS", R"({"name": "linux"})"},
    {"PodReadinessGate", R"({"conditionType": "example.org/ready"})"},
    {"PodResourceClaim", R"({"name": "card", "resourceClaimName": "card"})"},
    {"PodResourceClaimStatus", R"({"name": "card"})"},
    {"PodSchedulingGate", R"({"name": "example.org/gate"})"},
    {"PortStatus", R"({"port": 80, "protocol": "TCP"})"},
    {"PortworxVolumeSource", R"({"volumeID": "vol-1"})"},
    {"PreferredSchedulingTerm", R"({"weight": 1, "preference": {"matchExpressions":
         [{"key": "disk", "operator": "In", "values": ["ssd"]}]}})"},
    {"Probe", R"({"tcpSocket": {"port": 8080}})"},
    {"ProjectedVolumeSource", R"({"sources": [{"configMap": {"name": "settings"}}]})"},
    {"QuobyteVolumeSource", R"({"registry": "10.0.0.1:7861", "volume": "v"})"},
    {"RBDVolumeSource", R"({"monitors": ["10.0.0.1:6789"], "image": "i"})"},
    {"ResourceClaim", R"({"name": "card"})"},
    {"ResourceFieldSelector", R"({"containerName": "web", "resource": "limits.memory"})"},
    {"ResourceHealth", R"({"resourceID": "r"})"},
    {"ResourceStatus", R"({"name": "cpu"})"},
    {"ScaleIOVolumeSource", R"({"gateway": "https://g.example", "system": "s", "volumeName": "v",
                                "secretRef": {"name": "s"}})"},
    {"SeccompProfile", R"({"type": "RuntimeDefault"})"},
    {"SecretEnvSource", R"({"name": "s"})"},
    {"SecretKeySelector", R"({"name": "s", "key": "token"})"},
    {"SecretProjection", R"({"name": "s"})"},
    {"SecretReference", R"({"name": "s"})"},
    {"SecretVolumeSource", R"({"secretName": "s"})"},
    {"ServiceAccountTokenProjection", R"({"path": "token"})"},
    {"ServicePort", R"({"port": 80, "name": "http"})"},
    {"SleepAction", R"({"seconds": 1})"},
    {"Sysctl", R"({"name": "kernel.shm_rmid_forced", "value": "0"})"},
    {"TCPSocketAction", R"({"port": 8080})"},
    {"Taint", R"({"key": "dirty", "value": "yes", "effect": "NoSchedule"})"},
    {"Toleration", R"({"key": "dirty", "operator": "Equal", "effect": "NoExecute"})"},
    {"TopologySpreadConstraint",
     R"({"maxSkew": 1, "topologyKey": "kubernetes.io/hostname",
         "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {"matchLabels": {"app": "web"}}})"},
    {"TypedLocalObjectReference", R"({"apiGroup": "snapshot.storage.k8s.io",
                                      "kind": "VolumeSnapshot", "name": "n"})"},
    {"TypedObjectReference", R"({"apiGroup": "snapshot.storage.k8s.io",
                                 "kind": "VolumeSnapshot", "name": "n"})"},
    {"Volume", R"({"name": "spare", "emptyDir": {}})"},
    {"VolumeDevice", R"({"name": "block", "devicePath": "/dev/xvda"})"},
    {"VolumeMount", R"({"name": "v", "mountPath": "/v"})"},
    {"VolumeMountStatus", R"({"name": "v", "mountPath": "/v"})"},
    {"VolumeProjection", R"({"configMap": {"name": "settings"}})"},
    {"VsphereVirtualDiskVolumeSource", R"({"volumePath": "[a] b"})"},
    {"WeightedPodAffinityTerm", R"({"weight": 1, "podAffinityTerm":
         {"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels":
          {"app": "web"}}}})"},
    {"WorkloadReference", R"({"name": "w", "podGroup": "g"})"},
};

// Types of which one object-valued member may be set at a time.
constexpr std::string_view kOneOf[] = {"DownwardAPIVolumeFile", "EnvFromSource", "EnvVarSource",
                                       "LifecycleHandler",      "Probe",         "Volume",
                                       "VolumeProjection"};

// Members that another one shuts out: the member entered, what goes.
constexpr struct {
  std::string_view type, entered, leaves;
} kShutsOut[] = {
    {"EnvVar", "valueFrom", "value"},
    {"FCVolumeSource", "wwids", "targetWWNs"},
    {"FlockerVolumeSource", "datasetUUID", "datasetName"},
    {"PersistentVolumeClaimSpec", "dataSourceRef", "dataSource"},
    {"PodResourceClaim", "resourceClaimTemplateName", "resourceClaimName"},
    {"VolumeMount", "subPathExpr", "subPath"},
    {"ClusterTrustBundleProjection", "signerName", "name"},
    {"ClusterTrustBundleProjection", "labelSelector", "name"},
    {"PodCertificateProjection", "keyPath", "credentialBundlePath"},
    {"PodCertificateProjection", "certificateChainPath", "credentialBundlePath"},
};

// What a member needs beside it: the member entered, what is set.
constexpr struct {
  std::string_view type, entered, needs, value;
} kNeeds[] = {
    {"AppArmorProfile", "localhostProfile", "type", R"("Localhost")"},
    {"ClusterTrustBundleProjection", "labelSelector", "signerName", R"("example.org/signer")"},
    {"Container", "restartPolicyRules", "restartPolicy", R"("Never")"},
    {"ISCSIVolumeSource", "chapAuthDiscovery", "secretRef", R"({"name": "s"})"},
    {"ISCSIVolumeSource", "chapAuthSession", "secretRef", R"({"name": "s"})"},
    {"NodeSelectorTerm", "matchFields", "matchFields",
     R"([{"key": "metadata.name", "operator": "In", "values": ["node-1"]}])"},
    {"SeccompProfile", "localhostProfile", "type", R"("Localhost")"},
    {"ServiceSpec", "allocateLoadBalancerNodePorts", "type", R"("LoadBalancer")"},
    {"ServiceSpec", "externalTrafficPolicy", "type", R"("NodePort")"},
    {"ServiceSpec", "healthCheckNodePort", "type", R"("LoadBalancer")"},
    {"ServiceSpec", "loadBalancerClass", "type", R"("LoadBalancer")"},
    {"ServiceSpec", "loadBalancerIP", "type", R"("LoadBalancer")"},
    {"ServiceSpec", "loadBalancerSourceRanges", "type", R"("LoadBalancer")"},
    {"ServiceSpec", "sessionAffinityConfig", "sessionAffinity", R"("ClientIP")"},
};

// Values of strings and numbers that are not free, in the order in which they are tried.
constexpr struct {
  std::string_view field, values;
} kValues[] = {
    {"AppArmorProfile.type", R"(["Unconfined", "RuntimeDefault"])"},
    {"AzureDiskVolumeSource.cachingMode", R"(["ReadOnly", "None"])"},
    {"AzureDiskVolumeSource.diskURI", R"(["https://disks.example/other"])"},
    {"AzureDiskVolumeSource.kind", R"(["Dedicated", "Managed"])"},
    {"CephFSVolumeSource.monitors", R"(["10.0.0.2:6789"])"},
    {"ClientIPConfig.timeoutSeconds", "[99]"},
    {"ConfigMap.apiVersion", R"(["v2"])"},
    {"ConfigMapKeySelector.key", R"(["mode"])"},
    {"Container.imagePullPolicy", R"(["Always", "Never"])"},
    {"Container.restartPolicy", R"(["Always", "Never"])"},
    {"Container.terminationMessagePolicy", R"(["FallbackToLogsOnError"])"},
    {"ContainerPort.hostIP", R"(["10.0.0.7"])"},
    {"ContainerPort.hostPort", "[8080]"},
    {"ContainerPort.protocol", R"(["UDP"])"},
    {"ContainerResizePolicy.resourceName", R"(["memory"])"},
    {"ContainerResizePolicy.restartPolicy", R"(["RestartContainer"])"},
    {"ContainerRestartRule.action", R"(["RestartAllContainers"])"},
    {"ContainerRestartRuleOnExitCodes.operator", R"(["NotIn"])"},
    {"DeploymentStrategy.type", R"(["Recreate"])"},
    {"EmptyDirVolumeSource.medium", R"(["Memory"])"},
    {"EnvFromSource.prefix", R"(["SHOP_"])"},
    {"EnvVar.name", R"(["CHANGED"])"},
    {"EphemeralContainer.imagePullPolicy", R"(["Always", "Never"])"},
    {"EphemeralContainer.terminationMessagePolicy", R"(["FallbackToLogsOnError"])"},
    {"FCVolumeSource.targetWWNs", R"(["500a0982991b8dc6"])"},
    {"FlexVolumeSource.driver", R"(["example.org/other"])"},
    {"HTTPGetAction.host", R"(["shop.example"])"},
    {"HTTPGetAction.path", R"(["/changed"])"},
    {"HTTPGetAction.scheme", R"(["HTTPS"])"},
    {"HostAlias.ip", R"(["10.1.1.2"])"},
    {"HostPathVolumeSource.path", R"(["/changed"])"},
    {"HostPathVolumeSource.type", R"(["Directory"])"},
    {"ISCSIVolumeSource.initiatorName", R"(["iqn.2001-04.com.example:c"])"},
    {"ISCSIVolumeSource.iqn", R"(["iqn.2001-04.com.example:b"])"},
    {"ImageVolumeSource.pullPolicy", R"(["Always", "Never"])"},
    {"KeyToPath.mode", "[256]"},
    {"LabelSelectorRequirement.operator", R"(["NotIn"])"},
    {"Lifecycle.stopSignal", R"(["SIGINT"])"},
    {"NFSVolumeSource.path", R"(["/changed"])"},
    {"NodeSelectorRequirement.operator", R"(["NotIn"])"},
    {"NodeSpec.podCIDR", R"(["10.1.0.0/24"])"},
    {"NodeSpec.podCIDRs", R"(["10.1.0.0/24"])"},
    {"ObjectFieldSelector.fieldPath", R"(["metadata.namespace"])"},
    {"ObjectFieldSelector.apiVersion", R"(["v2"])"},
    {"ObjectMeta.annotations", R"(["changed"])"},
    {"ObjectMeta.finalizers", R"(["example.org/keep"])"},
    {"PersistentVolumeClaimSpec.accessModes", R"(["ReadOnlyMany"])"},
    {"PersistentVolumeClaimSpec.volumeMode", R"(["Block"])"},
    {"PodCertificateProjection.keyType", R"(["ECDSAP256"])"},
    {"PodCertificateProjection.maxExpirationSeconds", "[7200]"},
    {"PodDNSConfig.nameservers", R"(["10.96.0.11"])"},
    {"PodOS.name", R"(["windows"])"},
    {"PodSecurityContext.fsGroupChangePolicy", R"(["OnRootMismatch"])"},
    {"PodSecurityContext.seLinuxChangePolicy", R"(["Recursive"])"},
    {"PodSecurityContext.supplementalGroupsPolicy", R"(["Strict"])"},
    {"PodSpec.dnsPolicy", R"(["Default"])"},
    {"PodSpec.hostUsers", "[false]"},
    {"PodSpec.preemptionPolicy", R"(["Never"])"},
    {"PodSpec.restartPolicy", R"(["Never"])"},
    {"Probe.successThreshold", "[2]"},
    {"Probe.terminationGracePeriodSeconds", "[9]"},
    {"QuobyteVolumeSource.registry", R"(["10.0.0.2:7861"])"},
    {"ResourceClaim.name", R"(["other-card"])"},
    {"ResourceFieldSelector.resource", R"(["limits.cpu"])"},
    {"ResourceFieldSelector.divisor", R"(["1k", "1Ki"])"},
    {"ScaleIOVolumeSource.storageMode", R"(["ThickProvisioned"])"},
    {"SeccompProfile.type", R"(["Unconfined"])"},
    {"SecurityContext.procMount", R"(["Unmasked"])"},
    {"ServiceAccountTokenProjection.expirationSeconds", "[7200]"},
    {"ServicePort.appProtocol", R"(["http"])"},
    {"ServicePort.nodePort", "[30123]"},
    {"ServicePort.protocol", R"(["UDP"])"},
    {"ServiceSpec.clusterIP", R"(["10.96.77.77"])"},
    {"ServiceSpec.clusterIPs", R"(["10.96.77.77"])"},
    {"ServiceSpec.externalIPs", R"(["198.51.100.7"])"},
    {"ServiceSpec.externalName", R"(["changed.example"])"},
    {"ServiceSpec.externalTrafficPolicy", R"(["Local"])"},
    {"ServiceSpec.internalTrafficPolicy", R"(["Local"])"},
    {"ServiceSpec.ipFamilies", R"(["IPv6"])"},
    {"ServiceSpec.ipFamilyPolicy", R"(["PreferDualStack"])"},
    {"ServiceSpec.loadBalancerIP", R"(["198.51.100.8"])"},
    {"ServiceSpec.loadBalancerClass", R"(["example.org/balancer"])"},
    {"ServiceSpec.loadBalancerSourceRanges", R"(["198.51.100.0/24"])"},
    {"ServiceSpec.sessionAffinity", R"(["ClientIP"])"},
    {"ServiceSpec.trafficDistribution", R"(["PreferClose"])"},
    {"ServiceSpec.type", R"(["NodePort"])"},
    {"Sysctl.name", R"(["net.ipv4.ip_unprivileged_port_start"])"},
    {"Taint.effect", R"(["NoExecute"])"},
    {"Toleration.effect", R"(["NoSchedule"])"},
    {"Toleration.operator", R"(["Exists"])"},
    {"TopologySpreadConstraint.nodeAffinityPolicy", R"(["Ignore"])"},
    {"TopologySpreadConstraint.nodeTaintsPolicy", R"(["Honor"])"},
    {"TopologySpreadConstraint.whenUnsatisfiable", R"(["ScheduleAnyway"])"},
    {"VolumeDevice.devicePath", R"(["/dev/xvdb"])"},
    {"VolumeDevice.name", R"(["block-2"])"},
    {"VolumeMount.mountPath", R"(["/changed"])"},
    {"VolumeMount.mountPropagation", R"(["HostToContainer"])"},
    {"VolumeMount.name", R"(["w"])"},
    {"VolumeMount.recursiveReadOnly", R"(["Disabled"])"},
};

// The key at which a map is entered; of other maps: "extra".
constexpr struct {
  std::string_view field, key;
} kKeys[] = {
    {"ContainerStatus.allocatedResources", "cpu"},
    {"NodeStatus.allocatable", "cpu"},
    {"NodeStatus.capacity", "cpu"},
    {"PodSpec.overhead", "memory"},
    {"ResourceRequirements.limits", "memory"},
    {"ResourceRequirements.requests", "memory"},
    {"VolumeResourceRequirements.limits", "storage"},
    {"VolumeResourceRequirements.requests", "storage"},
};

std::string FieldName(const SchemaField& field) {
  return std::string(ShortType(field.type)) + "." + std::string(field.name);
}

std::string KeyOf(const SchemaField& field) {
  if (field.shape == Shape::kList) return "0";
  if (field.shape != Shape::kMap) return "";
  const std::string name = FieldName(field);
  for (const auto& row : kKeys) {
    if (row.field == name) return std::string(row.key);
  }
  return "extra";
}

json SampleOf(std::string_view type) {
  for (const auto& row : kSamples) {
    if (row.type == ShortType(type)) return json::parse(row.object);
  }
  return json::object();
}

void Walk(TypeIndex type, LeafPath& path, std::vector<LeafPath>& leaves) {
  for (const SchemaField& field : FieldsOf(type)) {
    path.push_back({&field, KeyOf(field)});
    if (field.leaf == Leaf::kStruct) {
      Walk(field.target, path, leaves);
    } else {
      leaves.push_back(path);
    }
    path.pop_back();
  }
}

// What entering `step` asks of the object around it.
void MakeRoomFor(json& object, const LeafStep& step) {
  const SchemaField& field = *step.field;
  const std::string_view type = ShortType(field.type);
  const bool one_of = std::find(std::begin(kOneOf), std::end(kOneOf), type) != std::end(kOneOf);
  const TypeIndex around = FindType(field.type);
  if (one_of && field.shape == Shape::kObject) {
    for (const SchemaField& other : FieldsOf(around)) {
      if (other.shape == Shape::kObject && &other != &field) object.erase(std::string(other.name));
    }
  }
  for (const auto& row : kShutsOut) {
    if (row.type == type && row.entered == field.name) object.erase(std::string(row.leaves));
  }
  for (const auto& row : kNeeds) {
    if (row.type != type || row.entered != field.name) continue;
    object[std::string(row.needs)] = json::parse(row.value);
  }
}

json ValueOf(Leaf leaf, const json& now) {
  switch (leaf) {
    case Leaf::kInt32:
    case Leaf::kInt64:
      return now.is_number() ? now.get<i64>() + 1 : 7;
    case Leaf::kIntOrString:
      return now == 9 ? 10 : 9;
    case Leaf::kBoolean:
      return now != true;
    case Leaf::kTime:
      return "2026-01-02T03:04:05Z";
    case Leaf::kMicroTime:
      return "2026-01-02T03:04:05.000000Z";
    case Leaf::kQuantity:
      return now == "4Gi" ? "3Gi" : "4Gi";
    case Leaf::kByte:
      return "AAEC";
    case Leaf::kRaw:
      return json{{"f:metadata", json::object()}};
    default:
      return now == "changed" ? "changed-2" : "changed";
  }
}

}  // namespace

std::vector<LeafPath> LeavesOf(std::string_view kind) {
  std::vector<LeafPath> leaves;
  LeafPath path;
  const TypeIndex type =
      FindType((kind == "Deployment" ? "api.apps.v1." : "api.core.v1.") + std::string(kind));
  if (type != kNoType) Walk(type, path, leaves);
  return leaves;
}

json::json_pointer PointerOf(const LeafPath& path) {
  json::json_pointer pointer;
  for (const LeafStep& step : path) {
    pointer /= std::string(step.field->name);
    if (!step.key.empty()) pointer /= step.key;
  }
  return pointer;
}

std::string DottedOf(const LeafPath& path) {
  std::string text;
  for (const LeafStep& step : path) {
    if (!text.empty()) text += '.';
    text += step.field->name;
    if (!step.key.empty()) text += "." + step.key;
  }
  return text;
}

void MakeRoom(json& object, const LeafPath& path) {
  json* at = &object;
  for (const LeafStep& step : path) {
    MakeRoomFor(*at, step);
    const SchemaField& field = *step.field;
    const std::string name(field.name);
    if (&step == &path.back()) return;
    if (!at->contains(name) || (*at)[name].is_null()) {
      (*at)[name] = field.shape == Shape::kObject ? SampleOf(AllTypes()[field.target].name)
                    : field.shape == Shape::kList ? json::array()
                                                  : json::object();
    }
    at = &(*at)[name];
    if (field.shape == Shape::kList && at->empty()) {
      at->push_back(SampleOf(AllTypes()[field.target].name));
    }
    if (field.shape == Shape::kList) at = &(*at)[0];
    if (field.shape == Shape::kMap) at = &(*at)[step.key];
  }
}

json OtherValue(const LeafPath& path, const json& now) {
  const SchemaField& field = *path.back().field;
  const std::string name = FieldName(field);
  for (const auto& row : kValues) {
    if (row.field != name) continue;
    for (const json& value : json::parse(row.values)) {
      if (value != now) return value;
    }
  }
  return ValueOf(field.leaf, now);
}

}  // namespace wt
