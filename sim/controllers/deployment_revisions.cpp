// SPDX-License-Identifier: Apache-2.0
// Kubernetes v1.35 pkg/controller/deployment/sync.go: getNewReplicaSet, scaleReplicaSet,
// cleanupDeployment.
#include <algorithm>

#include "sim/controllers/deployment_parts.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/transitions.h"

namespace wt {
namespace {

u32 HighestOldRevision(const Sim& sim, const DeploymentSyncState& state) {
  u32 highest = 0;
  for (u32 rs = sim.At<Deployment>(state.deployment).first_rs; rs != 0;
       rs = sim.At<ReplicaSet>(rs).next) {
    if (rs == state.new_rs || sim.At<ReplicaSet>(rs).deleting) continue;
    highest = std::max(highest, sim.At<ReplicaSet>(rs).revision);
  }
  return highest;
}

void RecordScaling(Sim& sim, u32 deployment, u32 hash, i32 from, i32 to) {
  const auto reason =
      to > from ? EventReason::kScalingReplicaSetUp : EventReason::kScalingReplicaSetDown;
  RecordEvent(sim, ObjectKind::kDeployment, deployment, sim.At<Deployment>(deployment).born,
              reason, hash, static_cast<u32>(from), static_cast<u32>(to));
}

void Annotate(const Deployment& owner, const DeploymentSyncState& state, ReplicaSet& row) {
  row.desired = owner.replicas;
  row.max_replicas = owner.replicas + state.limits.surge;
}

void CreateNew(Sim& sim, DeploymentSyncState& state) {
  const Deployment before = sim.At<Deployment>(state.deployment);
  SumReplicaSets(sim, state);
  const auto& spec = sim.Typed<DeploymentSpec>(before.doc);
  const bool recreate = spec.strategy == StrategyType::kRecreate;
  const i32 want = recreate ? before.replicas
                            : NewReplicaCount(before.replicas, state.limits.surge, state.wanted, 0);
  state.new_rs =
      CreateReplicaSet(sim, state.deployment, before.tmpl, before.restarted_at_s, want);
  Annotate(before, state, sim.At<ReplicaSet>(state.new_rs));
  sim.At<ReplicaSet>(state.new_rs).min_ready_s = spec.min_ready_s;
  if (want > 0) {
    RecordScaling(sim, state.deployment, sim.At<ReplicaSet>(state.new_rs).hash, 0, want);
  }
  // A condition that says so already keeps its time.
  constexpr u8 kCreated = static_cast<u8>(ProgressReason::kNewReplicaSetCreated);
  Deployment& row = sim.At<Deployment>(state.deployment);
  if (HasProgressDeadline(spec) && row.progressing != kCreated) {
    row.progressing = kCreated;
    row.last_progress_ms = sim.now_ms();
  }
  state.changed = true;
}

// Revision number and minReadySeconds of the new ReplicaSet; true when one of them changed.
bool SyncSpec(Sim& sim, DeploymentSyncState& state) {
  ReplicaSet& new_rs = sim.At<ReplicaSet>(state.new_rs);
  const u32 revision = HighestOldRevision(sim, state) + 1;
  const auto& spec = sim.Typed<DeploymentSpec>(sim.At<Deployment>(state.deployment).doc);
  if (new_rs.revision >= revision && new_rs.min_ready_s == spec.min_ready_s) return false;
  new_rs.revision = std::max(new_rs.revision, revision);
  SetMinReadySeconds(sim, state.new_rs, spec.min_ready_s);
  Changed<ReplicaSet>(sim, ObjectKind::kReplicaSet, state.new_rs);
  state.changed = true;
  return true;
}

}  // namespace

u32 FindNewReplicaSet(const Sim& sim, u32 deployment) {
  const Deployment& row = sim.At<Deployment>(deployment);
  u32 oldest = 0;  // the list runs from the newest to the oldest
  for (u32 rs = row.first_rs; rs != 0; rs = sim.At<ReplicaSet>(rs).next) {
    const ReplicaSet& candidate = sim.At<ReplicaSet>(rs);
    if (candidate.deleting || candidate.tmpl != row.tmpl) continue;
    if (candidate.restarted_at_s == row.restarted_at_s) oldest = rs;
  }
  return oldest;
}

void SyncNewReplicaSet(Sim& sim, DeploymentSyncState& state, bool create) {
  state.new_rs = FindNewReplicaSet(sim, state.deployment);
  if (state.new_rs == 0 && !create) return;
  if (state.new_rs == 0) CreateNew(sim, state);
  Deployment& row = sim.At<Deployment>(state.deployment);
  ReplicaSet& new_rs = sim.At<ReplicaSet>(state.new_rs);
  const bool created = new_rs.revision == 0;
  const bool updated = SyncSpec(sim, state);
  if (updated && !created) return;  // the Deployment's own revision follows in the next sync
  if (row.revision != new_rs.revision) {
    row.revision = new_rs.revision;
    Changed<Deployment>(sim, ObjectKind::kDeployment, state.deployment);
  }
  if (row.progressing == static_cast<u8>(ProgressReason::kNone) &&
      HasProgressDeadline(sim.Typed<DeploymentSpec>(row.doc))) {
    row.progressing = static_cast<u8>(ProgressReason::kFoundNewReplicaSet);
    row.last_progress_ms = sim.now_ms();
    state.changed = true;
  }
}

void SumReplicaSets(const Sim& sim, DeploymentSyncState& state) {
  state.wanted = state.active = state.ready = state.available = 0;
  for (u32 rs = sim.At<Deployment>(state.deployment).first_rs; rs != 0;
       rs = sim.At<ReplicaSet>(rs).next) {
    const ReplicaSet& row = sim.At<ReplicaSet>(rs);
    if (row.deleting) continue;
    state.wanted += row.want;
    state.active += row.active;
    state.ready += row.ready;
    state.available += row.available;
  }
}

void CollectActive(const Sim& sim, const DeploymentSyncState& state, bool with_new,
                   RolloutParts& out) {
  out.size = 0;
  for (u32 rs = sim.At<Deployment>(state.deployment).first_rs; rs != 0;
       rs = sim.At<ReplicaSet>(rs).next) {
    const ReplicaSet& row = sim.At<ReplicaSet>(rs);
    if (row.deleting || row.want == 0 || (rs == state.new_rs && !with_new)) continue;
    if (out.size == kMaxParts) {  // keep the oldest
      std::copy(out.parts.begin() + 1, out.parts.end(), out.parts.begin());
      --out.size;
    }
    out.parts[out.size++] = {rs, row.want, row.available, row.max_replicas, row.want};
  }
  std::reverse(out.parts.begin(), out.parts.begin() + out.size);
}

void ScalePart(Sim& sim, DeploymentSyncState& state, u32 replica_set, i32 want) {
  ReplicaSet& row = sim.At<ReplicaSet>(replica_set);
  if (row.want == want) return;
  Annotate(sim.At<Deployment>(state.deployment), state, row);
  RecordScaling(sim, state.deployment, row.hash, row.want, want);
  ScaleReplicaSet(sim, replica_set, want);
  state.changed = true;
}

void CleanUpHistory(Sim& sim, const DeploymentSyncState& state) {
  const Deployment& row = sim.At<Deployment>(state.deployment);
  i32 surplus = -sim.Typed<DeploymentSpec>(row.doc).history_limit;
  for (u32 rs = row.first_rs; rs != 0; rs = sim.At<ReplicaSet>(rs).next) {
    surplus += rs != state.new_rs && !sim.At<ReplicaSet>(rs).deleting;
  }
  u32 done_revision = 0, done_born = 0;  // ReplicaSets up to this one have been looked at
  for (; surplus > 0; --surplus) {
    u32 lowest = 0;
    for (u32 rs = row.first_rs; rs != 0; rs = sim.At<ReplicaSet>(rs).next) {
      const ReplicaSet& part = sim.At<ReplicaSet>(rs);
      if (rs == state.new_rs || part.deleting) continue;
      const auto key = std::pair(part.revision, part.born);
      if (key <= std::pair(done_revision, done_born)) continue;
      const ReplicaSet& best = sim.At<ReplicaSet>(lowest);
      if (lowest == 0 || key < std::pair(best.revision, best.born)) lowest = rs;
    }
    if (lowest == 0) return;
    const ReplicaSet& part = sim.At<ReplicaSet>(lowest);
    done_revision = part.revision;
    done_born = part.born;
    if (part.active == 0 && part.want == 0) RemoveReplicaSet(sim, lowest);
  }
}

}  // namespace wt
