// SPDX-License-Identifier: Apache-2.0
// Kubernetes Events as 72-byte records of ids; equal (object, reason, args) are one record with a
// count. Messages are rendered when read, with v1.35's texts. Repeating ones (BackOff, Unhealthy)
// store first time and period and cost no engine event; the spam filter (25 burst, one per 300 s
// per source and object) is applied when read.
#pragma once

#include <string>

#include "sim/sim.h"

namespace wt {

enum class EventReason : u16 {
  kNone, kScheduled, kFailedScheduling, kPulling, kPulled, kPulledPresent, kCreated, kStarted,
  kKilling, kKillingLiveness, kFailedPull, kErrImagePull, kImagePullBackOff, kBackOffPull,
  kFailedConfig, kFailedCreateContainer, kFailedStart, kBackOff, kUnhealthyStartup,
  kUnhealthyLiveness, kUnhealthyReadiness, kFailedMount, kScalingReplicaSetUp,
  kScalingReplicaSetDown, kSuccessfulCreate, kSuccessfulDelete, kNodeNotReady, kNodeReady, kCount
};

// Records (object, reason, args) at now: a new record, or count + 1 and last time of an equal one
// of the same object. O(1): looks back a bounded number of records.
void RecordEvent(Sim& sim, ObjectKind kind, u32 row, u32 born, EventReason reason, u32 arg0 = 0,
                 u32 arg1 = 0, u32 arg2 = 0);
// Starts or ends a series that repeats every `period_ms` from now on.
void StartSeries(Sim& sim, ObjectKind kind, u32 row, u32 born, EventReason reason, i32 period_ms,
                 u32 arg0 = 0, u32 arg1 = 0);
void EndSeries(Sim& sim, u32 born, EventReason reason);

// As `kubectl get events` shows it at `now`.
struct RenderedEvent {
  const char* type = "Normal";
  const char* reason = "";
  std::string object;   // "pod/frontend-5c9d7-x2x4q"
  std::string message;
  u32 count = 0;
  i32 first_ms = 0, last_ms = 0;
};
RenderedEvent Render(const Sim& sim, const ClusterEvent& event);

// Names of objects, as the API shows them.
std::string PodName(const Sim& sim, u32 pod);
std::string ReplicaSetName(const Sim& sim, u32 replica_set);

}  // namespace wt
