// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/validate_kinds.h"

namespace wt {
namespace {

constexpr std::array<std::string_view, 15> kDownwardLabels{
    "metadata.annotations", "metadata.labels", "metadata.name",      "metadata.namespace",
    "metadata.uid",         "spec.nodeName",   "spec.restartPolicy", "spec.serviceAccountName",
    "spec.schedulerName",   "status.phase",    "status.hostIP",      "status.hostIPs",
    "status.podIP",         "status.podIPs",   "spec.host"};

constexpr std::array<std::string_view, 9> kEnvFields{"metadata.name",
                                                     "metadata.namespace",
                                                     "metadata.uid",
                                                     "spec.nodeName",
                                                     "spec.serviceAccountName",
                                                     "status.hostIP",
                                                     "status.hostIPs",
                                                     "status.podIP",
                                                     "status.podIPs"};

template <std::size_t N>
bool In(const std::array<std::string_view, N>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

void CheckText(Checker& check, const Json& object, std::string_view key, NameRule rule,
               const FieldPath& path) {
  const std::string_view text = Text(object, key);
  if (!text.empty()) check.Each(path.Child(key), text, rule(text));
}

void CheckDns(Checker& check, const Json& spec, const FieldPath& path) {
  if (Text(spec, "dnsPolicy") != "None") return;
  const Json* config = Find(spec, "dnsConfig");
  const FieldPath here = path.Child("dnsConfig");
  if (config == nullptr) {
    check.Required(here, "must provide `dnsConfig` when `dnsPolicy` is None");
  } else if (List(*config, "nameservers").empty()) {
    check.Required(here.Child("nameservers"),
                   "must provide at least one DNS nameserver when `dnsPolicy` is None");
  }
}

void CheckPodSecurity(Checker& check, const Json& spec, const FieldPath& path) {
  const Json& context = Map(spec, "securityContext");
  const FieldPath here = path.Child("securityContext");
  const FieldPath containers = path.Child("containers");
  const Json& list = List(spec, "containers");
  for (std::size_t c = 0; Flag(spec, "hostNetwork") && c < list.size(); ++c) {
    const FieldPath container = containers.Index(c);
    const FieldPath ports_path = container.Child("ports");
    const Json& ports = List(list[c], "ports");
    for (std::size_t k = 0; k < ports.size(); ++k) {
      const i64 port = Int(ports[k], "containerPort");
      const i64 host = Int(ports[k], "hostPort");
      if (host == 0 || host == port) continue;
      const FieldPath port_path = ports_path.Index(k);
      check.Invalid(port_path.Child("containerPort"), Shown(port),
                    "must match `hostPort` when `hostNetwork` is true");
    }
  }
  for (const char* key : {"runAsUser", "runAsGroup", "fsGroup"}) {
    const i64 id = Int(context, key);
    if (id < 0 || id > 2147483647) {
      check.Invalid(here.Child(key), Shown(id), "must be between 0 and 2147483647, inclusive");
    }
  }
  if (Flag(spec, "hostPID") && Flag(spec, "shareProcessNamespace")) {
    check.Invalid(path.Child("shareProcessNamespace"), "true",
                  "ShareProcessNamespace and HostPID cannot both be enabled");
  }
}

void CheckPullSecrets(Checker& check, const Json& spec, const FieldPath& path) {
  const Json& secrets = List(spec, "imagePullSecrets");
  for (std::size_t k = 0; k < secrets.size(); ++k) {
    const FieldPath here = path.Index(k);
    if (Text(secrets[k], "name").empty()) check.Required(here.Child("name"));
  }
}

// The first differing leaf is enough: upstream prints a diff of the whole spec.
bool IsMutablePodChange(const Json& now, const Json& before) {
  Json left = now;
  Json right = before;
  const bool gated = !List(before, "schedulingGates").empty();
  const bool ends_at_once = Int(before, "terminationGracePeriodSeconds") < 0 &&
                            Int(now, "terminationGracePeriodSeconds") == 1;
  for (Json* spec : {&left, &right}) {
    for (const char* key : {"activeDeadlineSeconds", "tolerations", "schedulingGates"}) {
      spec->erase(key);
    }
    if (ends_at_once) spec->erase("terminationGracePeriodSeconds");
    for (const char* key : {"nodeSelector", "affinity"}) {
      if (gated) spec->erase(key);
    }
    for (const char* list : {"containers", "initContainers"}) {
      const auto found = spec->find(list);
      if (found == spec->end() || !found->is_array()) continue;
      for (Json& container : *found) {
        if (container.is_object()) container.erase("image");
      }
    }
  }
  return left == right;
}

// From none to one, and from one to a shorter one. True: it may be so.
bool CheckDeadlineUpdate(Checker& check, const Json& now, const Json& before) {
  const Json* old = Find(before, "activeDeadlineSeconds");
  if (old == nullptr) return true;
  const FieldPath spec("spec");
  const FieldPath path = spec.Child("activeDeadlineSeconds");
  const Json* deadline = Find(now, "activeDeadlineSeconds");
  if (deadline == nullptr) {
    check.Invalid(path, "null", "must not update from a positive integer to nil value");
    return true;
  }
  if (Int(now, "activeDeadlineSeconds") <= Int(before, "activeDeadlineSeconds")) return true;
  check.Invalid(path, Shown(deadline), "must be less than or equal to previous value");
  return false;
}

// Old ones stay, but for how long they last.
bool KeepsTolerations(const Json& now, const Json& before) {
  const auto timeless = [](Json toleration) {
    if (toleration.is_object()) toleration.erase("tolerationSeconds");
    return toleration;
  };
  return std::all_of(before.begin(), before.end(), [&](const Json& old) {
    return std::any_of(now.begin(), now.end(),
                       [&](const Json& kept) { return timeless(kept) == timeless(old); });
  });
}

void CheckOnlyDeletedGates(Checker& check, const Json& now, const Json& before,
                           const FieldPath& path) {
  for (std::size_t k = 0; k < now.size(); ++k) {
    const std::string_view name = Text(now[k], "name");
    const bool known = std::any_of(before.begin(), before.end(), [&](const Json& gate) {
      return Text(gate, "name") == name;
    });
    if (known) continue;
    const FieldPath gate = path.Index(k);
    check.Forbidden(gate.Child("name"),
                    fmt::format("only deletion is allowed, but found new scheduling gate '{}'",
                                name));
  }
}

void CheckPodUpdate(Checker& check, const Json& object, const Json& old) {
  CheckMetaUpdate(check, object, old);
  const Json& now = Map(object, "spec");
  const Json& before = Map(old, "spec");
  const FieldPath path("spec");
  for (const char* list : {"containers", "initContainers"}) {
    if (List(now, list).size() != List(before, list).size()) {
      return check.Forbidden(path.Child(list), "pod updates may not add or remove containers");
    }
  }
  if (!CheckDeadlineUpdate(check, now, before)) return;
  CheckOnlyDeletedGates(check, List(now, "schedulingGates"), List(before, "schedulingGates"),
                        path.Child("schedulingGates"));
  if (!KeepsTolerations(List(now, "tolerations"), List(before, "tolerations"))) {
    return check.Forbidden(path.Child("tolerations"),
                           "existing toleration can not be modified except its "
                           "tolerationSeconds");
  }
  if (IsMutablePodChange(now, before)) return;
  check.Forbidden(path,
                  "pod updates may not change fields other than `spec.containers[*].image`,"
                  "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
                  "`spec.tolerations` (only additions to existing tolerations),"
                  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
                  "previously negative)");
}

// Rules for pods that templates are not held to.
void CheckPodOnly(Checker& check, const Json& spec, const FieldPath& path) {
  const Json& volumes = List(spec, "volumes");
  const FieldPath list = path.Child("volumes");
  const bool has_account = !Text(spec, "serviceAccountName").empty();
  for (std::size_t v = 0; !has_account && v < volumes.size(); ++v) {
    const FieldPath volume = list.Index(v);
    const FieldPath projected = volume.Child("projected");
    const FieldPath sources_path = projected.Child("sources");
    const Json& sources = List(Map(volumes[v], "projected"), "sources");
    for (std::size_t k = 0; k < sources.size(); ++k) {
      if (Find(sources[k], "serviceAccountToken") == nullptr) continue;
      const FieldPath source = sources_path.Index(k);
      check.Forbidden(source.Child("serviceAccountToken"),
                      "must not be specified when serviceAccountName is not set");
    }
  }
  for (const char* key : {"containers", "initContainers"}) {
    const Json& containers = List(spec, key);
    const FieldPath containers_path = path.Child(key);
    for (std::size_t k = 0; k < containers.size(); ++k) {
      const std::string_view image = Text(containers[k], "image");
      if (image.empty() || (image.front() != ' ' && image.back() != ' ')) continue;
      const FieldPath here = containers_path.Index(k);
      check.Invalid(here.Child("image"), Shown(image),
                    "must not have leading or trailing whitespace");
    }
  }
}

}  // namespace

void CheckFieldRef(Checker& check, const Json& ref, const FieldPath& path, bool volume) {
  const std::string_view version = Text(ref, "apiVersion");
  const std::string_view field = Text(ref, "fieldPath");
  const FieldPath here = path.Child("fieldPath");
  if (version.empty()) return check.Required(path.Child("apiVersion"));
  if (field.empty()) return check.Required(here);
  const auto convert = [&](std::string_view why) {
    check.Invalid(here, Shown(field), fmt::format("error converting fieldPath: {}", why));
  };
  if (version != "v1") return convert(fmt::format("unsupported pod version: {}", version));
  const std::size_t bracket = field.find("['");
  if (bracket != std::string_view::npos && field.ends_with("']")) {
    const std::string_view base = field.substr(0, bracket);
    const std::string_view key = field.substr(bracket + 2, field.size() - bracket - 4);
    if (base != "metadata.annotations" && base != "metadata.labels") {
      return convert(fmt::format("field label does not support subscript: {}", field));
    }
    return check.Each(path, key, QualifiedNameComplaints(key));
  }
  if (!In(kDownwardLabels, field)) {
    return convert(fmt::format("field label not supported: {}", field));
  }
  if (volume) {
    const bool known = field == "metadata.labels" || field == "metadata.annotations" ||
                       field == "metadata.name" || field == "metadata.namespace" ||
                       field == "metadata.uid";
    if (!known) {
      check.NotSupported(here, Shown(field),
                         {"metadata.annotations", "metadata.labels", "metadata.name",
                          "metadata.namespace", "metadata.uid"});
    }
  } else if (!In(kEnvFields, field) && field != "spec.host") {
    check.NotSupported(here, Shown(field),
                       {"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName",
                        "spec.serviceAccountName", "status.hostIP", "status.hostIPs",
                        "status.podIP", "status.podIPs"});
  }
}

void CheckResourceFieldRef(Checker& check, const Json& ref, const FieldPath& path, bool volume) {
  const std::string_view resource = Text(ref, "resource");
  if (volume && Text(ref, "containerName").empty()) {
    return check.Required(path.Child("containerName"));
  }
  if (resource.empty()) return check.Required(path.Child("resource"));
  const bool huge =
      resource.starts_with("requests.hugepages-") || resource.starts_with("limits.hugepages-");
  if (huge) return;
  check.OneOf(path.Child("resource"), resource,
              {"limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu",
               "requests.ephemeral-storage", "requests.memory"});
}

void CheckPodSpec(Checker& check, const Json& spec, const FieldPath& path) {
  CheckVolumes(check, spec, path.Child("volumes"));
  CheckContainers(check, spec, path);
  check.OneOf(path.Child("restartPolicy"), Text(spec, "restartPolicy"),
              {"Always", "OnFailure", "Never"});
  check.OneOf(path.Child("dnsPolicy"), Text(spec, "dnsPolicy"),
              {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"});
  CheckLabels(check, Map(spec, "nodeSelector"), path.Child("nodeSelector"));
  CheckPodSecurity(check, spec, path);
  CheckPullSecrets(check, spec, path.Child("imagePullSecrets"));
  CheckAffinity(check, Map(spec, "affinity"), path.Child("affinity"));
  CheckDns(check, spec, path);
  CheckTopologySpread(check, List(spec, "topologySpreadConstraints"),
                      path.Child("topologySpreadConstraints"));
  CheckText(check, spec, "serviceAccountName", &Dns1123SubdomainComplaints, path);
  CheckText(check, spec, "nodeName", &Dns1123SubdomainComplaints, path);
  if (const Json* deadline = Find(spec, "activeDeadlineSeconds")) {
    const i64 seconds = Int(spec, "activeDeadlineSeconds");
    if (seconds < 1 || seconds > 2147483647) {
      check.Invalid(path.Child("activeDeadlineSeconds"), Shown(deadline),
                    "must be between 1 and 2147483647, inclusive");
    }
  }
  CheckText(check, spec, "hostname", &Dns1123LabelComplaints, path);
  CheckText(check, spec, "subdomain", &Dns1123LabelComplaints, path);
  CheckTolerations(check, List(spec, "tolerations"), path.Child("tolerations"));
  CheckText(check, spec, "priorityClassName", &Dns1123SubdomainComplaints, path);
  CheckText(check, spec, "runtimeClassName", &Dns1123SubdomainComplaints, path);
  const std::string_view preemption = Text(spec, "preemptionPolicy");
  if (!preemption.empty()) {
    check.OneOf(path.Child("preemptionPolicy"), preemption, {"Never", "PreemptLowerPriority"});
  }
}

void CheckPodTemplate(Checker& check, const Json& pod, const FieldPath& path) {
  const Json& meta = Map(pod, "metadata");
  CheckLabels(check, Map(meta, "labels"), path.Child("labels"));
  CheckAnnotations(check, Map(meta, "annotations"), path.Child("annotations"));
  const FieldPath spec_path = path.Child("spec");
  CheckPodSpec(check, Map(pod, "spec"), spec_path);
  if (!List(Map(pod, "spec"), "ephemeralContainers").empty()) {
    check.Forbidden(spec_path.Child("ephemeralContainers"),
                    "ephemeral containers not allowed in pod template");
  }
}

void ValidatePod(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1123SubdomainComplaints);
  const FieldPath path("spec");
  const Json& spec = Map(object, "spec");
  CheckPodSpec(check, spec, path);
  CheckPodOnly(check, spec, path);
  if (old != nullptr) return CheckPodUpdate(check, object, *old);
  if (!List(spec, "ephemeralContainers").empty()) {
    check.Forbidden(path.Child("ephemeralContainers"), "cannot be set on create");
  }
  if (!List(spec, "schedulingGates").empty() && !Text(spec, "nodeName").empty()) {
    check.Forbidden(path.Child("nodeName"),
                    "cannot be set until all schedulingGates have been cleared");
  }
}

void ValidatePodTemplateObject(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1123SubdomainComplaints);
  CheckPodTemplate(check, Map(object, "template"), FieldPath("template"));
  if (old != nullptr) CheckMetaUpdate(check, object, *old);
}

}  // namespace wt
