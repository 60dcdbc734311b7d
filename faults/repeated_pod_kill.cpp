// SPDX-License-Identifier: Apache-2.0
// A rogue workload appears: a Deployment whose pod calls the API and deletes a pod of the victim
// every 20-40 s, for as long as it runs itself. The killer is the root cause; scaling it to zero
// or deleting it stops the killing. A pod killed once heals itself and is noise (noise.h).
#include <fmt/format.h>

#include "faults/all_faults.h"
#include "faults/common.h"
#include "faults/looks.h"
#include "sim/cluster/entities.h"
#include "sim/objects/timestamp.h"
#include "sim/scheduler/filter.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr Parameter kParameters[] = {{"interval", ParameterType::kDuration, 5e9, 3600e9, "30s",
                                      "mean time between two kills; each is drawn within a third"}};
constexpr u32 kDefaultIntervalMs = 30'000;
constexpr f64 kSpread = 1.0 / 3;

std::vector<std::string> Manifests() {
  std::vector<std::string> out;
  for (const Look& look : kLooks) out.push_back(ManifestOf(look));
  return out;
}

Fit FitTarget(const Sim& sim, u32 row) {
  if (LookObject(sim, kLooks[0]) == nullptr) return Fit::kNo;
  const Fit fit = FitWorkload(sim, row);
  if (fit != Fit::kGood) return fit;
  return CanCarryWithout(sim, row, 1) ? Fit::kWeak : Fit::kGood;  // it kills one at a time
}

// with[0] mean interval in ms, with[1] how the rogue looks, with[2] its name: of its looks those
// whose name is free; when none is, a look with a number behind its name.
Status Draw(Sim& sim, Fault& fault, u32 number, const ParameterValues& given) {
  fault.with[0] = given[0].given ? static_cast<u32>(given[0].number / 1e6) : kDefaultIntervalMs;
  std::vector<u32> free;
  for (u32 k = 0; k < std::size(kLooks); ++k) {
    if (IsFreeName(sim, fault.target_ns, kLooks[k].name)) free.push_back(k);
  }
  const u32 any = DrawValue(sim, number, free.empty() ? std::size(kLooks) : free.size());
  fault.with[1] = free.empty() ? any : free[any];
  std::string name(kLooks[fault.with[1]].name);
  for (u32 n = 2; !IsFreeName(sim, fault.target_ns, name); ++n) {
    name = fmt::format("{}-{}", kLooks[fault.with[1]].name, n);
  }
  fault.with[2] = InternString(sim, name);
  return Ok{};
}

// saved[0] row and saved[1] born of the killer, saved[2] kills tried
bool Inject(Sim& sim, Fault& fault) {
  const LoadedObject* object = LookObject(sim, kLooks[fault.with[1]]);
  const u32 target = TargetRow(sim, fault);
  if (object == nullptr || target == 0) return false;
  const StrId ns = sim.At<Deployment>(target).ns;
  if (FindDeployment(sim, ns, fault.with[2]) != 0) return false;
  fault.saved[0] = CreateDeployment(sim, ns, fault.with[2], object->doc, object->tmpl,
                                    object->replicas, kFaultActor);
  fault.saved[1] = sim.At<Deployment>(fault.saved[0]).born;
  return true;
}

u32 KillerRow(const Sim& sim, const Fault& fault) {
  const Deployment& killer = sim.At<Deployment>(fault.saved[0]);
  return killer.born == fault.saved[1] && !killer.deleting ? fault.saved[0] : 0;
}

void Revert(Sim& sim, Fault& fault) {
  const u32 killer = KillerRow(sim, fault);
  if (killer != 0) DeleteDeployment(sim, killer, kFaultActor);
}

// The container that runs the killer's program, 0 = none.
u32 RunningKiller(const Sim& sim, u32 deployment) {
  u32 runs = 0;
  ForEachPod(sim, deployment, [&](u32 row) {
    const Pod& pod = sim.At<Pod>(row);
    if (pod.stage == PodStage::kTerminating) return;
    const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
    for (u32 c = pod.first_container; c != 0; c = sim.At<Container>(c).next) {
      const Container& container = sim.At<Container>(c);
      if (container.state != ContainerState::kRunning) continue;
      if (CallsApi(sim, Items(&tmpl, tmpl.containers)[container.index])) runs = c;
    }
  });
  return runs;
}

// The draw-th live pod of the victim, 0 = none.
u32 Victim(const Sim& sim, const Fault& fault, u32 tick) {
  const u32 target = TargetRow(sim, fault);
  if (target == 0) return 0;
  const auto alive = [&](u32 pod) { return sim.At<Pod>(pod).stage != PodStage::kTerminating; };
  u32 count = 0;
  ForEachPod(sim, target, [&](u32 pod) { count += alive(pod); });
  if (count == 0) return 0;
  u32 at = DrawBelow(sim.key(), Stream::kRogue, fault.born, 2 * tick, count);
  u32 victim = 0;
  ForEachPod(sim, target, [&](u32 pod) {
    if (alive(pod) && at-- == 0) victim = pod;
  });
  return victim;
}

