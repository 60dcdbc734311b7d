// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "sim/objects/access.h"
#include "sim/objects/quantity.h"
#include "sim/objects/validate_kinds.h"

namespace wt {
namespace {

using Names = std::set<std::string_view>;

bool HasText(const Json& object, std::string_view key) { return !Text(object, key).empty(); }

void CheckPorts(Checker& check, const Json& ports, const FieldPath& path) {
  Names seen;
  for (std::size_t k = 0; k < ports.size(); ++k) {
    const Json& port = ports[k];
    const FieldPath here = path.Index(k);
    const std::string_view name = Text(port, "name");
    if (!name.empty()) {
      const Complaints complaints = PortNameComplaints(name);
      check.Each(here.Child("name"), name, complaints);
      if (complaints.empty() && !seen.insert(name).second) {
        check.Duplicate(here.Child("name"), Shown(name));
      }
    }
    const i64 number = Int(port, "containerPort");
    if (number == 0) {
      check.Required(here.Child("containerPort"));
    } else {
      check.Each(here.Child("containerPort"), number, PortNumberComplaints(number));
    }
    const i64 host = Int(port, "hostPort");
    if (host != 0) check.Each(here.Child("hostPort"), host, PortNumberComplaints(host));
    check.OneOf(here.Child("protocol"), Text(port, "protocol"), {"SCTP", "TCP", "UDP"});
  }
}

// A reference to one key of a ConfigMap or Secret.
void CheckKeyRef(Checker& check, const Json& ref, const FieldPath& path) {
  if (!HasText(ref, "name")) check.Required(path.Child("name"));
  const std::string_view key = Text(ref, "key");
  if (key.empty()) {
    check.Required(path.Child("key"));
  } else {
    check.Each(path.Child("key"), key, ConfigMapKeyComplaints(key));
  }
}

void CheckEnvSource(Checker& check, const Json& variable, const FieldPath& path) {
  const Json* source = Find(variable, "valueFrom");
  if (source == nullptr) return;
  int sources = 0;
  if (const Json* ref = Find(*source, "fieldRef")) {
    ++sources;
    CheckFieldRef(check, *ref, path.Child("fieldRef"), false);
  }
  if (const Json* ref = Find(*source, "resourceFieldRef")) {
    ++sources;
    CheckResourceFieldRef(check, *ref, path.Child("resourceFieldRef"), false);
  }
  for (const char* kind : {"configMapKeyRef", "secretKeyRef"}) {
    const Json* ref = Find(*source, kind);
    if (ref == nullptr) continue;
    ++sources;
    CheckKeyRef(check, *ref, path.Child(kind));
  }
  if (Find(*source, "fileKeyRef") != nullptr) ++sources;
  if (sources == 0) {
    check.Invalid(path, "\"\"",
                  "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, "
                  "`secretKeyRef` or `fileKeyRef`");
  }
  if (HasText(variable, "value")) {
    if (sources != 0) {
      check.Invalid(path, "\"\"", "may not be specified when `value` is not empty");
    }
  } else if (sources > 1) {
    check.Invalid(path, "\"\"", "may not have more than one field specified at a time");
  }
}

void CheckEnv(Checker& check, const Json& env, const FieldPath& path) {
  for (std::size_t k = 0; k < env.size(); ++k) {
    const FieldPath here = path.Index(k);
    const std::string_view name = Text(env[k], "name");
    if (name.empty()) {
      check.Required(here.Child("name"));
    } else {
      check.Each(here.Child("name"), name, EnvVarNameComplaints(name));
    }
    CheckEnvSource(check, env[k], here.Child("valueFrom"));
  }
}

void CheckEnvFrom(Checker& check, const Json& sources, const FieldPath& path) {
  for (std::size_t k = 0; k < sources.size(); ++k) {
    const FieldPath here = path.Index(k);
    const std::string_view prefix = Text(sources[k], "prefix");
    if (!prefix.empty()) {
      check.Each(here.Child("prefix"), prefix, EnvVarNameComplaints(prefix));
    }
    int count = 0;
    for (const char* kind : {"configMapRef", "secretRef"}) {
      const Json* ref = Find(sources[k], kind);
      if (ref == nullptr) continue;
      ++count;
      const FieldPath source = here.Child(kind);
      if (!HasText(*ref, "name")) check.Required(source.Child("name"));
    }
    if (count == 0) {
      check.Invalid(here, "\"\"", "must specify one of: `configMapRef` or `secretRef`");
    } else if (count > 1) {
      check.Invalid(here, "\"\"", "may not have more than one field specified at a time");
    }
  }
}

void CheckMounts(Checker& check, const Json& container, const Names& volumes,
                 const FieldPath& path) {
  const Json& mounts = List(container, "volumeMounts");
  Names points;
  for (std::size_t k = 0; k < mounts.size(); ++k) {
    const FieldPath here = path.Index(k);
    const std::string_view name = Text(mounts[k], "name");
    const std::string_view point = Text(mounts[k], "mountPath");
    if (name.empty()) check.Required(here.Child("name"));
    if (!volumes.contains(name)) check.NotFound(here.Child("name"), Shown(name));
    if (point.empty()) check.Required(here.Child("mountPath"));
    if (!points.insert(point).second) {
      check.Invalid(here.Child("mountPath"), Shown(point), "must be unique");
    }
    const std::string_view sub = Text(mounts[k], "subPath");
    if (sub.starts_with('/')) {
      check.Invalid(here.Child("subPath"), Shown(sub), "must be a relative path");
    }
    if (sub.find("..") != std::string_view::npos) {
      check.Invalid(here.Child("subPath"), Shown(sub), "must not contain '..'");
    }
    if (!sub.empty() && HasText(mounts[k], "subPathExpr")) {
      check.Invalid(here.Child("subPathExpr"), Shown(Text(mounts[k], "subPathExpr")),
                    "subPathExpr and subPath are mutually exclusive");
    }
    const std::string_view propagation = Text(mounts[k], "mountPropagation");
    if (!propagation.empty()) {
      check.OneOf(here.Child("mountPropagation"), propagation,
                  {"Bidirectional", "HostToContainer", "None"});
    }
  }
}

void CheckRequest(Checker& check, std::string_view name, const Json& value, const Json& limits,
                  const FieldPath& requests_path, const FieldPath& limits_path) {
  const Result<Quantity> request = ParseQuantity(TextOf(value));
  if (!request) return;
  const Json* limit_text = Find(limits, name);
  const bool exact = !IsOvercommitAllowed(name);
  if (limit_text == nullptr) {
    if (exact) {
      check.Required(limits_path, "Limit must be set for non overcommitable resources");
    }
    return;
  }
  const Result<Quantity> limit = ParseQuantity(TextOf(*limit_text));
  if (!limit) return;
  const int order = Compare(*request, *limit);
  if ((exact && order != 0) || order > 0) {
    check.Invalid(requests_path, Shown(CanonicalText(*request)),
                  fmt::format("must be {} to {} limit of {}",
                              exact ? "equal" : "less than or equal", name, CanonicalText(*limit)));
  }
}

void CheckResources(Checker& check, const Json& resources, const FieldPath& path) {
  const FieldPath limits_path = path.Child("limits");
  const FieldPath requests_path = path.Child("requests");
  const Json& limits = Map(resources, "limits");
  const Json& requests = Map(resources, "requests");
  bool huge = false;
  bool plain = false;
  const auto note = [&](std::string_view name) {
    huge |= name.starts_with("hugepages-");
    plain |= name == "cpu" || name == "memory";
  };
  for (const auto& [name, value] : limits.items()) {
    const FieldPath here = limits_path.Key(name);
    CheckContainerResourceName(check, name, here);
    CheckResourceQuantity(check, name, value, here);
    note(name);
  }
  for (const auto& [name, value] : requests.items()) {
    const FieldPath here = requests_path.Key(name);
    CheckContainerResourceName(check, name, here);
    CheckResourceQuantity(check, name, value, here);
    CheckRequest(check, name, value, limits, requests_path, limits_path);
    note(name);
  }
  if (huge && !plain) check.Forbidden(path, "HugePages require cpu or memory");
}

// The context as Go prints the internal type: all fields, in its order.
std::string ShownSecurityContext(const Json& context) {
  static constexpr struct {
    std::string_view printed, member;
  } kFields[] = {{"Capabilities", "capabilities"},
                 {"Privileged", "privileged"},
                 {"SELinuxOptions", "seLinuxOptions"},
                 {"WindowsOptions", "windowsOptions"},
                 {"RunAsUser", "runAsUser"},
                 {"RunAsGroup", "runAsGroup"},
                 {"RunAsNonRoot", "runAsNonRoot"},
                 {"ReadOnlyRootFilesystem", "readOnlyRootFilesystem"},
                 {"AllowPrivilegeEscalation", "allowPrivilegeEscalation"},
                 {"ProcMount", "procMount"},
                 {"SeccompProfile", "seccompProfile"},
                 {"AppArmorProfile", "appArmorProfile"}};
  std::string out;
  for (const auto& field : kFields) {
    out += fmt::format("{}\"{}\":{}", out.empty() ? "{" : ",", field.printed,
                       Shown(Find(context, field.member)));
  }
  return out + "}";
}

void CheckSecurityContext(Checker& check, const Json& context, const FieldPath& path) {
  const bool privileged = Flag(context, "privileged");
  if (privileged && !check.options.allow_privileged) {
    check.Forbidden(path.Child("privileged"), "disallowed by cluster policy");
  }
  for (const char* key : {"runAsUser", "runAsGroup"}) {
    const i64 id = Int(context, key);
    if (id < 0 || id > 2147483647) {
      check.Invalid(path.Child(key), Shown(id), "must be between 0 and 2147483647, inclusive");
    }
  }
  const Json* escalation = Find(context, "allowPrivilegeEscalation");
  if (escalation == nullptr || Flag(context, "allowPrivilegeEscalation")) return;
  if (privileged) {
    check.Invalid(path, ShownSecurityContext(context),
                  "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
  }
  for (const Json& capability : List(Map(context, "capabilities"), "add")) {
    if (TextOf(capability) != "CAP_SYS_ADMIN") continue;
    check.Invalid(path, ShownSecurityContext(context),
                  "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` "
                  "CAP_SYS_ADMIN");
  }
}

void CheckHttpGet(Checker& check, const Json& get, const FieldPath& path) {
  if (!HasText(get, "path")) check.Required(path.Child("path"));
  CheckPortNumberOrName(check, Find(get, "port"), path.Child("port"));
  const std::string_view scheme = Text(get, "scheme");
  if (scheme != "HTTP" && scheme != "HTTPS") {
    check.NotSupported(path.Child("scheme"), Shown(scheme), {"HTTP", "HTTPS"});
  }
  for (const Json& header : List(get, "httpHeaders")) {
    const std::string_view name = Text(header, "name");
    check.Each(path.Child("httpHeaders"), name, HttpHeaderNameComplaints(name));
  }
}

void CheckHandler(Checker& check, const Json& handler, const FieldPath& path) {
  int handlers = 0;
  for (const char* kind : {"exec", "httpGet", "tcpSocket", "grpc", "sleep"}) {
    const Json* action = Find(handler, kind);
    if (action == nullptr) continue;
    const FieldPath here = path.Child(kind);
    if (handlers++ > 0) {
      check.Forbidden(here, "may not specify more than 1 handler type");
      continue;
    }
    const std::string_view which = kind;
    if (which == "exec" && List(*action, "command").empty()) check.Required(here.Child("command"));
    if (which == "httpGet") CheckHttpGet(check, *action, here);
    if (which == "tcpSocket" || which == "grpc") {
      CheckPortNumberOrName(check, Find(*action, "port"), here.Child("port"));
    }
  }
  if (handlers == 0) check.Required(path, "must specify a handler type");
}

// `single`: one success must do (liveness and startup).
void CheckProbe(Checker& check, const Json* probe, bool single, const FieldPath& path) {
  if (probe == nullptr) return;
  CheckHandler(check, *probe, path);
  for (const char* key : {"initialDelaySeconds", "timeoutSeconds", "periodSeconds",
                          "successThreshold", "failureThreshold"}) {
    check.NonNegative(*probe, key, path);
  }
  const Json* grace = Find(*probe, "terminationGracePeriodSeconds");
  const FieldPath grace_path = path.Child("terminationGracePeriodSeconds");
  if (grace != nullptr && Int(*probe, "terminationGracePeriodSeconds") <= 0) {
    check.Invalid(grace_path, Shown(grace), "must be greater than 0");
  }
  const i64 successes = Int(*probe, "successThreshold");
  if (single && successes != 1) {
    check.Invalid(path.Child("successThreshold"), Shown(successes), "must be 1");
  }
  if (!single && grace != nullptr) {
    check.Invalid(grace_path, Shown(grace), "must not be set for readinessProbes");
  }
}

void CheckCommon(Checker& check, const Json& container, const Names& volumes,
                 const FieldPath& path) {
  const std::string_view name = Text(container, "name");
  if (name.empty()) {
    check.Required(path.Child("name"));
  } else {
    check.Each(path.Child("name"), name, Dns1123LabelComplaints(name));
  }
  if (!HasText(container, "image")) check.Required(path.Child("image"));
  check.OneOf(path.Child("terminationMessagePolicy"), Text(container, "terminationMessagePolicy"),
              {"FallbackToLogsOnError", "File"});
  CheckPorts(check, List(container, "ports"), path.Child("ports"));
  CheckEnv(check, List(container, "env"), path.Child("env"));
  CheckEnvFrom(check, List(container, "envFrom"), path.Child("envFrom"));
  CheckMounts(check, container, volumes, path.Child("volumeMounts"));
  check.OneOf(path.Child("imagePullPolicy"), Text(container, "imagePullPolicy"),
              {"Always", "IfNotPresent", "Never"});
  CheckResources(check, Map(container, "resources"), path.Child("resources"));
  CheckSecurityContext(check, Map(container, "securityContext"), path.Child("securityContext"));
}

void CheckHooksAndProbes(Checker& check, const Json& container, const FieldPath& path) {
  if (const Json* lifecycle = Find(container, "lifecycle")) {
    const FieldPath hooks = path.Child("lifecycle");
    for (const char* hook : {"postStart", "preStop"}) {
      const Json* handler = Find(*lifecycle, hook);
      if (handler != nullptr) CheckHandler(check, *handler, hooks.Child(hook));
    }
  }
  CheckProbe(check, Find(container, "livenessProbe"), true, path.Child("livenessProbe"));
  CheckProbe(check, Find(container, "readinessProbe"), false, path.Child("readinessProbe"));
  CheckProbe(check, Find(container, "startupProbe"), true, path.Child("startupProbe"));
}

void CheckHostPorts(Checker& check, const Json& containers, const FieldPath& path) {
  std::set<std::string> taken;
  for (std::size_t c = 0; c < containers.size(); ++c) {
    const Json& ports = List(containers[c], "ports");
    const FieldPath container = path.Index(c);
    const FieldPath list = container.Child("ports");
    for (std::size_t k = 0; k < ports.size(); ++k) {
      const i64 port = Int(ports[k], "hostPort");
      if (port == 0) continue;
      const std::string key =
          fmt::format("{}/{}/{}", Text(ports[k], "protocol"), Text(ports[k], "hostIP"), port);
      const FieldPath here = list.Index(k);
      const bool fresh = taken.insert(key).second;
      if (!fresh) check.Duplicate(here.Child("hostPort"), Shown(std::string_view(key)));
    }
  }
}

void CheckInitContainers(Checker& check, const Json& pod_spec, const Names& volumes, Names names,
                         const FieldPath& path) {
  const Json& containers = List(pod_spec, "initContainers");
  for (std::size_t k = 0; k < containers.size(); ++k) {
    const Json& container = containers[k];
    const FieldPath here = path.Index(k);
    CheckCommon(check, container, volumes, here);
    const std::string_view restart = Text(container, "restartPolicy");
    const bool sidecar = restart == "Always";
    if (!restart.empty()) {
      check.OneOf(here.Child("restartPolicy"), restart, {"Always", "Never", "OnFailure"});
    }
    const std::string_view name = Text(container, "name");
    if (!name.empty() && !names.insert(name).second) {
      check.Duplicate(here.Child("name"), Shown(name));
    }
    if (sidecar) {
      CheckHooksAndProbes(check, container, here);
      continue;
    }
    for (const char* key : {"lifecycle", "livenessProbe", "readinessProbe", "startupProbe"}) {
      if (Find(container, key) != nullptr) {
        check.Forbidden(here.Child(key),
                        "may not be set for init containers without restartPolicy=Always");
      }
    }
  }
  CheckHostPorts(check, containers, path);
}

}  // namespace

void CheckContainers(Checker& check, const Json& pod_spec, const FieldPath& path) {
  Names volumes;
  for (const Json& volume : List(pod_spec, "volumes")) volumes.insert(Text(volume, "name"));
  const Json& containers = List(pod_spec, "containers");
  const FieldPath list = path.Child("containers");
  Names names;
  if (containers.empty()) check.Required(list);
  for (std::size_t k = 0; k < containers.size(); ++k) {
    const FieldPath here = list.Index(k);
    CheckCommon(check, containers[k], volumes, here);
    const std::string_view name = Text(containers[k], "name");
    if (!names.insert(name).second) check.Duplicate(here.Child("name"), Shown(name));
    CheckHooksAndProbes(check, containers[k], here);
    const std::string_view restart = Text(containers[k], "restartPolicy");
    if (!restart.empty()) {
      check.OneOf(here.Child("restartPolicy"), restart, {"Always", "Never", "OnFailure"});
    }
  }
  CheckHostPorts(check, containers, list);
  CheckInitContainers(check, pod_spec, volumes, names, path.Child("initContainers"));
}

}  // namespace wt
