// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/default_kinds.h"
#include "sim/objects/defaulting.h"
#include "sim/objects/set_default.h"

namespace wt {
namespace {

constexpr i64 kClientIpTimeoutSeconds = 10800;

void DefaultProtocols(Json& owner) {
  Json* ports = MutableList(owner, "ports");
  if (ports == nullptr) return;
  for (Json& port : *ports) {
    if (port.is_object()) DefaultPointer(port, "protocol", "TCP");
  }
}

void DefaultServicePorts(Json& spec) {
  Json* ports = MutableList(spec, "ports");
  if (ports == nullptr) return;
  for (Json& port : *ports) {
    if (!port.is_object()) continue;
    DefaultValue(port, "protocol", "TCP");
    if (IsZero(port, "targetPort")) port["targetPort"] = Int(port, "port");
  }
}

void DefaultSessionAffinity(Json& spec) {
  DefaultValue(spec, "sessionAffinity", "None");
  const std::string_view affinity = Text(spec, "sessionAffinity");
  if (affinity == "None") spec.erase("sessionAffinityConfig");
  if (affinity != "ClientIP") return;
  Json* config = DefaultObject(spec, "sessionAffinityConfig");
  Json* client = config == nullptr ? nullptr : DefaultObject(*config, "clientIP");
  if (client != nullptr) DefaultPointer(*client, "timeoutSeconds", kClientIpTimeoutSeconds);
}

// For each amount in `from`, the same in `to` unless it is there.
void CopyAmounts(const Json& from, Json& to) {
  for (const auto& [name, amount] : from.items()) to.emplace(name, amount);
}

void DefaultRuleScopes(Json& webhook) {
  Json* rules = MutableList(webhook, "rules");
  if (rules == nullptr) return;
  for (Json& rule : *rules) {
    if (rule.is_object()) DefaultPointer(rule, "scope", "*");
  }
}

}  // namespace

void DefaultClaim(Json& claim) {
  if (Json* spec = DefaultObject(claim, "spec")) DefaultPointer(*spec, "volumeMode", "Filesystem");
  if (Json* status = DefaultObject(claim, "status")) DefaultValue(*status, "phase", "Pending");
}

void DefaultService(Json& object) {
  Json* spec = DefaultObject(object, "spec");
  if (spec == nullptr) return;
  DefaultSessionAffinity(*spec);
  DefaultValue(*spec, "type", "ClusterIP");
  DefaultServicePorts(*spec);
  const std::string_view type = Text(*spec, "type");
  const bool balanced = type == "LoadBalancer";
  const bool outside = balanced || type == "NodePort" ||
                       (type == "ClusterIP" && !List(*spec, "externalIPs").empty());
  const bool inside = balanced || type == "NodePort" || type == "ClusterIP";
  if (outside) DefaultValue(*spec, "externalTrafficPolicy", "Cluster");
  if (inside) DefaultPointer(*spec, "internalTrafficPolicy", "Cluster");
  if (balanced) DefaultPointer(*spec, "allocateLoadBalancerNodePorts", true);
  Json* status = DefaultObject(object, "status");
  Json* balancer = status == nullptr ? nullptr : DefaultObject(*status, "loadBalancer");
  Json* ingress = balancer == nullptr ? nullptr : MutableList(*balancer, "ingress");
  if (!balanced || ingress == nullptr) return;
  for (Json& address : *ingress) {
    if (address.is_object() && !IsZero(address, "ip")) DefaultPointer(address, "ipMode", "VIP");
  }
}

void DefaultEndpoints(Json& object) {
  Json* subsets = MutableList(object, "subsets");
  if (subsets == nullptr) return;
  for (Json& subset : *subsets) DefaultProtocols(subset);
}

void DefaultEndpointSlice(Json& object) {
  DefaultProtocols(object);
  Json* ports = MutableList(object, "ports");
  if (ports == nullptr) return;
  for (Json& port : *ports) {
    if (port.is_object()) DefaultPointer(port, "name", "");
  }
}

void DefaultNode(Json& object) {
  Json* status = DefaultObject(object, "status");
  if (status == nullptr || !IsUnset(*status, "allocatable")) return;
  Json capacity = Map(*status, "capacity");
  if (!capacity.empty()) (*status)["allocatable"] = std::move(capacity);
}

void DefaultNamespace(Json& object) {
  if (Json* status = DefaultObject(object, "status")) DefaultValue(*status, "phase", "Active");
  Json* metadata = DefaultObject(object, "metadata");
  if (metadata == nullptr) return;
  const std::string name(Text(*metadata, "name"));
  if (name.empty()) return;
  if (Json* labels = DefaultObject(*metadata, "labels")) {
    (*labels)["kubernetes.io/metadata.name"] = name;
  }
}

void DefaultSecret(Json& object) { DefaultValue(object, "type", "Opaque"); }

void DefaultLimitRange(Json& object) {
  Json* spec = MutableObject(object, "spec");
  Json* limits = spec == nullptr ? nullptr : MutableList(*spec, "limits");
  if (limits == nullptr) return;
  for (Json& item : *limits) {
    if (!item.is_object() || Text(item, "type") != "Container") continue;
    const Json most = Map(item, "max");
    const Json least = Map(item, "min");
    Json* limit = DefaultObject(item, "default");
    if (limit != nullptr) CopyAmounts(most, *limit);
    const Json limit_copy = Map(item, "default");
    Json* request = DefaultObject(item, "defaultRequest");
    if (request == nullptr) continue;
    CopyAmounts(limit_copy, *request);
    CopyAmounts(least, *request);
  }
}

void DefaultPersistentVolume(Json& object) {
  Json* spec = DefaultObject(object, "spec");
  if (spec == nullptr) return;
  DefaultValue(*spec, "persistentVolumeReclaimPolicy", "Retain");
  DefaultPointer(*spec, "volumeMode", "Filesystem");
  if (Json* path = MutableObject(*spec, "hostPath")) DefaultPointer(*path, "type", "");
  if (Json* status = DefaultObject(object, "status")) DefaultValue(*status, "phase", "Pending");
}

void DefaultStorageClass(Json& object) {
  DefaultPointer(object, "reclaimPolicy", "Delete");
  DefaultPointer(object, "volumeBindingMode", "Immediate");
}

void DefaultNetworkPolicy(Json& object) {
  Json* spec = DefaultObject(object, "spec");
  if (spec == nullptr) return;
  for (const char* direction : {"ingress", "egress"}) {
    Json* rules = MutableList(*spec, direction);
    if (rules == nullptr) continue;
    for (Json& rule : *rules) DefaultProtocols(rule);
  }
  if (!List(*spec, "policyTypes").empty()) return;
  Json types = Json::array({"Ingress"});
  if (!List(*spec, "egress").empty()) types.push_back("Egress");
  (*spec)["policyTypes"] = std::move(types);
}

void DefaultIngressClass(Json& object) {
  Json* spec = MutableObject(object, "spec");
  Json* parameters = spec == nullptr ? nullptr : MutableObject(*spec, "parameters");
  if (parameters != nullptr) DefaultPointer(*parameters, "scope", "Cluster");
}

void DefaultPriorityClass(Json& object) {
  DefaultPointer(object, "preemptionPolicy", "PreemptLowerPriority");
}

void DefaultRoleBinding(Json& object) {
  constexpr std::string_view kGroup = "rbac.authorization.k8s.io";
  if (Json* role = MutableObject(object, "roleRef")) DefaultValue(*role, "apiGroup", kGroup);
  Json* subjects = MutableList(object, "subjects");
  if (subjects == nullptr) return;
  for (Json& subject : *subjects) {
    const std::string_view kind = Text(subject, "kind");
    if (kind == "User" || kind == "Group") DefaultValue(subject, "apiGroup", kGroup);
  }
}

void DefaultWebhooks(Json& object) {
  Json* webhooks = MutableList(object, "webhooks");
  if (webhooks == nullptr) return;
  const bool mutating = Text(object, "kind") == "MutatingWebhookConfiguration";
  for (Json& webhook : *webhooks) {
    if (!webhook.is_object()) continue;
    DefaultPointer(webhook, "failurePolicy", "Fail");
    DefaultPointer(webhook, "matchPolicy", "Equivalent");
    DefaultPointer(webhook, "timeoutSeconds", 10);
    DefaultObject(webhook, "namespaceSelector");
    DefaultObject(webhook, "objectSelector");
    if (mutating) DefaultPointer(webhook, "reinvocationPolicy", "Never");
    DefaultRuleScopes(webhook);
    Json* client = MutableObject(webhook, "clientConfig");
    Json* service = client == nullptr ? nullptr : MutableObject(*client, "service");
    if (service != nullptr) DefaultPointer(*service, "port", 443);
  }
}

}  // namespace wt
