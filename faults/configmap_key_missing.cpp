// SPDX-License-Identifier: Apache-2.0
// A ConfigMap loses a key that a workload needs, and the consumers of the key are restarted:
// CreateContainerConfigError where the key is an environment reference, crash loop with a log line
// where the program reads it. Pods that run on know nothing of it.
#include <fmt/format.h>

#include <algorithm>

#include "faults/all_faults.h"
#include "faults/common.h"
#include "sim/cluster/entities.h"
#include "sim/kubelet/config.h"
#include "sim/objects/timestamp.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr Parameter kParameters[] = {
    {"key", ParameterType::kText, 0, 0, "any", "a key that the workload needs"}};
constexpr u32 kKeyDraw = 2;  // of the fault's draws

struct NeededKey {
  StrId config = 0, key = 0;
  friend bool operator==(const NeededKey&, const NeededKey&) = default;
};

bool IsNeeded(const ConfigRef& ref) {
  return ref.kind == RefKind::kConfigMap && ref.key != 0 && !ref.optional;
}

void AddKey(std::vector<NeededKey>& keys, const ConfigRef& ref) {
  if (!IsNeeded(ref)) return;
  const NeededKey key{ref.name, ref.key};
  if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
}

// References that the Deployment's containers or program cannot do without, in the order of need;
// one key may come twice.
template <class Fn>
void ForEachNeed(const Sim& sim, u32 deployment, Fn&& fn) {
  const auto visit = [&](const ConfigRef& ref) {
    if (IsNeeded(ref)) fn(ref);
  };
  const auto& tmpl = sim.Typed<PodTemplate>(sim.At<Deployment>(deployment).tmpl);
  for (const ContainerSpec& container : Items(&tmpl, tmpl.containers)) {
    for (const ConfigRef& ref : Items(&tmpl, container.refs)) visit(ref);
  }
  const ServiceRuntime* runtime = RuntimeOf(sim, deployment);
  const ContainerSpec* main = MainContainerSpec(sim, deployment);
  if (runtime == nullptr || main == nullptr) return;
  for (const ConfigRef& ref : runtime->needs) {
    if (InlineContent(sim, ref, *main, &tmpl) == 0) visit(ref);
  }
}

// Their keys, each once.
std::vector<NeededKey> KeysOf(const Sim& sim, u32 deployment) {
  std::vector<NeededKey> keys;
  ForEachNeed(sim, deployment, [&](const ConfigRef& ref) { AddKey(keys, ref); });
  return keys;
}

bool HasKey(const Sim& sim, StrId ns, const NeededKey& key) {
  return !CheckConfig(sim, ns, {.name = key.config, .key = key.key}).missing;
}

Fit FitTarget(const Sim& sim, u32 row) {
  const Fit fit = FitRollout(sim, row);
  if (fit == Fit::kNo) return fit;
  const StrId ns = sim.At<Deployment>(row).ns;
  const std::vector<NeededKey> keys = KeysOf(sim, row);
  const bool any = std::any_of(keys.begin(), keys.end(),
                               [&](const NeededKey& key) { return HasKey(sim, ns, key); });
  return any ? fit : Fit::kNo;
}

// with[0] name of the ConfigMap, with[1] the key
Status Draw(Sim& sim, Fault& fault, u32 number, const ParameterValues& given) {
  const StrId ns = sim.At<Deployment>(fault.target_row).ns;
  const bool any = !given[0].given || sim.Text(given[0].text) == "any";
  std::vector<NeededKey> keys;
  for (const NeededKey& key : KeysOf(sim, fault.target_row)) {
    if (fault.target_config != 0 && key.config != fault.target_config) continue;
    if (HasKey(sim, ns, key) && (any || key.key == given[0].text)) keys.push_back(key);
  }
  if (keys.empty()) {
    const std::string key = any ? "key" : fmt::format("key {}", sim.Text(given[0].text));
    const std::string config =
        fault.target_config == 0 ? "a ConfigMap"
                                 : fmt::format("ConfigMap {}", sim.Text(fault.target_config));
    return Error{ErrorCode::kInvalidInput, "",
                 fmt::format("{} needs no {} of {}", sim.Text(fault.target_name), key, config)};
  }
  const u32 at = DrawBelow(sim.key(), Stream::kFault, number, kKeyDraw,
                           static_cast<u32>(keys.size()));
  fault.with[0] = keys[at].config;
  fault.with[1] = keys[at].key;
  return Ok{};
}

template <class Fn>
void ForEachConsumer(const Sim& sim, const Fault& fault, StrId ns, Fn&& fn) {
  const NeededKey lost{fault.with[0], fault.with[1]};
  for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
    const Deployment& row = sim.At<Deployment>(d);
    if (row.born == 0 || row.deleting || row.ns != ns) continue;
    bool needs = false;
    ForEachNeed(sim, d, [&](const ConfigRef& ref) {
      needs |= NeededKey{ref.name, ref.key} == lost;
    });
    if (needs) fn(d);
  }
}

u32 ConfigRow(const Sim& sim, const Fault& fault) {
  return FindConfig(sim, RefKind::kConfigMap, fault.target_ns, fault.with[0]);
}

void RestartConsumers(Sim& sim, const Fault& fault) {
  ForEachConsumer(sim, fault, fault.target_ns, [&](u32 d) {
    SetDeploymentTemplate(sim, d, sim.At<Deployment>(d).tmpl, RestartStamp(sim.now()),
                          kFaultActor);
  });
}

