// SPDX-License-Identifier: Apache-2.0
// Pending events of one World, earliest first; equal times leave in the order they were armed.
// An event is alive while the timer word of its row equals its sequence number: arming overwrites
// the word (an older event of that timer dies when popped), cancelling zeroes it, and a non-zero
// word means "already queued", which is the work queue's de-duplication.
// 4-ary heap; Arm and Pop are O(log n).
#pragma once

#include "sim/api/ints.h"
#include "sim/world.h"

namespace wt {

enum class SimEvent : u8 {
  kNone,
  kDeploymentSync, kDeploymentDeadline, kReplicaSetSync, kEndpointsSync, kProxySync,
  kSchedule,        // header timer kSchedulerTimer
  kPodSync,         // kubelet takes up a pod / next pod-level step (Pod.timer)
  kContainer,       // next lifecycle step of a container (Container.timer)
  kStartupProbe, kLivenessProbe, kReadinessProbe,  // Container.probe_timer[...]
  kFlow,            // header: solve traffic after a quantum
  kBacklog,         // header: fluid step
  kLoad,            // header: load changes
  kNoise,           // header: ambient noise
  kFault,           // Fault.timer: inject or revert
  kPodGc,
  kNode,            // Node.timer
  kCount
};

// The timer word of (kind, row).
u32& TimerOf(World& world, SimEvent kind, u32 row);

// Schedules (kind, row) at `at` (not before now; clamped), replacing what the timer held.
void Arm(World& world, SimEvent kind, u32 row, SimTime at);
// As Arm, unless the timer already runs.
void ArmIfIdle(World& world, SimEvent kind, u32 row, SimTime at);
// Removes the pending event of (kind, row), if any.
inline void Cancel(World& world, SimEvent kind, u32 row) { TimerOf(world, kind, row) = 0; }

struct Next {
  SimTime at = kForever;
  SimEvent kind = SimEvent::kNone;
  u32 row = 0;
};
// Earliest live event, left in place; kForever when none. Drops dead entries on the way.
Next PeekLive(World& world);
// Removes `next` and zeroes its timer. REQUIRES: PeekLive gave it just now, next.at != kForever.
void Pop(World& world, const Next& next);
// Rebuilds the heap without dead entries (before hashing, forking; and when dead > live).
void CompactQueue(World& world);

}  // namespace wt