SimTime Act(Sim& sim, Fault& fault) {
  const u32 killer = KillerRow(sim, fault);
  if (killer == 0) return 0;
  const u32 tick = fault.saved[2]++;
  const u32 process = RunningKiller(sim, killer);
  const u32 victim = tick > 0 && process != 0 ? Victim(sim, fault, tick) : 0;
  if (victim != 0) {
    WT_CHECK(process <= 0xffff, "a container's row fits in Pod.deleted_by");
    sim.At<Pod>(victim).deleted_by = static_cast<u16>(process);
    DeletePod(sim, victim);
  }
  const f64 u = DrawUniform(sim.key(), Stream::kRogue, fault.born, 2 * tick + 1);
  const f64 ms = static_cast<f64>(fault.with[0]) * (1 - kSpread + 2 * kSpread * u);
  return sim.now() + static_cast<SimTime>(ms) * kMillisecond;
}

RootCause Truth(const Sim& sim, const Fault& fault) {
  const u32 killer = KillerRow(sim, fault);
  RootCause cause;
  cause.kind = ObjectKind::kDeployment;
  cause.row = fault.saved[0];  // deleted, too: it is the cause's object
  cause.born = fault.saved[1];
  cause.ns = fault.target_ns;
  cause.name = fault.with[2];
  cause.field = "spec.replicas";
  cause.entity = EntityKind::kWorkload;
  cause.entity_row = killer;
  return cause;
}

std::vector<RepairStep> Repair(const Sim& sim, const Fault& fault) {
  const u32 killer = KillerRow(sim, fault);
  if (killer == 0) return {};
  return {{EntityKind::kWorkload, killer, Verb::kScale, 0}};
}

// It has a pod on a node, or none yet (its ReplicaSet makes one), or one that waits for a node and
// would find one as the cluster is now.
bool CanRun(const Sim& sim, u32 deployment) {
  u32 pods = 0;
  bool placed = false;
  ForEachPod(sim, deployment, [&](u32 row) {
    const Pod& pod = sim.At<Pod>(row);
    if (pod.stage == PodStage::kTerminating) return;
    ++pods;
    placed |= pod.node != 0;
  });
  if (placed || pods == 0) return true;
  Pod next;
  next.spec = sim.At<Deployment>(deployment).tmpl;
  if (sim.Typed<PodTemplate>(next.spec).node_name != 0) return true;
  for (u32 n = 1; n < sim.world.Used<Node>(); ++n) {
    FitCounts counts;
    if (sim.At<Node>(n).born != 0 && FilterNode(sim, next, sim.At<Node>(n), counts)) return true;
  }
  return false;
}

// No pod of it kills, and none can come to.
bool CauseGone(const Sim& sim, const Fault& fault) {
  const u32 killer = KillerRow(sim, fault);
  if (killer == 0 || sim.At<Deployment>(killer).replicas == 0) return true;
  if (RunningKiller(sim, killer) != 0) return false;  // of an older template, it may be
  const auto& tmpl = sim.Typed<PodTemplate>(sim.At<Deployment>(killer).tmpl);
  for (const ContainerSpec& container : Items(&tmpl, tmpl.containers)) {
    if (CallsApi(sim, container)) return !CanRun(sim, killer);
  }
  return true;
}

RogueOrder Rogue(const Sim& sim, const Fault& fault) {
  const u32 target = TargetRow(sim, fault);
  if (target == 0) return {};
  const auto& spec = sim.Typed<DeploymentSpec>(sim.At<Deployment>(target).doc);
  RogueOrder out;
  for (const SelectorTerm& term : Items(&spec, spec.selector.terms)) {
    out.selector += fmt::format("{}{}={}", out.selector.empty() ? "" : ",", sim.Text(term.key),
                                sim.Text(term.value));
  }
  out.ns = sim.Text(sim.At<Deployment>(target).ns);
  out.name = sim.Text(fault.with[2]);
  out.interval_s = fault.with[0] / 1000.0;
  return out;
}

std::vector<RealChange> ToReal(const Sim& sim, const Fault& fault) {
  const RogueOrder order = Rogue(sim, fault);
  if (order.name.empty()) return {};
  return {RealKiller(ManifestOf(kLooks[fault.with[1]]), order.name, order.ns, order.selector,
                     fault.with[0] / 1000)};
}

}  // namespace

const FaultKind kRepeatedPodKill{
    .id = "repeated-pod-kill",
    .title = "A rogue workload deletes pods of another",
    .layer = "platform",
    .parameters = kParameters,
    .target = ObjectKind::kDeployment,
    .fit = FitTarget,
    .draw = Draw,
    .inject = Inject,
    .revert = Revert,
    .truth = Truth,
    .repair = Repair,
    .cause_gone = CauseGone,
    .to_real = ToReal,
    .act = Act,
    .rogue = Rogue,
    .manifests = Manifests,
};

}  // namespace wt
