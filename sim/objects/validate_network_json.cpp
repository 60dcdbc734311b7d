// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "sim/objects/access.h"
#include "sim/objects/addresses.h"
#include "sim/objects/validate_kinds.h"

namespace wt {
namespace {

constexpr i64 kKubeletPort = 10250;

bool IsHeadless(const Json& spec) {
  const Json& ips = List(spec, "clusterIPs");
  return ips.size() == 1 && TextOf(ips[0]) == "None";
}

void CheckServicePort(Checker& check, const Json& port, bool need_name,
                      std::set<std::string_view>& names, const FieldPath& path) {
  const std::string_view name = Text(port, "name");
  if (need_name && name.empty()) check.Required(path.Child("name"));
  if (!name.empty()) {
    check.Each(path.Child("name"), name, Dns1123LabelComplaints(name));
    if (!names.insert(name).second) check.Duplicate(path.Child("name"), Shown(name));
  }
  const i64 number = Int(port, "port");
  check.Each(path.Child("port"), number, PortNumberComplaints(number));
  check.OneOf(path.Child("protocol"), Text(port, "protocol"), {"SCTP", "TCP", "UDP"});
  CheckPortNumberOrName(check, Find(port, "targetPort"), path.Child("targetPort"));
  const std::string_view application = Text(port, "appProtocol");
  if (!application.empty()) {
    check.Each(path.Child("appProtocol"), application, QualifiedNameComplaints(application));
  }
}

void CheckByType(Checker& check, const Json& spec, std::string_view type, const FieldPath& path) {
  const Json& ports = List(spec, "ports");
  const FieldPath ports_path = path.Child("ports");
  const FieldPath ips = path.Child("clusterIPs");
  if (type == "LoadBalancer") {
    for (std::size_t k = 0; k < ports.size(); ++k) {
      if (Int(ports[k], "port") != kKubeletPort) continue;
      check.Invalid(ports_path.Index(k), Shown(kKubeletPort),
                    "may not expose port 10250 externally since it is used by kubelet");
    }
  }
  if ((type == "LoadBalancer" || type == "NodePort") && IsHeadless(spec)) {
    check.Invalid(ips.Index(0), "\"None\"",
                  fmt::format("may not be set to 'None' for {} services", type));
  }
  if (type != "ExternalName") return;
  if (!List(spec, "clusterIPs").empty()) {
    check.Forbidden(ips, "may not be set for ExternalName services");
  }
  std::string_view name = Text(spec, "externalName");
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) return check.Required(path.Child("externalName"));
  check.Each(path.Child("externalName"), name, Dns1123SubdomainComplaints(name));
}

void CheckSessionAffinity(Checker& check, const Json& spec, const FieldPath& path) {
  const std::string_view affinity = Text(spec, "sessionAffinity");
  check.OneOf(path.Child("sessionAffinity"), affinity, {"ClientIP", "None"});
  const FieldPath config_path = path.Child("sessionAffinityConfig");
  const Json* config = Find(spec, "sessionAffinityConfig");
  if (affinity == "None" && config != nullptr) {
    check.Forbidden(config_path, "must not be set when session affinity is None");
  }
  if (affinity != "ClientIP" || config == nullptr) return;
  const FieldPath client = config_path.Child("clientIP");
  const i64 seconds = Int(Map(*config, "clientIP"), "timeoutSeconds");
  if (seconds <= 0 || seconds > 86400) {
    check.Invalid(client.Child("timeoutSeconds"), Shown(seconds),
                  "must be greater than 0 and less than 86400");
  }
}

void CheckClusterIps(Checker& check, const Json& spec, const FieldPath& path) {
  if (Text(spec, "type") == "ExternalName") return;
  const Json& families = List(spec, "ipFamilies");
  const FieldPath families_path = path.Child("ipFamilies");
  for (std::size_t k = 0; k < families.size(); ++k) {
    check.OneOf(families_path.Index(k), TextOf(families[k]), {"IPv4", "IPv6"});
  }
  const std::string_view policy = Text(spec, "ipFamilyPolicy");
  if (!policy.empty()) {
    check.OneOf(path.Child("ipFamilyPolicy"), policy,
                {"PreferDualStack", "RequireDualStack", "SingleStack"});
  }
  const FieldPath ips_path = path.Child("clusterIPs");
  const Json& ips = List(spec, "clusterIPs");
  if (ips.empty() && !Text(spec, "clusterIP").empty()) return check.Required(ips_path);
  for (std::size_t k = 0; k < ips.size(); ++k) {
    const std::string_view ip = TextOf(ips[k]);
    if (k == 0 && ip == "None") {
      if (ips.size() > 1) {
        check.Invalid(ips_path, Shown(&ips), "'None' must be the first and only value");
      }
      continue;
    }
    check.Each(ips_path.Index(k), ip, IpComplaints(ip));
  }
  if (ips.size() > 2) check.Invalid(ips_path, Shown(&ips), "may only hold up to 2 values");
}

std::string ShownPortKey(const Json& port) {
  return fmt::format(
      "{{\"Name\":\"\",\"Protocol\":{},\"AppProtocol\":null,\"Port\":{},\"TargetPort\":0,"
      "\"NodePort\":0}}",
      Shown(Text(port, "protocol")), Int(port, "port"));
}

void CheckRepeatedPorts(Checker& check, const Json& ports, std::string_view type,
                        const FieldPath& path) {
  for (std::size_t k = 0; type == "ClusterIP" && k < ports.size(); ++k) {
    const FieldPath here = path.Index(k);
    if (Int(ports[k], "nodePort") != 0) {
      check.Forbidden(here.Child("nodePort"), "may not be used when `type` is 'ClusterIP'");
    }
  }
  std::set<std::pair<std::string_view, i64>> node_ports;
  std::set<std::pair<std::string_view, i64>> service_ports;
  for (std::size_t k = 0; k < ports.size(); ++k) {
    const i64 node_port = Int(ports[k], "nodePort");
    if (node_port == 0) continue;
    const FieldPath here = path.Index(k);
    if (!node_ports.insert({Text(ports[k], "protocol"), node_port}).second) {
      check.Duplicate(here.Child("nodePort"), Shown(node_port));
    }
  }
  for (std::size_t k = 0; k < ports.size(); ++k) {
    if (!service_ports.insert({Text(ports[k], "protocol"), Int(ports[k], "port")}).second) {
      check.Duplicate(path.Index(k), ShownPortKey(ports[k]));
    }
  }
}

void CheckTrafficPolicies(Checker& check, const Json& spec, std::string_view type,
                          const FieldPath& path) {
  const std::string_view outside = Text(spec, "externalTrafficPolicy");
  const bool exposed = type == "NodePort" || type == "LoadBalancer" ||
                       (type == "ClusterIP" && !List(spec, "externalIPs").empty());
  const FieldPath here = path.Child("externalTrafficPolicy");
  if (!exposed && !outside.empty()) {
    check.Invalid(here, Shown(outside), "may only be set for externally-accessible services");
  } else if (exposed) {
    check.OneOf(here, outside, {"Cluster", "Local"});
  }
  const std::string_view inside = Text(spec, "internalTrafficPolicy");
  if (!inside.empty()) {
    check.OneOf(path.Child("internalTrafficPolicy"), inside, {"Cluster", "Local"});
  }
}

void CheckHealthCheckPort(Checker& check, const Json& spec, std::string_view type,
                          const FieldPath& path) {
  const i64 port = Int(spec, "healthCheckNodePort");
  const bool needed = type == "LoadBalancer" && Text(spec, "externalTrafficPolicy") == "Local";
  if (needed || port == 0) return;
  check.Invalid(path.Child("healthCheckNodePort"), Shown(port),
                "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is "
                "'Local'");
}

// Fields of a LoadBalancer that no other type of Service may have.
void CheckBalancerOnly(Checker& check, const Json& spec, std::string_view type,
                       const FieldPath& path) {
  if (type == "LoadBalancer") {
    const std::string_view name = Text(spec, "loadBalancerClass");
    if (!name.empty()) {
      check.Each(path.Child("loadBalancerClass"), name, QualifiedNameComplaints(name));
    }
    return;
  }
  for (const char* key :
       {"loadBalancerSourceRanges", "allocateLoadBalancerNodePorts", "loadBalancerClass"}) {
    if (Find(spec, key) == nullptr) continue;
    check.Forbidden(path.Child(key), "may only be used when `type` is 'LoadBalancer'");
  }
}

// What a Service keeps once it has it. Source: pkg/apis/core/validation
// validateLoadBalancerClassField, validateUpgradeDowngradeIPFamilies (v1.35).
void CheckServiceUpdate(Checker& check, const Json& spec, const Json& before,
                        const FieldPath& path) {
  const std::string_view type = Text(spec, "type");
  const std::string_view old_type = Text(before, "type");
  if (type == "LoadBalancer" && old_type == type &&
      Text(spec, "loadBalancerClass") != Text(before, "loadBalancerClass")) {
    check.Invalid(path.Child("loadBalancerClass"), Shown(Find(spec, "loadBalancerClass")),
                  "may not change once set");
  }
  if (type == "ExternalName" || old_type == "ExternalName") return;
  const Json& families = List(spec, "ipFamilies");
  const Json& had = List(before, "ipFamilies");
  const bool moved = !families.empty() && !had.empty() && families[0] != had[0];
  if (moved && !IsHeadless(spec) && !IsHeadless(before)) {
    const FieldPath list = path.Child("ipFamilies");
    check.Invalid(list.Index(0), Shown(&families), "may not change once set");
  }
  const std::string_view address = Text(before, "clusterIP");
  const Json& ips = List(spec, "clusterIPs");
  const std::string_view first = ips.empty() ? Text(spec, "clusterIP") : TextOf(ips[0]);
  if (address.empty() || first == address) return;
  const FieldPath list = path.Child("clusterIPs");
  check.Invalid(list.Index(0), Shown(first), "may not change once set");
}

void CheckCidr(Checker& check, std::string_view text, const FieldPath& path) {
  if (!ParseCidr(text)) {
    check.Invalid(path, Shown(text),
                  "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
  }
}

void CheckIpBlock(Checker& check, const Json& block, const FieldPath& path) {
  const std::string_view cidr = Text(block, "cidr");
  if (cidr.empty()) return check.Required(path.Child("cidr"));
  CheckCidr(check, cidr, path.Child("cidr"));
  const std::optional<CidrBlock> whole = ParseCidr(cidr);
  if (!whole) return;
  const Json& excepts = List(block, "except");
  const FieldPath list = path.Child("except");
  for (std::size_t k = 0; k < excepts.size(); ++k) {
    const std::string_view text = TextOf(excepts[k]);
    CheckCidr(check, text, list.Index(k));
    const std::optional<CidrBlock> part = ParseCidr(text);
    if (!part) continue;
    if (!Contains(*whole, part->address) || whole->prefix_bits >= part->prefix_bits) {
      check.Invalid(list.Index(k), Shown(text), "must be a strict subset of `cidr`");
    }
  }
}

void CheckPolicyPort(Checker& check, const Json& rule, const FieldPath& path) {
  const std::string_view protocol = Text(rule, "protocol");
  if (Find(rule, "protocol") != nullptr && protocol != "TCP" && protocol != "UDP" &&
      protocol != "SCTP") {
    check.NotSupported(path.Child("protocol"), Shown(protocol), {"TCP", "UDP", "SCTP"});
  }
  const Json* port = Find(rule, "port");
  const Json* last = Find(rule, "endPort");
  const FieldPath last_path = path.Child("endPort");
  const i64 end = Int(rule, "endPort");
  if (port == nullptr) {
    if (last != nullptr) {
      check.Invalid(last_path, Shown(last), "may not be specified when `port` is not specified");
    }
    return;
  }
  if (port->is_string()) {
    if (last != nullptr) {
      check.Invalid(last_path, Shown(last), "may not be specified when `port` is non-numeric");
    }
    return CheckPortNumberOrName(check, port, path.Child("port"));
  }
  CheckPortNumberOrName(check, port, path.Child("port"));
  if (last == nullptr) return;
  if (end < Int(rule, "port")) {
    check.Invalid(last_path, Shown(Int(rule, "port")), "must be greater than or equal to `port`");
  }
  check.Each(last_path, end, PortNumberComplaints(end));
}

void CheckPeer(Checker& check, const Json& peer, const FieldPath& path) {
  int peers = 0;
  for (const char* key : {"podSelector", "namespaceSelector"}) {
    const Json* selector = Find(peer, key);
    if (selector == nullptr) continue;
    ++peers;
    CheckLabelSelector(check, selector, path.Child(key));
  }
  const Json* block = Find(peer, "ipBlock");
  if (block != nullptr) {
    ++peers;
    CheckIpBlock(check, *block, path.Child("ipBlock"));
  }
  if (peers == 0) {
    check.Required(path, "must specify a peer");
  } else if (peers > 1 && block != nullptr) {
    check.Forbidden(path, "may not specify both ipBlock and another peer");
  }
}

void CheckPolicyRules(Checker& check, const Json& rules, std::string_view peers_key,
                      const FieldPath& path) {
  for (std::size_t r = 0; r < rules.size(); ++r) {
    const FieldPath rule = path.Index(r);
    const Json& ports = List(rules[r], "ports");
    const FieldPath ports_path = rule.Child("ports");
    for (std::size_t k = 0; k < ports.size(); ++k) {
      CheckPolicyPort(check, ports[k], ports_path.Index(k));
    }
    const Json& peers = List(rules[r], peers_key);
    const FieldPath peers_path = rule.Child(peers_key);
    for (std::size_t k = 0; k < peers.size(); ++k) CheckPeer(check, peers[k], peers_path.Index(k));
  }
}

void CheckServiceBackend(Checker& check, const Json& service, const FieldPath& path) {
  const FieldPath here = path.Child("service");
  const std::string_view name = Text(service, "name");
  if (name.empty()) {
    check.Required(here.Child("name"));
  } else {
    check.Each(here.Child("name"), name, Dns1035LabelComplaints(name));
  }
  const Json& port = Map(service, "port");
  const std::string_view port_name = Text(port, "name");
  const i64 number = Int(port, "number");
  const FieldPath port_path = here.Child("port");
  if (!port_name.empty() && number != 0) {
    check.Invalid(path, "\"\"", "cannot set both port name & port number");
  } else if (!port_name.empty()) {
    check.Each(port_path.Child("name"), port_name, PortNameComplaints(port_name));
  } else if (number != 0) {
    check.Each(port_path.Child("number"), number, PortNumberComplaints(number));
  } else {
    check.Required(path, "port name or number is required");
  }
}

void CheckBackend(Checker& check, const Json& backend, const FieldPath& path) {
  const Json* resource = Find(backend, "resource");
  const Json* service = Find(backend, "service");
  if (resource != nullptr && service != nullptr) {
    check.Invalid(path, "\"\"", "cannot set both resource and service backends");
  } else if (service != nullptr) {
    CheckServiceBackend(check, *service, path);
  } else if (resource == nullptr) {
    check.Invalid(path, "\"\"", "resource or service backend is required");
  } else {
    const FieldPath here = path.Child("resource");
    for (const char* key : {"kind", "name"}) {
      if (Text(*resource, key).empty()) check.Required(here.Child(key));
    }
  }
}

void CheckIngressPath(Checker& check, const Json& rule, const FieldPath& path) {
  const std::string_view type = Text(rule, "pathType");
  const std::string_view text = Text(rule, "path");
  const FieldPath here = path.Child("path");
  if (Find(rule, "pathType") == nullptr) {
    return check.Required(path.Child("pathType"), "pathType must be specified");
  }
  if (type == "Exact" || type == "Prefix") {
    if (!text.starts_with('/')) check.Invalid(here, Shown(text), "must be an absolute path");
    for (const std::string_view part : {"//", "/./", "/../", "%2f", "%2F"}) {
      if (text.find(part) == std::string_view::npos) continue;
      check.Invalid(here, Shown(text), fmt::format("must not contain '{}'", part));
    }
    for (const std::string_view end : {"/..", "/."}) {
      if (!text.ends_with(end)) continue;
      check.Invalid(here, Shown(text), fmt::format("cannot end with '{}'", end));
    }
  } else if (type != "ImplementationSpecific") {
    check.NotSupported(path.Child("pathType"), Shown(type),
                       {"Exact", "ImplementationSpecific", "Prefix"});
  } else if (!text.empty() && !text.starts_with('/')) {
    check.Invalid(here, Shown(text), "must be an absolute path");
  }
  CheckBackend(check, Map(rule, "backend"), path.Child("backend"));
}

void CheckHost(Checker& check, std::string_view host, const FieldPath& path) {
  if (host.empty()) return;
  if (ParseIp(host)) {
    check.Invalid(path, Shown(host), "must be a DNS name, not an IP address");
  }
  const bool wildcard = host.find('*') != std::string_view::npos;
  check.Each(path, host,
             wildcard ? WildcardSubdomainComplaints(host) : Dns1123SubdomainComplaints(host));
}

void CheckIngressRules(Checker& check, const Json& rules, const FieldPath& path) {
  for (std::size_t r = 0; r < rules.size(); ++r) {
    const FieldPath rule = path.Index(r);
    CheckHost(check, Text(rules[r], "host"), rule.Child("host"));
    const Json* http = Find(rules[r], "http");
    if (http == nullptr) continue;
    const FieldPath http_path = rule.Child("http");
    const FieldPath paths_path = http_path.Child("paths");
    const Json& paths = List(*http, "paths");
    if (paths.empty()) check.Required(paths_path);
    for (std::size_t k = 0; k < paths.size(); ++k) {
      CheckIngressPath(check, paths[k], paths_path.Index(k));
    }
  }
}

}  // namespace

void ValidateService(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1035LabelComplaints);
  const FieldPath path("spec");
  const Json& spec = Map(object, "spec");
  const std::string_view type = Text(spec, "type");
  const Json& ports = List(spec, "ports");
  const FieldPath ports_path = path.Child("ports");
  if (ports.empty() && !IsHeadless(spec) && type != "ExternalName") check.Required(ports_path);
  CheckByType(check, spec, type, path);
  std::set<std::string_view> names;
  for (std::size_t k = 0; k < ports.size(); ++k) {
    CheckServicePort(check, ports[k], ports.size() > 1, names, ports_path.Index(k));
  }
  CheckLabels(check, Map(spec, "selector"), path.Child("selector"));
  CheckSessionAffinity(check, spec, path);
  CheckClusterIps(check, spec, path);
  const Json& outside = List(spec, "externalIPs");
  const FieldPath outside_path = path.Child("externalIPs");
  for (std::size_t k = 0; k < outside.size(); ++k) {
    check.Each(outside_path.Index(k), TextOf(outside[k]), IpComplaints(TextOf(outside[k])));
  }
  check.OneOf(path.Child("type"), type, {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"});
  CheckRepeatedPorts(check, ports, type, ports_path);
  CheckTrafficPolicies(check, spec, type, path);
  CheckHealthCheckPort(check, spec, type, path);
  CheckBalancerOnly(check, spec, type, path);
  if (old == nullptr) return;
  CheckMetaUpdate(check, object, *old);
  CheckServiceUpdate(check, spec, Map(*old, "spec"), path);
}

void ValidateIngress(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1123SubdomainComplaints);
  const FieldPath path("spec");
  const Json& spec = Map(object, "spec");
  const Json& rules = List(spec, "rules");
  const Json* backend = Find(spec, "defaultBackend");
  if (rules.empty() && backend == nullptr) {
    check.Invalid(path, Shown(Find(spec, "rules")),
                  "either `defaultBackend` or `rules` must be specified");
  }
  if (backend != nullptr) CheckBackend(check, *backend, path.Child("defaultBackend"));
  CheckIngressRules(check, rules, path.Child("rules"));
  const Json& certificates = List(spec, "tls");
  const FieldPath tls = path.Child("tls");
  for (std::size_t c = 0; c < certificates.size(); ++c) {
    const FieldPath here = tls.Index(c);
    const FieldPath hosts_path = here.Child("hosts");
    const Json& hosts = List(certificates[c], "hosts");
    for (std::size_t k = 0; k < hosts.size(); ++k) {
      const std::string_view host = TextOf(hosts[k]);
      const bool wildcard = host.find('*') != std::string_view::npos;
      check.Each(hosts_path.Index(k), host,
                 wildcard ? WildcardSubdomainComplaints(host) : Dns1123SubdomainComplaints(host));
    }
  }
  const std::string_view ingress_class = Text(spec, "ingressClassName");
  if (!ingress_class.empty()) {
    check.Each(path.Child("ingressClassName"), ingress_class,
               Dns1123SubdomainComplaints(ingress_class));
  }
  if (old != nullptr) CheckMetaUpdate(check, object, *old);
}

void ValidateNetworkPolicy(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1123SubdomainComplaints);
  const FieldPath path("spec");
  const Json& spec = Map(object, "spec");
  CheckLabelSelector(check, Find(spec, "podSelector"), path.Child("podSelector"));
  CheckPolicyRules(check, List(spec, "ingress"), "from", path.Child("ingress"));
  CheckPolicyRules(check, List(spec, "egress"), "to", path.Child("egress"));
  const Json& types = List(spec, "policyTypes");
  const FieldPath types_path = path.Child("policyTypes");
  if (types.size() > 2) {
    check.Invalid(types_path, Shown(&types), "may not specify more than two policyTypes");
  }
  for (std::size_t k = 0; types.size() <= 2 && k < types.size(); ++k) {
    const std::string_view type = TextOf(types[k]);
    if (type != "Ingress" && type != "Egress") {
      check.NotSupported(types_path.Index(k), Shown(type), {"Ingress", "Egress"});
    }
  }
  if (old != nullptr) CheckMetaUpdate(check, object, *old);
}

}  // namespace wt
