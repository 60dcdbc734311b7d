// SPDX-License-Identifier: Apache-2.0
// Kubernetes v1.35 pkg/controller/deployment: deployment_controller.go syncDeployment, rolling.go,
// recreate.go, sync.go scale.
#include "sim/controllers/controllers.h"
#include "sim/controllers/deployment_parts.h"
#include "sim/transitions.h"

namespace wt {
namespace {

using State = DeploymentSyncState;

void ApplyTargets(Sim& sim, State& state, std::span<RolloutPart> parts) {
  for (RolloutPart& part : parts) {
    if (part.target == part.want) continue;
    ScalePart(sim, state, part.row, part.target);
    part.want = part.target;
  }
}

bool ScaleNew(Sim& sim, State& state) {
  const i32 replicas = sim.At<Deployment>(state.deployment).replicas;
  const i32 want = sim.At<ReplicaSet>(state.new_rs).want;
  const i32 next = want > replicas
                       ? replicas
                       : NewReplicaCount(replicas, state.limits.surge, state.wanted, want);
  if (next == want) return false;
  ScalePart(sim, state, state.new_rs, next);
  return true;
}

bool ScaleOld(Sim& sim, State& state) {
  RolloutParts old;
  CollectActive(sim, state, false, old);
  if (old.size == 0) return false;
  const i32 replicas = sim.At<Deployment>(state.deployment).replicas;
  const ReplicaSet& new_rs = sim.At<ReplicaSet>(state.new_rs);
  const i32 spare = OldPodsToSpare(replicas, state.limits.unavailable, state.wanted, new_rs.want,
                                   new_rs.available);
  if (spare <= 0) return false;
  const i32 unhealthy = CleanUpUnhealthy(old.all(), spare);
  ApplyTargets(sim, state, old.all());
  const i32 healthy =
      ScaleDownOld(old.all(), state.available, replicas, state.limits.unavailable);
  ApplyTargets(sim, state, old.all());
  return unhealthy + healthy > 0;
}

void RollingUpdate(Sim& sim, State& state) {
  SyncNewReplicaSet(sim, state, true);
  SumReplicaSets(sim, state);
  if (!ScaleNew(sim, state) && !ScaleOld(sim, state) &&
      IsComplete(sim.At<Deployment>(state.deployment))) {
    CleanUpHistory(sim, state);
  }
  SyncStatus(sim, state, true);
}

// Pods of old ReplicaSets that still run or stop.
bool OldPodsRun(const Sim& sim, const State& state) {
  for (u32 rs = sim.At<Deployment>(state.deployment).first_rs; rs != 0;
       rs = sim.At<ReplicaSet>(rs).next) {
    const ReplicaSet& row = sim.At<ReplicaSet>(rs);
    if (rs != state.new_rs && row.active + row.terminating > 0) return true;
  }
  return false;
}

void Recreate(Sim& sim, State& state) {
  SyncNewReplicaSet(sim, state, false);
  SumReplicaSets(sim, state);
  RolloutParts old;
  CollectActive(sim, state, false, old);
  for (RolloutPart& part : old.all()) part.target = 0;
  ApplyTargets(sim, state, old.all());
  if (old.size == 0 && !OldPodsRun(sim, state)) {
    if (state.new_rs == 0) {
      SyncNewReplicaSet(sim, state, true);
      SumReplicaSets(sim, state);
    }
    ScalePart(sim, state, state.new_rs, sim.At<Deployment>(state.deployment).replicas);
    if (IsComplete(sim.At<Deployment>(state.deployment))) CleanUpHistory(sim, state);
  }
  SyncStatus(sim, state, true);
}

// isScalingEvent: spec.replicas is not what an active ReplicaSet was sized for.
bool SizeChanged(const Sim& sim, const Deployment& row) {
  for (u32 rs = row.first_rs; rs != 0; rs = sim.At<ReplicaSet>(rs).next) {
    const ReplicaSet& part = sim.At<ReplicaSet>(rs);
    if (!part.deleting && part.want > 0 && part.desired != row.replicas) return true;
  }
  return false;
}

bool IsSaturated(const ReplicaSet& row, i32 replicas) {
  return row.desired == replicas && row.want == replicas && row.available == replicas;
}

// The one ReplicaSet that follows spec.replicas alone: the only active one, else the newest.
u32 ActiveOrLatest(const Sim& sim, const State& state, std::span<const RolloutPart> active) {
  if (active.size() > 1) return 0;
  if (active.size() == 1) return active[0].row;
  if (state.new_rs != 0) return state.new_rs;
  u32 newest = sim.At<Deployment>(state.deployment).first_rs;
  while (newest != 0 && sim.At<ReplicaSet>(newest).deleting) {
    newest = sim.At<ReplicaSet>(newest).next;
  }
  return newest;
}

// sync.go scale
void ScaleAll(Sim& sim, State& state) {
  const Deployment& row = sim.At<Deployment>(state.deployment);
  RolloutParts active;
  CollectActive(sim, state, true, active);
  if (active.size <= 1) {
    const u32 only = ActiveOrLatest(sim, state, active.all());
    if (only != 0) ScalePart(sim, state, only, row.replicas);
    return;
  }
  if (state.new_rs != 0 && IsSaturated(sim.At<ReplicaSet>(state.new_rs), row.replicas)) {
    for (RolloutPart& part : active.all()) part.target = part.row == state.new_rs ? part.want : 0;
    return ApplyTargets(sim, state, active.all());
  }
  const auto& spec = sim.Typed<DeploymentSpec>(row.doc);
  if (spec.strategy != StrategyType::kRollingUpdate) return;
  ScaleProportionally(active.all(), row.replicas, state.limits.surge, row.status_replicas);
  ApplyTargets(sim, state, active.all());
  for (const RolloutPart& part : active.all()) {
    ReplicaSet& replica_set = sim.At<ReplicaSet>(part.row);
    replica_set.desired = row.replicas;
    replica_set.max_replicas = row.replicas + state.limits.surge;
  }
}

}  // namespace

void SyncDeployment(Sim& sim, u32 deployment) {
  const Deployment& row = sim.At<Deployment>(deployment);
  if (row.deleting) return;
  const auto& spec = sim.Typed<DeploymentSpec>(row.doc);
  State state;
  state.deployment = deployment;
  state.limits = ResolveLimits(spec, row.replicas);
  SyncPausedCondition(sim, state);
  if (row.paused || SizeChanged(sim, row)) {
    SyncNewReplicaSet(sim, state, false);
    SumReplicaSets(sim, state);
    ScaleAll(sim, state);
    if (row.paused) CleanUpHistory(sim, state);
    SyncStatus(sim, state, false);
  } else if (spec.strategy == StrategyType::kRecreate) {
    Recreate(sim, state);
  } else {
    RollingUpdate(sim, state);
  }
  if (state.changed) WakeDeployment(sim, deployment);
}

void CheckProgressDeadline(Sim& sim, u32 deployment) { SyncDeployment(sim, deployment); }

}  // namespace wt