bool Inject(Sim& sim, Fault& fault) {
  const u32 object = ConfigRow(sim, fault);
  if (object == 0) return false;
  fault.saved[0] = sim.At<Object>(object).doc;
  const bool done = ApplyEdit(sim, {ObjectKind::kConfigMap, object}, EditOp::kRemoveKey, 0,
                              fault.with[1], kFaultActor)
                        .ok();
  fault.saved[1] = sim.At<Object>(object).doc;
  if (!done || fault.saved[1] == fault.saved[0]) return false;
  RestartConsumers(sim, fault);
  return true;
}

void Revert(Sim& sim, Fault& fault) {
  const u32 object = ConfigRow(sim, fault);
  if (object == 0 || sim.At<Object>(object).doc != fault.saved[1]) return;
  SetObjectDoc(sim, object, fault.saved[0], kFaultActor);
  RestartConsumers(sim, fault);
}

RootCause Truth(const Sim& sim, const Fault& fault) {
  const u32 object = ConfigRow(sim, fault);
  RootCause cause;
  cause.kind = ObjectKind::kConfigMap;
  cause.row = object;
  cause.born = object == 0 ? 0 : sim.At<Object>(object).born;
  cause.ns = fault.target_ns;
  cause.name = fault.with[0];
  cause.field = fmt::format("data.{}", sim.Text(fault.with[1]));
  cause.entity = EntityKind::kWorkload;
  cause.entity_row = TargetRow(sim, fault);
  return cause;
}

std::vector<RepairStep> Repair(const Sim& sim, const Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  const u32 object = ConfigRow(sim, fault);
  if (row == 0 || object == 0) return {};
  return {{EntityKind::kWorkload, row, Verb::kRestoreConfig, object},
          {EntityKind::kWorkload, row, Verb::kRestart, row}};
}

// The key's value as the document `doc` has it; 0 = it has no such key.
u32 ContentOf(const Sim& sim, RevId doc, StrId key) {
  const auto& data = sim.Typed<ConfigData>(doc);
  for (const ConfigData::Entry& entry : Items(&data, data.entries)) {
    if (entry.key == key) return entry.content;
  }
  return 0;
}

// The variable that brought the key to the target has this value in the template itself.
bool HasInline(const Sim& sim, const Fault& fault, u32 content) {
  const u32 row = TargetRow(sim, fault);
  const ContainerSpec* main = MainContainerSpec(sim, row);
  if (main == nullptr) return false;
  const auto& tmpl = sim.Typed<PodTemplate>(sim.At<Deployment>(row).tmpl);
  ConfigRef lost{.name = fault.with[0], .key = fault.with[1]};
  if (const ServiceRuntime* runtime = RuntimeOf(sim, row)) {
    for (const ConfigRef& ref : runtime->needs) {
      if (ref.name == lost.name && ref.key == lost.key) lost.volume = ref.volume;
    }
  }
  return InlineContent(sim, lost, *main, &tmpl) == content;
}

// The key is there again, with the value that it had: any other would be one more fault. Or the
// target has that value from its template, and nobody needs the key any more (asked last: it is
// the long way, and this is asked in every step).
bool CauseGone(const Sim& sim, const Fault& fault) {
  const u32 content = ContentOf(sim, fault.saved[0], fault.with[1]);
  if (HasKey(sim, fault.target_ns, {fault.with[0], fault.with[1]})) {
    return ContentOf(sim, sim.At<Object>(ConfigRow(sim, fault)).doc, fault.with[1]) == content;
  }
  if (!HasInline(sim, fault, content)) return false;
  bool needed = false;
  ForEachConsumer(sim, fault, fault.target_ns, [&](u32) { needed = true; });
  return !needed;
}

std::vector<RealChange> ToReal(const Sim& sim, const Fault& fault) {
  std::vector<RealChange> changes;
  const u32 object = ConfigRow(sim, fault);
  if (object == 0) return changes;
  changes.push_back(
      RealEdit(sim, {ObjectKind::kConfigMap, object}, EditOp::kRemoveKey, 0, fault.with[1]));
  ForEachConsumer(sim, fault, fault.target_ns,
                  [&](u32 d) { changes.push_back(RealRestart(sim, d)); });
  return changes;
}

void Edits(Blueprint& blueprint, std::vector<WantedEdits>& out) {
  for (const LoadedWorkload& workload : LoadedWorkloads(blueprint)) {
    std::vector<NeededKey> keys;
    const auto& tmpl = blueprint.Typed<PodTemplate>(workload.object->tmpl);
    for (const ContainerSpec& container : Items(&tmpl, tmpl.containers)) {
      for (const ConfigRef& ref : Items(&tmpl, container.refs)) AddKey(keys, ref);
    }
    if (workload.runtime != nullptr) {
      for (const ConfigRef& ref : workload.runtime->needs) AddKey(keys, ref);
    }
    for (const NeededKey& key : keys) {
      out.push_back({ObjectKind::kConfigMap, workload.object->ns, key.config,
                     {{EditOp::kRemoveKey, 0, key.key}}});
    }
  }
}

}  // namespace

const FaultKind kConfigMapKeyMissing{
    .id = "configmap-key-missing",
    .title = "ConfigMap lost a key the application needs",
    .layer = "application",
    .parameters = kParameters,
    .target = ObjectKind::kDeployment,
    .named_by = ObjectKind::kConfigMap,
    .fit = FitTarget,
    .draw = Draw,
    .inject = Inject,
    .revert = Revert,
    .truth = Truth,
    .repair = Repair,
    .cause_gone = CauseGone,
    .to_real = ToReal,
    .edits = Edits,
};

}  // namespace wt
