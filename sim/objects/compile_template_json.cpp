// SPDX-License-Identifier: Apache-2.0
// Pod templates. Volumes that need a ConfigMap or Secret count for every container: the kubelet
// mounts all of them before it starts any.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/blob.h"
#include "sim/objects/canonical.h"
#include "sim/objects/compile.h"
#include "sim/objects/compile_parts.h"
#include "sim/objects/content_hash.h"
#include "sim/objects/pod_totals.h"
#include "sim/world.h"

namespace wt {
namespace {

u16 Word(const Json& object, std::string_view key, i64 fallback) {
  const i64 value = Find(object, key) == nullptr ? fallback : Int(object, key);
  return static_cast<u16>(std::clamp<i64>(value, 0, 0xffff));
}

// The port a probe goes to: a number, or the containerPort of that name.
u16 ProbePort(const Json& action, const Json& container) {
  const Json* port = Find(action, "port");
  if (port == nullptr) return 0;
  if (!port->is_string()) return Word(action, "port", 0);
  for (const Json& declared : List(container, "ports")) {
    if (Text(declared, "name") == TextOf(*port)) return Word(declared, "containerPort", 0);
  }
  return 0;
}

ProbeSpec CompileProbe(const Json& container, std::string_view name, Interner& interner) {
  ProbeSpec out;
  const Json* probe = Find(container, name);
  if (probe == nullptr) return out;
  constexpr struct {
    const char* member;
    ProbeKind kind;
    const char* path;
  } kActions[] = {{"httpGet", ProbeKind::kHttp, "path"},
                  {"tcpSocket", ProbeKind::kTcp, nullptr},
                  {"grpc", ProbeKind::kGrpc, "service"}};
  for (const auto& row : kActions) {
    const Json* action = Find(*probe, row.member);
    if (action == nullptr) continue;
    out.kind = row.kind;
    out.port = ProbePort(*action, container);
    if (row.path != nullptr) out.path = interner.Intern(Text(*action, row.path));
  }
  if (const Json* exec = Find(*probe, "exec")) {
    out.kind = ProbeKind::kExec;
    out.path = interner.Intern(Canonical(List(*exec, "command")));
  }
  out.failure_threshold = Word(*probe, "failureThreshold", 3);
  out.success_threshold = Word(*probe, "successThreshold", 1);
  out.initial_delay_s = Word(*probe, "initialDelaySeconds", 0);
  out.period_s = Word(*probe, "periodSeconds", 10);
  out.timeout_s = Word(*probe, "timeoutSeconds", 1);
  out.grace_s = Word(*probe, "terminationGracePeriodSeconds", 0);
  return out;
}

struct RefSink {
  Interner& interner;
  std::vector<ConfigRef>& refs;

  void Add(const Json& source, const char* name, std::string_view key, RefKind kind, RefUse use,
           bool optional) {
    ConfigRef ref;
    ref.name = interner.Intern(Text(source, name));
    ref.key = interner.Intern(key);
    ref.kind = kind;
    ref.use = use;
    ref.optional = optional || Flag(source, "optional") ? 1 : 0;
    refs.push_back(ref);
  }

