// SPDX-License-Identifier: Apache-2.0
// The pieces of one sync of a Deployment that deployment.cpp puts in order.
#pragma once

#include <array>

#include "sim/controllers/rollout_math.h"
#include "sim/sim.h"

namespace wt {

// What one sync works on. `wanted` and the sums are taken before the sync scales anything, as
// upstream computes the status from the ReplicaSets it read.
struct DeploymentSyncState {
  u32 deployment = 0;
  u32 new_rs = 0;  // ReplicaSet of the current template, 0 = none
  RolloutLimits limits;
  i32 wanted = 0, active = 0, ready = 0, available = 0;  // over all its ReplicaSets
  bool changed = false;                                  // something was written: look again
};

// At most this many active ReplicaSets are worked on in one sync, oldest first.
inline constexpr u32 kMaxParts = 256;
struct RolloutParts {
  std::array<RolloutPart, kMaxParts> parts;  // not initialised beyond `size`
  u32 size = 0;
  std::span<RolloutPart> all() { return {parts.data(), size}; }
};

// deployment_revisions.cpp
// The oldest ReplicaSet with the Deployment's template, 0 = none.
u32 FindNewReplicaSet(const Sim& sim, u32 deployment);
// Finds or (create) makes it; keeps revision numbers: the new one is above all old ones.
void SyncNewReplicaSet(Sim& sim, DeploymentSyncState& state, bool create);
void SumReplicaSets(const Sim& sim, DeploymentSyncState& state);
// ReplicaSets with spec.replicas > 0, oldest first; with or without the new one.
void CollectActive(const Sim& sim, const DeploymentSyncState& state, bool with_new,
                   RolloutParts& out);
// Sets spec.replicas with its event and the size annotations.
void ScalePart(Sim& sim, DeploymentSyncState& state, u32 replica_set, i32 want);
// Removes idle old ReplicaSets beyond spec.revisionHistoryLimit, lowest revision first.
void CleanUpHistory(Sim& sim, const DeploymentSyncState& state);

// deployment_status.cpp
bool HasProgressDeadline(const DeploymentSpec& spec);
// True when the status as last written says that the roll-out is over.
bool IsComplete(const Deployment& deployment);
void SyncPausedCondition(Sim& sim, DeploymentSyncState& state);
// Writes counts and conditions; Progressing only when `rollout` (not when paused or scaling).
void SyncStatus(Sim& sim, DeploymentSyncState& state, bool rollout);

}  // namespace wt
