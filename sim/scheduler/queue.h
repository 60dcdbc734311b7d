// SPDX-License-Identifier: Apache-2.0
// The scheduler's queues, as lists through Pod.next_pending: pending (active and back-off pods in
// arrival order; a pod with retry_at_ms in the future is in back-off) and unschedulable.
// Kubernetes v1.35 pkg/scheduler/backend/queue: active pods go first; when there is none, the
// back-off pod that expires first is taken at once (SchedulerPopFromBackoffQ).
// Timer: kSchedule is "soon" while a pod is pending, else the next flush of unschedulable pods.
#pragma once

#include "sim/sim.h"

namespace wt {

// Why unschedulable pods may fit now; a pod goes back only when this touches what rejected it
// (queueing hints of the rejecting plugins).
enum NodeChange : u32 {
  kNodeLabels = 1, kNodeTaints = 2, kNodeAllocatable = 4, kNodeUncordoned = 8, kNodeAdded = 15
};

// Seconds in the back-off queue after the n-th failed attempt: 1, 2, 4, 8, 10, 10, ...
// (podInitialBackoffSeconds 1, podMaxBackoffSeconds 10; n >= 1).
i32 BackoffSeconds(u32 attempts);
// Longest stay among the unschedulable: 5 minutes, looked at every 30 s.
inline constexpr i32 kUnschedulableStay_ms = 300'000;
inline constexpr i32 kFlushPeriod_ms = 30'000;

void EnqueuePod(Sim& sim, u32 pod);         // at the end of the pending list; arms the scheduler
u32 PopPending(Sim& sim);                   // the next pod to try, 0 = none
void ParkUnschedulable(Sim& sim, u32 pod);  // REQUIRES: popped
void DequeuePod(Sim& sim, u32 pod);         // out of whichever list it is in; O(list)
void ArmScheduler(Sim& sim);                // soon
// Moves pods whose stay is over back to pending; arms the next look when only such are left.
void FlushUnschedulable(Sim& sim);
void ArmFlush(Sim& sim);

// An assigned pod left a node: retries those that lacked room.
void RetryAfterPodGone(Sim& sim);
// `node` changed in the way of the NodeChange bits: retries those it may now hold.
void RetryAfterNodeChange(Sim& sim, u32 node, u32 changes);

}  // namespace wt