  // A volume source; listed items are keys that must exist.
  void AddVolume(const Json& volume, const Json* source, const char* name, RefKind kind) {
    if (source == nullptr) return;
    const std::size_t before = refs.size();
    const Json& items = List(*source, "items");
    if (items.empty()) Add(*source, name, "", kind, RefUse::kVolume, false);
    for (const Json& item : items) {
      Add(*source, name, Text(item, "key"), kind, RefUse::kVolume, false);
    }
    for (std::size_t i = before; i < refs.size(); ++i) {
      refs[i].volume = interner.Intern(Text(volume, "name"));
    }
  }
};

std::vector<ConfigRef> VolumeRefs(const Json& spec, Interner& interner) {
  std::vector<ConfigRef> refs;
  RefSink sink{interner, refs};
  for (const Json& volume : List(spec, "volumes")) {
    sink.AddVolume(volume, Find(volume, "configMap"), "name", RefKind::kConfigMap);
    sink.AddVolume(volume, Find(volume, "secret"), "secretName", RefKind::kSecret);
    for (const Json& source : List(Map(volume, "projected"), "sources")) {
      sink.AddVolume(volume, Find(source, "configMap"), "name", RefKind::kConfigMap);
      sink.AddVolume(volume, Find(source, "secret"), "name", RefKind::kSecret);
    }
  }
  return refs;
}

void AddEnvRefs(const Json& container, RefSink& sink) {
  for (const Json& env : List(container, "env")) {
    const Json& from = Map(env, "valueFrom");
    if (const Json* ref = Find(from, "configMapKeyRef")) {
      sink.Add(*ref, "name", Text(*ref, "key"), RefKind::kConfigMap, RefUse::kEnvKey, false);
      sink.refs.back().volume = ContentId(Text(env, "name"));
    }
    if (const Json* ref = Find(from, "secretKeyRef")) {
      sink.Add(*ref, "name", Text(*ref, "key"), RefKind::kSecret, RefUse::kEnvKey, false);
      sink.refs.back().volume = ContentId(Text(env, "name"));
    }
  }
  for (const Json& from : List(container, "envFrom")) {
    if (const Json* ref = Find(from, "configMapRef")) {
      sink.Add(*ref, "name", "", RefKind::kConfigMap, RefUse::kEnvFrom, false);
    }
    if (const Json* ref = Find(from, "secretRef")) {
      sink.Add(*ref, "name", "", RefKind::kSecret, RefUse::kEnvFrom, false);
    }
  }
}

std::vector<InlineVariable> InlineEnv(const Json& container) {
  std::vector<InlineVariable> out;
  for (const Json& env : List(container, "env")) {
    const std::string_view value = Text(env, "value");
    if (!value.empty()) out.push_back({ContentId(Text(env, "name")), ContentId(value)});
  }
  return out;
}

// Volumes whose contents are there when the pod is gone.
bool HasOutlivingVolume(const Json& spec) {
  constexpr const char* kKinds[] = {"persistentVolumeClaim", "hostPath", "nfs", "iscsi", "csi"};
  for (const Json& volume : List(spec, "volumes")) {
    for (const char* kind : kKinds) {
      if (Find(volume, kind) != nullptr) return true;
    }
  }
  return false;
}

PullPolicy PullOf(std::string_view text) {
  if (text == "Always") return PullPolicy::kAlways;
  if (text == "Never") return PullPolicy::kNever;
  return PullPolicy::kIfNotPresent;
}

// Everything of the start that is only compared: the command but its first word, args.
u32 ArgumentsId(const Json& container) {
  Json rest = Json::array();
  const Json& command = List(container, "command");
  for (size_t i = 1; i < command.size(); ++i) rest.push_back(command[i]);
  for (const Json& arg : List(container, "args")) rest.push_back(arg);
  return rest.empty() ? 0 : ContentId(Canonical(rest));
}

ContainerSpec CompileContainer(const Json& container, const std::vector<ConfigRef>& volume_refs,
                               Interner& interner, BlobBuilder<PodTemplate>& blob) {
  const Json& resources = Map(container, "resources");
  const Json& limits = Map(resources, "limits");
  const Json& requests = Map(resources, "requests");
  const Json& command = List(container, "command");
  ContainerSpec out;
  out.name = interner.Intern(Text(container, "name"));
  out.image = interner.Intern(Text(container, "image"));
  if (!command.empty()) out.command = interner.Intern(TextOf(command[0]));
  out.arguments = ArgumentsId(container);
  out.memory_request = BytesOf(requests, "memory");
  out.memory_limit = BytesOf(limits, "memory");
  out.cpu_request = MillicoresOf(requests, "cpu");
  out.cpu_limit = MillicoresOf(limits, "cpu");
  std::vector<ConfigRef> refs;
  RefSink sink{interner, refs};
  AddEnvRefs(container, sink);
  refs.insert(refs.end(), volume_refs.begin(), volume_refs.end());
  out.refs = blob.Append(refs);
  std::vector<u16> ports;
  std::vector<StrId> port_names;
  bool named = false;
  for (const Json& port : List(container, "ports")) {
    ports.push_back(Word(port, "containerPort", 0));
    port_names.push_back(interner.Intern(Text(port, "name")));
    named = named || port_names.back() != 0;
  }
  out.ports = blob.Append(ports);
  if (named) out.port_names = blob.Append(port_names);
  out.env = blob.Append(InlineEnv(container));
  constexpr const char* kProbeNames[kProbeTypes] = {"startupProbe", "livenessProbe",
                                                    "readinessProbe"};
  for (int type = 0; type < kProbeTypes; ++type) {
    out.probes[type] = CompileProbe(container, kProbeNames[type], interner);
  }
  out.pull = PullOf(Text(container, "imagePullPolicy"));
  return out;
}

std::vector<Toleration> CompileTolerations(const Json& spec, Interner& interner) {
  std::vector<Toleration> rows;
  for (const Json& toleration : List(spec, "tolerations")) {
    Toleration row;
    row.key = interner.Intern(Text(toleration, "key"));
    row.value = interner.Intern(Text(toleration, "value"));
    row.effect = CompileEffect(Text(toleration, "effect"));
    row.exists = Text(toleration, "operator") == "Exists" ? 1 : 0;
    if (Find(toleration, "tolerationSeconds") != nullptr) {
      row.seconds = static_cast<i32>(Int(toleration, "tolerationSeconds"));
    }
    rows.push_back(row);
  }
  return rows;
}

// spec.nodeSelector, and required node affinity as far as it is a plain In of one value.
std::vector<LabelPair> CompileNodeSelector(const Json& spec, Interner& interner) {
  std::vector<LabelPair> pairs = CompileLabels(Map(spec, "nodeSelector"), interner);
  const Json& required = Map(Map(Map(spec, "affinity"), "nodeAffinity"),
                                "requiredDuringSchedulingIgnoredDuringExecution");
  const Json& terms = List(required, "nodeSelectorTerms");
  if (terms.size() != 1) return pairs;
  for (const Json& expression : List(terms[0], "matchExpressions")) {
    const Json& values = List(expression, "values");
    if (Text(expression, "operator") != "In" || values.size() != 1) continue;
    const StrId key = interner.Intern(Text(expression, "key"));
    pairs.push_back({key, interner.Intern(TextOf(values[0]))});
  }
  return pairs;
}

RestartPolicy RestartOf(std::string_view text) {
  if (text == "OnFailure") return RestartPolicy::kOnFailure;
  if (text == "Never") return RestartPolicy::kNever;
  return RestartPolicy::kAlways;
}

}  // namespace

Result<std::string> CompileTemplate(const Json& document, Interner& interner) {
  const Json& spec = Map(document, "spec");
  if (const std::size_t count = List(spec, "containers").size(); count > kHeadroom) {
    return Error{ErrorCode::kInvalidObject, "spec.template.spec.containers",
                 fmt::format("a pod of {} containers; at most {} are simulated", count,
                             kHeadroom)};
  }
  BlobBuilder<PodTemplate> blob;
  PodTemplate out;
  const std::vector<ConfigRef> volume_refs = VolumeRefs(spec, interner);
  std::vector<ContainerSpec> containers;
  for (const Json& container : List(spec, "containers")) {
    containers.push_back(CompileContainer(container, volume_refs, interner, blob));
  }
  out.containers = blob.Append(containers);
  out.labels = blob.Append(CompileLabels(Map(Map(document, "metadata"), "labels"), interner));
  out.node_selector = blob.Append(CompileNodeSelector(spec, interner));
  out.tolerations = blob.Append(CompileTolerations(spec, interner));
  const PodTotals totals = TotalsOf(document);
  out.memory_request = totals.memory_bytes;
  out.cpu_request = totals.cpu_millicores;
  out.qos = totals.qos;
  const i64 grace = Find(spec, "terminationGracePeriodSeconds") == nullptr
                        ? 30
                        : Int(spec, "terminationGracePeriodSeconds");
  out.grace_s = static_cast<i32>(std::clamp<i64>(grace, 0, INT32_MAX));
  out.restart = RestartOf(Text(spec, "restartPolicy"));
  out.host_network = Flag(spec, "hostNetwork") ? 1 : 0;
  out.outlived = HasOutlivingVolume(spec) ? 1 : 0;
  out.node_name = interner.Intern(Text(spec, "nodeName"));
  out.service_account = interner.Intern(Text(spec, "serviceAccountName"));
  return blob.Finish(out);
}

}  // namespace wt
