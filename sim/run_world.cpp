// SPDX-License-Identifier: Apache-2.0
// The loop of one World: earliest event, its rule, the next. Everything that can happen is in
// Dispatch.
#include "sim/api/check.h"
#include "sim/controllers/controllers.h"
#include "sim/event_queue.h"
#include "sim/kubelet/kubelet.h"
#include "sim/sim.h"
#include "sim/traffic/traffic.h"

namespace wt {
namespace {

void Dispatch(Sim& sim, SimEvent kind, u32 row) {
  switch (kind) {
    case SimEvent::kDeploymentSync: return SyncDeployment(sim, row);
    case SimEvent::kDeploymentDeadline: return CheckProgressDeadline(sim, row);
    case SimEvent::kReplicaSetSync: return SyncReplicaSet(sim, row);
    case SimEvent::kEndpointsSync: return SyncEndpoints(sim, row);
    case SimEvent::kProxySync: return SyncProxy(sim, row);
    case SimEvent::kSchedule: return RunScheduler(sim);
    case SimEvent::kPodSync: return SyncPod(sim, row);
    case SimEvent::kContainer: return StepContainer(sim, row);
    case SimEvent::kStartupProbe: return StepProbe(sim, row, kStartupProbe);
    case SimEvent::kLivenessProbe: return StepProbe(sim, row, kLivenessProbe);
    case SimEvent::kReadinessProbe: return StepProbe(sim, row, kReadinessProbe);
    case SimEvent::kFlow: IntegrateFlow(sim); return SolveTraffic(sim);
    case SimEvent::kBacklog: IntegrateFlow(sim); return StepTraffic(sim);
    case SimEvent::kLoad: return StepLoad(sim);
    case SimEvent::kPodGc: return CollectGarbage(sim);
    case SimEvent::kFault:
    case SimEvent::kNoise:
      if (sim.faults != nullptr) sim.faults->on_event(sim, row);
      return;
    case SimEvent::kNode:
    case SimEvent::kNone:
    case SimEvent::kCount: break;
  }
  WT_CHECK(false, "every event kind that is armed has a rule");
}

// Tables whose rows events add; the others have a fixed size, are rings, or grow where they are
// used.
constexpr Table kGrowing[] = {Table::kNodes,       Table::kDeployments, Table::kServices,
                              Table::kEndpoints,   Table::kReplicaSets, Table::kPods,
                              Table::kContainers,  Table::kObjects,     Table::kFaults};

bool HasHeadroom(const World& world) {
  const WorldHeader& header = world.header();
  bool enough = header.queue_size + 4 * kHeadroom <=
                header.tables[static_cast<int>(Table::kQueue)].capacity;
  for (const Table growing : kGrowing) {
    const TableRef& table = header.tables[static_cast<int>(growing)];
    enough &= table.used + kHeadroom <= table.capacity;
  }
  return enough;
}

}  // namespace

void EnsureHeadroom(Sim& sim) {
  if (HasHeadroom(sim.world)) [[likely]] return;
  CompactQueue(sim.world);
  if (!HasHeadroom(sim.world)) sim.pool.Grow(sim.world, 4 * kHeadroom);
}

void RunWorld(Sim& sim, SimTime until) {
  while (true) {
    if (sim.world.header().flow_dirty) {
      sim.world.header().flow_dirty = 0;
      ArmIfIdle(sim.world, SimEvent::kFlow, 0, sim.now() + kFlowQuantum);
    }
    EnsureHeadroom(sim);
    if (sim.sink != nullptr) [[unlikely]] sim.sink->Settled();
    const Next next = PeekLive(sim.world);
    if (next.at > until) break;
    Pop(sim.world, next);
    WT_CHECK(next.at >= sim.now(), "time never goes back");
    sim.world.header().now_ns = next.at;
    ++sim.world.header().events_done;
    Dispatch(sim, next.kind, next.row);
    if (sim.check_invariants) [[unlikely]] {
      const std::string violated = CheckInvariants(sim);
      WT_CHECK(violated.empty(), violated.c_str());
    }
  }
  sim.world.header().now_ns = until;
  IntegrateFlow(sim);
}

}  // namespace wt
