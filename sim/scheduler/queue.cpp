// SPDX-License-Identifier: Apache-2.0
#include "sim/scheduler/queue.h"

#include "sim/controllers/controllers.h"
#include "sim/scheduler/filter.h"
#include "sim/scheduler/fit_error.h"

namespace wt {
namespace {

void Append(Sim& sim, u32& first, u32& last, u32 pod) {
  sim.At<Pod>(pod).next_pending = 0;
  (first == 0 ? first : sim.At<Pod>(last).next_pending) = pod;
  last = pod;
}

void Unlink(Sim& sim, u32& first, u32& last, u32 pod) {
  for (u32 at = first, before = 0; at != 0; before = at, at = sim.At<Pod>(at).next_pending) {
    if (at != pod) continue;
    (before == 0 ? first : sim.At<Pod>(before).next_pending) = sim.At<Pod>(pod).next_pending;
    if (last == pod) last = before;
    sim.At<Pod>(pod).next_pending = 0;
    return;
  }
}

void RemovePending(Sim& sim, u32 pod) {
  WorldHeader& header = sim.world.header();
  Unlink(sim, header.pending_first, header.pending_last, pod);
}

void RemoveUnschedulable(Sim& sim, u32 pod) {
  WorldHeader& header = sim.world.header();
  Unlink(sim, header.unschedulable_first, header.unschedulable_last, pod);
}

i32 AttemptedMs(const Pod& pod) { return pod.retry_at_ms - BackoffSeconds(pod.attempts) * 1000; }

i32 FlushAtMs(const Pod& pod) {
  const i32 over = AttemptedMs(pod) + kUnschedulableStay_ms;
  const i32 floor = over / kFlushPeriod_ms * kFlushPeriod_ms;
  return floor < over ? floor + kFlushPeriod_ms : floor;
}

// Moves every unschedulable pod for which `wanted` holds back to pending.
template <class Wanted>
void Retry(Sim& sim, Wanted wanted) {
  WorldHeader& header = sim.world.header();
  for (u32 pod = header.unschedulable_first, next = 0; pod != 0; pod = next) {
    next = sim.At<Pod>(pod).next_pending;
    if (!wanted(sim.At<Pod>(pod), pod)) continue;
    RemoveUnschedulable(sim, pod);
    EnqueuePod(sim, pod);
  }
}

}  // namespace

i32 BackoffSeconds(u32 attempts) {
  if (attempts == 0) return 0;
  return attempts > 4 ? 10 : 1 << (attempts - 1);
}

void ArmScheduler(Sim& sim) {
  const Pod& first = sim.At<Pod>(sim.world.header().pending_first);
  const Timing& timing = sim.blueprint.timing;
  const u32 which = first.attempts * 2u;
  const SimTime watch =
      DrawDelay(timing.watch, sim.key(), Stream::kPropagation, first.born, which);
  const SimTime bind =
      DrawDelay(timing.bind, sim.key(), Stream::kPropagation, first.born, which + 1);
  Arm(sim.world, SimEvent::kSchedule, 0, sim.now() + watch + bind);
}

void EnqueuePod(Sim& sim, u32 pod) {
  WorldHeader& header = sim.world.header();
  const bool idle = header.pending_first == 0;
  sim.At<Pod>(pod).stage = PodStage::kNew;
  Append(sim, header.pending_first, header.pending_last, pod);
  if (idle) {
    ArmScheduler(sim);  // what was armed is at most the far flush
  } else {
    WakeScheduler(sim);
  }
}

u32 PopPending(Sim& sim) {
  u32 best = 0;
  for (u32 pod = sim.world.header().pending_first; pod != 0; pod = sim.At<Pod>(pod).next_pending) {
    if (sim.At<Pod>(pod).retry_at_ms <= sim.now_ms()) {
      best = pod;
      break;
    }
    if (best == 0 || sim.At<Pod>(pod).retry_at_ms < sim.At<Pod>(best).retry_at_ms) best = pod;
  }
  if (best != 0) RemovePending(sim, best);
  return best;
}

void ParkUnschedulable(Sim& sim, u32 pod) {
  WorldHeader& header = sim.world.header();
  sim.At<Pod>(pod).stage = PodStage::kUnschedulable;
  Append(sim, header.unschedulable_first, header.unschedulable_last, pod);
}

void DequeuePod(Sim& sim, u32 pod) {
  if (sim.At<Pod>(pod).stage == PodStage::kUnschedulable) {
    RemoveUnschedulable(sim, pod);
  } else {
    RemovePending(sim, pod);
  }
}

void FlushUnschedulable(Sim& sim) {
  Retry(sim, [&sim](const Pod& pod, u32) { return FlushAtMs(pod) <= sim.now_ms(); });
}

void ArmFlush(Sim& sim) {
  i32 earliest = 0;
  bool any = false;
  for (u32 pod = sim.world.header().unschedulable_first; pod != 0;
       pod = sim.At<Pod>(pod).next_pending) {
    const i32 at = FlushAtMs(sim.At<Pod>(pod));
    if (!any || at < earliest) earliest = at;
    any = true;
  }
  if (any) Arm(sim.world, SimEvent::kSchedule, 0, FromMs(earliest));
}

void RetryAfterPodGone(Sim& sim) {
  if (sim.world.header().unschedulable_first == 0) return;
  Retry(sim, [](const Pod& pod, u32) {
    const FitCounts counts = UnpackFitCounts(pod.fail_counts[0], pod.fail_counts[1]);
    return counts.nodes_by_reason[kTooManyPods] != 0 ||
           counts.nodes_by_reason[kInsufficientCpu] != 0 ||
           counts.nodes_by_reason[kInsufficientMemory] != 0;
  });
}

void RetryAfterNodeChange(Sim& sim, u32 node, u32 changes) {
  if (sim.world.header().unschedulable_first == 0) return;
  Retry(sim, [&sim, node, changes](const Pod& pod, u32) {
    if (changes == kNodeAdded) return true;
    return (changes & NodeGates(sim, pod, node)) != 0;
  });
}

}  // namespace wt
