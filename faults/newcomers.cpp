// SPDX-License-Identifier: Apache-2.0
#include "faults/newcomers.h"

#include <vector>

#include "faults/looks.h"
#include "faults/noise.h"
#include "sim/event_queue.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr u32 kNewcomersEntity = 1;  // of Stream::kNoise; 0 is ambient noise
enum Draws : u32 { kLook, kWhen, kDrawsPer };

void ArmNext(Sim& sim, u32 row) {
  u32 next = 0;
  for (const u32 at : sim.At<Fault>(row).saved) {
    if (at != 0 && (next == 0 || at < next)) next = at;
  }
  if (next != 0) Arm(sim.world, SimEvent::kFault, row, FromMs(static_cast<i32>(next)));
}

void ComeUp(Sim& sim, const Look& look) {
  const LoadedObject* object = LookObject(sim, look);
  const StrId ns = sim.blueprint.app_namespace;
  if (object == nullptr || FindDeployment(sim, ns, object->name) != 0) return;
  CreateDeployment(sim, ns, object->name, object->doc, object->tmpl, object->replicas,
                   kFaultActor);
}

}  // namespace

void PlanNewcomers(Sim& sim, u32 count) {
  std::vector<u32> free;
  for (u32 k = 0; k < std::size(kLooks); ++k) {
    if (LookObject(sim, kLooks[k]) == nullptr) continue;
    if (IsFreeName(sim, sim.blueprint.app_namespace, kLooks[k].name)) free.push_back(k);
  }
  if (count == 0 || free.empty()) return;
  const u32 row = AddFaultRow(sim);
  Fault plan = sim.At<Fault>(row);
  plan.noise = kNewcomers;
  for (u32 k = 0; k < count && k < kNewcomersMax && !free.empty(); ++k) {
    const u32 at = DrawBelow(sim.key(), Stream::kNoise, kNewcomersEntity, k * kDrawsPer + kLook,
                             static_cast<u32>(free.size()));
    plan.with[k] = free[at] + 1;
    free.erase(free.begin() + at);
    const f64 u =
        DrawUniform(sim.key(), Stream::kNoise, kNewcomersEntity, k * kDrawsPer + kWhen);
    const f64 over_ms = ToMs(kNewcomersUntil - kNewcomersFrom);
    plan.saved[k] = static_cast<u32>(ToMs(kNewcomersFrom)) + static_cast<u32>(over_ms * u);
  }
  sim.At<Fault>(row) = plan;
  ArmNext(sim, row);
}

void StepNewcomers(Sim& sim, u32 row) {
  for (u32 k = 0; k < kNewcomersMax; ++k) {
    const Fault plan = sim.At<Fault>(row);  // creating may move the World's block
    if (plan.saved[k] == 0 || plan.saved[k] > static_cast<u32>(sim.now_ms())) continue;
    sim.At<Fault>(row).saved[k] = 0;
    ComeUp(sim, kLooks[plan.with[k] - 1]);
  }
  ArmNext(sim, row);
}

}  // namespace wt
