// SPDX-License-Identifier: Apache-2.0
// Kubernetes v1.35 pkg/controller/deployment/{progress,sync}.go: syncRolloutStatus,
// calculateStatus, requeueStuckDeployment, checkPausedConditions.
#include "sim/controllers/deployment_parts.h"
#include "sim/transitions.h"

namespace wt {
namespace {

ProgressReason ReasonOf(const Deployment& row) {
  return static_cast<ProgressReason>(row.progressing);
}

void SetProgress(Sim& sim, Deployment& row, ProgressReason reason) {
  row.progressing = static_cast<u8>(reason);
  row.last_progress_ms = sim.now_ms();
}

Deployment CountsOf(const Sim& sim, const DeploymentSyncState& state) {
  Deployment next = sim.At<Deployment>(state.deployment);
  next.observed_generation = next.generation;
  next.status_replicas = state.active;
  next.status_updated = state.new_rs == 0 ? 0 : sim.At<ReplicaSet>(state.new_rs).active;
  next.status_ready = state.ready;
  next.status_available = state.available;
  next.status_unavailable = state.wanted > state.available ? state.wanted - state.available : 0;
  next.available = state.available >= next.replicas - state.limits.unavailable;
  return next;
}

bool SameCounts(const Deployment& a, const Deployment& b) {
  return a.observed_generation == b.observed_generation &&
         a.status_replicas == b.status_replicas && a.status_updated == b.status_updated &&
         a.status_ready == b.status_ready && a.status_available == b.status_available &&
         a.status_unavailable == b.status_unavailable && a.available == b.available;
}

// More updated, ready or available pods, or fewer old ones.
bool Progressed(const Deployment& before, const Deployment& after) {
  const i32 old_before = before.status_replicas - before.status_updated;
  const i32 old_after = after.status_replicas - after.status_updated;
  return after.status_updated > before.status_updated || old_after < old_before ||
         after.status_ready > before.status_ready ||
         after.status_available > before.status_available;
}

SimTime DeadlineOf(const Sim& sim, const Deployment& row) {
  const auto& spec = sim.Typed<DeploymentSpec>(row.doc);
  return FromMs(row.last_progress_ms) + spec.progress_deadline_s * kSecond;
}

bool TimedOut(const Sim& sim, const Deployment& row) {
  switch (ReasonOf(row)) {
    case ProgressReason::kNone:
    case ProgressReason::kNewReplicaSetAvailable: return false;
    case ProgressReason::kProgressDeadlineExceeded: return true;
    default: return DeadlineOf(sim, row) < sim.now();
  }
}

// `before` is the status as last written, `row` has the new counts already.
void SyncProgress(Sim& sim, const Deployment& before, Deployment& row) {
  if (!HasProgressDeadline(sim.Typed<DeploymentSpec>(row.doc))) {
    row.progressing = static_cast<u8>(ProgressReason::kNone);
    return;
  }
  const bool was_complete = ReasonOf(row) == ProgressReason::kNewReplicaSetAvailable &&
                            row.status_replicas == row.status_updated;
  if (was_complete) return;
  if (IsComplete(row)) {
    if (ReasonOf(row) != ProgressReason::kNewReplicaSetAvailable) {
      SetProgress(sim, row, ProgressReason::kNewReplicaSetAvailable);
    }
  } else if (Progressed(before, row)) {
    SetProgress(sim, row, ProgressReason::kReplicaSetUpdated);
  } else if (TimedOut(sim, row) && ReasonOf(row) != ProgressReason::kProgressDeadlineExceeded) {
    SetProgress(sim, row, ProgressReason::kProgressDeadlineExceeded);
  }
}

// Whether the deadline may still pass: never again after a roll-out that once was complete.
bool CanTimeOut(const Deployment& row) {
  switch (ReasonOf(row)) {
    case ProgressReason::kNone:
    case ProgressReason::kNewReplicaSetAvailable:
    case ProgressReason::kProgressDeadlineExceeded: return false;
    default: return !IsComplete(row);
  }
}

// One second after the deadline, as upstream requeues; looks again then if progress came between.
void ArmDeadline(Sim& sim, u32 deployment) {
  const Deployment& row = sim.At<Deployment>(deployment);
  if (!CanTimeOut(row)) {
    Cancel(sim.world, SimEvent::kDeploymentDeadline, deployment);
  } else {
    ArmIfIdle(sim.world, SimEvent::kDeploymentDeadline, deployment,
              DeadlineOf(sim, row) + kSecond);
  }
}

}  // namespace

bool HasProgressDeadline(const DeploymentSpec& spec) {
  return spec.progress_deadline_s != INT32_MAX;
}

bool IsComplete(const Deployment& row) {
  return row.status_updated == row.replicas && row.status_replicas == row.replicas &&
         row.status_available == row.replicas && row.observed_generation >= row.generation;
}

void SyncPausedCondition(Sim& sim, DeploymentSyncState& state) {
  Deployment& row = sim.At<Deployment>(state.deployment);
  if (!HasProgressDeadline(sim.Typed<DeploymentSpec>(row.doc))) return;
  const ProgressReason reason = ReasonOf(row);
  if (reason == ProgressReason::kProgressDeadlineExceeded) return;
  const bool was_paused = reason == ProgressReason::kDeploymentPaused;
  if (was_paused == static_cast<bool>(row.paused)) return;
  SetProgress(sim, row, row.paused ? ProgressReason::kDeploymentPaused
                                   : ProgressReason::kDeploymentResumed);
  Changed<Deployment>(sim, ObjectKind::kDeployment, state.deployment);
  state.changed = true;
}

void SyncStatus(Sim& sim, DeploymentSyncState& state, bool rollout) {
  Deployment& row = sim.At<Deployment>(state.deployment);
  const Deployment before = row;
  row = CountsOf(sim, state);
  if (row.available != before.available) row.available_change_ms = sim.now_ms();
  if (rollout) SyncProgress(sim, before, row);
  if (!SameCounts(before, row) || before.progressing != row.progressing ||
      before.last_progress_ms != row.last_progress_ms) {
    Changed<Deployment>(sim, ObjectKind::kDeployment, state.deployment);
    // What follows from a finished status, the history limit, is done by the next sync.
    state.changed = state.changed || (IsComplete(row) && !IsComplete(before));
  }
  if (rollout) ArmDeadline(sim, state.deployment);
}

}  // namespace wt
