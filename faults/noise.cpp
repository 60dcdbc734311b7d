// SPDX-License-Identifier: Apache-2.0
#include "faults/noise.h"

#include "faults/fault_schedule.h"
#include "sim/cluster/entities.h"
#include "sim/event_queue.h"
#include "sim/transitions.h"

namespace wt {
namespace {

// Fault.with: [0] intensity in thousandths, [1] near_cause, [2] occurrences so far.
// Fault.saved: [0] end of the burst and [1] of the slow node in ms, 0 = none; [2] the node's row,
// [3] next occurrence in ms.
enum Occurrence : u32 { kPodKill, kBurst, kSlowNode, kOccurrences };
enum Draws : u32 { kWhat, kWhere, kHowMuch, kHowLong, kWhen, kDrawsPer = 8 };

// A World has one noise. Its draws do not depend on how many faults there are beside it.
constexpr u32 kNoiseEntity = 0;

u32 DrawOf(const Sim& sim, u32 number, Draws draw, u32 count) {
  return DrawBelow(sim.key(), Stream::kNoise, kNoiseEntity, number * kDrawsPer + draw, count);
}

u32 NextAfter(const Sim& sim, const Fault& noise, i32 from_ms) {
  const f64 mean_ms = ToSeconds(kNoisePeriod) * 1e6 / noise.with[0];
  const f64 u =
      DrawUniform(sim.key(), Stream::kNoise, kNoiseEntity, noise.with[2] * kDrawsPer + kWhen);
  return static_cast<u32>(from_ms) + static_cast<u32>(mean_ms * (0.5 + u));
}

bool IsFaultTarget(const Sim& sim, u32 deployment) {
  for (u32 f = 1; f < sim.world.Used<Fault>(); ++f) {  // within a step: no list
    const Fault& fault = sim.At<Fault>(f);
    if (fault.born == 0 || fault.noise) continue;
    if (static_cast<ObjectKind>(fault.target_kind) == ObjectKind::kDeployment &&
        fault.target_row == deployment) {
      return true;
    }
    if (static_cast<ObjectKind>(fault.target_kind) != ObjectKind::kService) continue;
    const auto& service = sim.At<Service>(fault.target_row);
    const auto& spec = sim.Typed<ServiceSpec>(service.doc);
    if (service.born == fault.target_born &&
        SelectsTemplate(sim, spec, sim.At<Deployment>(deployment).tmpl)) {
      return true;
    }
  }
  return false;
}

bool CanLosePod(const Sim& sim, u32 deployment, bool near_cause) {
  const Deployment& row = sim.At<Deployment>(deployment);
  if (row.born == 0 || row.deleting) return false;
  if (row.service == 0 && row.ns != sim.blueprint.app_namespace) return false;
  if (row.status_ready < 2 || row.status_ready < row.replicas) return false;
  return near_cause || !IsFaultTarget(sim, deployment);
}

void KillOnePod(Sim& sim, const Fault& noise, u32 number) {
  const bool near_cause = noise.with[1] != 0;
  u32 count = 0;
  for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) count += CanLosePod(sim, d, near_cause);
  if (count == 0) return;
  u32 at = DrawOf(sim, number, kWhere, count);
  for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
    if (!CanLosePod(sim, d, near_cause) || at-- != 0) continue;
    const u32 pods = static_cast<u32>(sim.At<Deployment>(d).status_ready);
    const u32 victim = WorstPod(sim, d, DrawOf(sim, number, kHowMuch, pods));
    if (victim != 0) DeletePod(sim, victim, 0);
    return;
  }
}

u32 EndOf(const Sim& sim, u32 number) {
  return static_cast<u32>(sim.now_ms()) + 20'000 + DrawOf(sim, number, kHowLong, 40'000);
}

void StartBurst(Sim& sim, Fault& noise, u32 number) {
  if (noise.saved[0] != 0) return;
  noise.saved[0] = EndOf(sim, number);
  const f32 share = 0.1f + 0.3f * static_cast<f32>(DrawOf(sim, number, kHowMuch, 1000)) / 1000;
  sim.world.header().load_burst = share;
  Arm(sim.world, SimEvent::kLoad, 0, sim.now());
}

void EndBurst(Sim& sim, Fault& noise) {
  noise.saved[0] = 0;
  sim.world.header().load_burst = 0;
  Arm(sim.world, SimEvent::kLoad, 0, sim.now());
}

void SlowNode(Sim& sim, Fault& noise, u32 number) {
  if (noise.saved[1] != 0) return;
  u32 count = 0;
  for (u32 n = 1; n < sim.world.Used<Node>(); ++n) count += sim.At<Node>(n).born != 0;
  if (count == 0) return;
  u32 at = DrawOf(sim, number, kWhere, count);
  for (u32 n = 1; n < sim.world.Used<Node>(); ++n) {
    if (sim.At<Node>(n).born == 0 || at-- != 0) continue;
    noise.saved[1] = EndOf(sim, number);
    noise.saved[2] = n;
    sim.At<Node>(n).slow_percent = static_cast<u16>(10 + DrawOf(sim, number, kHowMuch, 41));
    MarkFlowDirty(sim);
    return;
  }
}

void EndSlowNode(Sim& sim, Fault& noise) {
  if (sim.At<Node>(noise.saved[2]).born != 0) sim.At<Node>(noise.saved[2]).slow_percent = 0;
  noise.saved[1] = noise.saved[2] = 0;
  MarkFlowDirty(sim);
}

void Begin(Sim& sim, Fault& noise) {
  const u32 number = noise.with[2]++;
  switch (DrawOf(sim, number, kWhat, kOccurrences)) {
    case kPodKill: KillOnePod(sim, noise, number); break;
    case kBurst: StartBurst(sim, noise, number); break;
    case kSlowNode: SlowNode(sim, noise, number); break;
    default: break;
  }
  noise.saved[3] = NextAfter(sim, noise, sim.now_ms());
}

}  // namespace

void PlanNoise(Sim& sim, f32 intensity, bool near_cause, SimTime from) {
  const u32 thousandths = intensity > 0 ? static_cast<u32>(intensity * 1000 + 0.5f) : 0;
  if (thousandths == 0) return;
  const u32 row = AddFaultRow(sim);
  Fault noise = sim.At<Fault>(row);
  noise.noise = 1;
  noise.stage = static_cast<u8>(FaultStage::kActive);
  noise.with[0] = thousandths;
  noise.with[1] = near_cause;
  noise.saved[3] = NextAfter(sim, noise, ToMs(from));
  noise.with[2] = 1;  // number 0 was the waiting time
  sim.At<Fault>(row) = noise;
  Arm(sim.world, SimEvent::kFault, row, FromMs(static_cast<i32>(noise.saved[3])));
}

void StepNoise(Sim& sim, u32 row) {
  Fault noise = sim.At<Fault>(row);
  const u32 now = static_cast<u32>(sim.now_ms());
  if (noise.saved[0] != 0 && noise.saved[0] <= now) EndBurst(sim, noise);
  if (noise.saved[1] != 0 && noise.saved[1] <= now) EndSlowNode(sim, noise);
  if (noise.saved[3] <= now) Begin(sim, noise);
  u32 next = noise.saved[3];
  if (noise.saved[0] != 0 && noise.saved[0] < next) next = noise.saved[0];
  if (noise.saved[1] != 0 && noise.saved[1] < next) next = noise.saved[1];
  sim.At<Fault>(row) = noise;
  Arm(sim.world, SimEvent::kFault, row, FromMs(static_cast<i32>(next)));
}

}  // namespace wt
