// SPDX-License-Identifier: Apache-2.0
// Container states, phase and readiness as the API shows them.
// Source: Kubernetes v1.35 pkg/kubelet/kubelet_pods.go (getPhase, convertToAPIContainerStatuses).
#include "sim/kubelet/pod_phase.h"
#include "sim/kubelet/parts.h"
#include "sim/transitions.h"

namespace wt {
namespace {

void MoveToLast(Container& c) {
  if (!c.fresh_exit) return;
  c.fresh_exit = 0;
  c.last_started_ms = c.started_ms;
  c.last_finished_ms = c.finished_ms;
  c.last_exit_reason = c.exit_reason;
  c.last_exit_code = c.exit_code;
}

void ShowRestarts(Container& c) { c.restarts = c.runs == 0 ? 0 : c.runs - 1; }

}  // namespace

void TouchPod(Sim& sim, u32 pod) {
  Changed<Pod>(sim, ObjectKind::kPod, pod);
}

void NoteExit(Container& c, i32 at_ms, ExitReason reason, u8 code) {
  MoveToLast(c);
  c.fresh_exit = 1;
  c.started_ms = reason == ExitReason::kStartError ? 0 : c.process_ms;
  c.finished_ms = at_ms;
  c.exit_reason = reason;
  c.exit_code = code;
}

void ShowWaiting(Sim& sim, Container& c, WaitReason reason) {
  MoveToLast(c);
  ShowRestarts(c);
  c.state = ContainerState::kWaiting;
  c.waiting = reason;
  c.ready = c.started = 0;
  TouchPod(sim, c.pod);
}

void ShowRunning(Sim& sim, Container& c) {
  MoveToLast(c);
  ShowRestarts(c);
  c.state = ContainerState::kRunning;
  c.waiting = WaitReason::kNone;
  c.ready = c.started = 0;
  c.started_ms = c.process_ms;
  MarkMemoryStale(sim);
  TouchPod(sim, c.pod);
}

void ShowExit(Sim& sim, Container& c) {
  ShowRestarts(c);
  c.state = ContainerState::kTerminated;
  c.waiting = WaitReason::kNone;
  c.ready = c.started = 0;
  TouchPod(sim, c.pod);
}

PodPhase PhaseOf(RestartPolicy policy, const ContainerTally& tally) {
  if (tally.never_ran > 0) return PodPhase::kPending;
  if (tally.running > 0) return PodPhase::kRunning;
  if (policy == RestartPolicy::kAlways) return PodPhase::kRunning;
  if (tally.stopped == tally.succeeded) return PodPhase::kSucceeded;
  return policy == RestartPolicy::kNever ? PodPhase::kFailed : PodPhase::kRunning;
}

void UpdatePod(Sim& sim, u32 pod_row) {
  Pod& pod = sim.At<Pod>(pod_row);
  ContainerTally tally;
  bool ready = pod.first_container != 0;
  for (u32 at = pod.first_container; at != 0; at = RowOf(sim, at).next) {
    const Container& c = RowOf(sim, at);
    ready = ready && c.ready;
    if (c.state == ContainerState::kRunning) {
      ++tally.running;
      continue;
    }
    const bool terminated = c.state == ContainerState::kTerminated;
    if (!terminated && c.last_exit_reason == ExitReason::kNone) {
      ++tally.never_ran;
      continue;
    }
    ++tally.stopped;
    tally.succeeded += terminated && c.exit_code == 0;
  }
  const RestartPolicy policy = sim.Typed<PodTemplate>(pod.spec).restart;
  const bool over = pod.phase == PodPhase::kSucceeded || pod.phase == PodPhase::kFailed;
  const PodPhase phase = PhaseOf(policy, tally);
  if (!over && phase != pod.phase) SetPodPhase(sim, pod_row, phase);
  if (pod.stage == PodStage::kTerminating) ready = false;
  if ((pod.ready != 0) != ready) SetPodReady(sim, pod_row, ready);
}

}  // namespace wt
