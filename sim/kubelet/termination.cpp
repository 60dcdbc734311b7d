// SPDX-License-Identifier: Apache-2.0
// The end of pods and of containers that failed a probe: SIGTERM, grace, SIGKILL.
// Source: Kubernetes v1.35 pkg/kubelet/kuberuntime/kuberuntime_container.go killContainer,
// pkg/kubelet/pod_workers.go.
#include <algorithm>

#include "sim/kubelet/parts.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr u8 kTerminated = 128 + 15;
constexpr u8 kKilled = 128 + 9;
// A container is never killed before it had this long (minimumGracePeriodInSeconds).
constexpr SimTime kLeastGrace = 2 * kSecond;

// SIGTERM now; when the process will have ended.
SimTime Terminate(Sim& sim, u32 container, SimTime grace) {
  Container& c = RowOf(sim, container);
  StopProbes(sim, container);
  const SimTime stop = DelayOf(sim, c, sim.blueprint.timing.stop, Stream::kPodSync);
  const SimTime allowed = std::max(grace, kLeastGrace);
  const bool handled = stop <= allowed;
  const bool served = c.listening != 0;
  c.process = static_cast<u8>(ProcessState::kStopping);
  c.listening = 0;
  if (served) ServingChanged(sim, container);
  c.ending = ExitReason::kError;
  c.ending_code = handled ? kTerminated : kKilled;
  const SimTime ends = sim.now() + std::min(stop, allowed);
  c.ends_ms = ToMs(ends);
  return ends;
}

void EndPullSeries(Sim& sim, const Container& c) {
  if (c.result != WaitReason::kImagePullBackOff) return;
  EndSeries(sim, c.pod, EventReason::kBackOffPull);
  EndSeries(sim, c.pod, EventReason::kImagePullBackOff);
}

// SIGTERM to every container; the last end.
SimTime StopContainers(Sim& sim, u32 pod_row) {
  const Pod& pod = sim.At<Pod>(pod_row);
  const SimTime grace = FromMs(pod.delete_at_ms) - sim.now();
  const u32 deleted_by = pod.deleted_by == 0 ? 0 : RowOf(sim, pod.deleted_by).born;
  SimTime last = sim.now();
  for (u32 at = pod.first_container; at != 0; at = RowOf(sim, at).next) {
    Container& c = RowOf(sim, at);
    Cancel(sim.world, SimEvent::kContainer, at);
    c.step = static_cast<u8>(ContainerStep::kNone);
    c.ready = 0;
    EndPullSeries(sim, c);
    if (IsAlive(c)) {
      RecordOf(sim, c, EventReason::kKilling, SpecOf(sim, c).name, deleted_by);
      last = std::max(last, Terminate(sim, at, grace));
    } else if (c.process == static_cast<u8>(ProcessState::kStopping)) {
      last = std::max(last, FromMs(c.ends_ms));
    }
  }
  return last;
}

// A shorter grace than the one that processes were given: they end no later than it allows.
SimTime ShortenGrace(Sim& sim, u32 pod_row) {
  const Pod& pod = sim.At<Pod>(pod_row);
  const SimTime latest =
      std::max(FromMs(pod.delete_at_ms), sim.now() + (pod.delete_at_ms == 0 ? 0 : kLeastGrace));
  SimTime last = sim.now();
  for (u32 at = pod.first_container; at != 0; at = RowOf(sim, at).next) {
    Container& c = RowOf(sim, at);
    if (c.process != static_cast<u8>(ProcessState::kStopping)) continue;
    if (FromMs(c.ends_ms) > latest) {
      c.ends_ms = ToMs(latest);
      c.ending_code = kKilled;
    }
    last = std::max(last, FromMs(c.ends_ms));
  }
  return last;
}

SimTime PodDelay(Sim& sim, u32 pod, Delay delay, u32 which) {
  return DrawDelay(delay, sim.key(), Stream::kPodSync, sim.At<Pod>(pod).born, which);
}

// Draws of a pod's own: 0 and up for mounting, these for its end.
enum PodDraw : u32 { kStopDraw = 1000, kStatusDraw, kPlegDraw, kStopPlegDraw, kCleanupDraw };

SimTime CleanupDelay(Sim& sim, u32 pod) {
  return PodDelay(sim, pod, sim.blueprint.timing.cleanup, kCleanupDraw);
}

SimTime ListedAt(Sim& sim, u32 pod, SimTime change, u32 which) {
  return NextList(sim, sim.At<Pod>(pod).node, change) +
         PodDelay(sim, pod, sim.blueprint.timing.pleg, which);
}

// The pod worker goes on to remove the pod when a list is newer than its last step
// (pkg/kubelet/pod_workers.go podWorkerLoop, podCache.GetNewerThan).
void ArmGone(Sim& sim, u32 pod, SimTime cleaned) {
  const SimTime status = PodDelay(sim, pod, sim.blueprint.timing.status, kStatusDraw);
  ArmPodStep(sim, pod, PodStep::kGone, ListedAt(sim, pod, cleaned, kPlegDraw) + status);
}

// When the pod worker comes to a deletion that the kubelet notices at `noticed`: each of its steps
// waits for a list that is newer than the step before (podWorkerLoop, as above). A pod at rest has
// had one; a container's start is followed by steps at the list that shows it and at the two
// after it, the last of which keeps the worker until a fourth (measured, docs/sim_to_real.md).
SimTime WorkerFree(Sim& sim, u32 pod_row, SimTime noticed) {
  const Pod& pod = sim.At<Pod>(pod_row);
  SimTime free = noticed;
  for (u32 at = pod.first_container; at != 0; at = RowOf(sim, at).next) {
    const Container& c = RowOf(sim, at);
    if (!IsAlive(c)) continue;
    const SimTime shown = NextList(sim, pod.node, FromMs(c.process_ms));
    const int lists = noticed < shown ? 0 : noticed < shown + kListPeriod ? 2 : 3;
    const SimTime next = shown + lists * kListPeriod;
    if (noticed < next) free = std::max(free, next);
  }
  if (free == noticed) return noticed;
  return free + PodDelay(sim, pod_row, sim.blueprint.timing.pleg, kStopPlegDraw);
}

// Where cleaning up takes no time, the end is not shown first.
void ArmEnd(Sim& sim, u32 pod, SimTime ended) {
  const SimTime cleanup = CleanupDelay(sim, pod);
  if (cleanup == 0) return ArmGone(sim, pod, ended);
  ArmPodStep(sim, pod, PodStep::kEnded, ended + cleanup);
}

bool IsEnding(const Pod& pod) {
  return pod.step == static_cast<u8>(PodStep::kEnded) ||
         pod.step == static_cast<u8>(PodStep::kGone);
}

}  // namespace

void StopPod(Sim& sim, u32 pod_row) {
  Pod& pod = sim.At<Pod>(pod_row);
  if (IsEnding(pod)) return ArmEnd(sim, pod_row, ShortenGrace(sim, pod_row));
  if (pod.step == static_cast<u8>(PodStep::kStop)) return;
  pod.step = static_cast<u8>(PodStep::kStop);
  const SimTime noticed =
      sim.now() + PodDelay(sim, pod_row, sim.blueprint.timing.kubelet_sync, kStopDraw);
  Arm(sim.world, SimEvent::kPodSync, pod_row, WorkerFree(sim, pod_row, noticed));
}

void ForgetPod(Sim& sim, u32 pod) {
  for (u32 at = sim.At<Pod>(pod).first_container; at != 0; at = RowOf(sim, at).next) {
    StopProbes(sim, at);
    EndPullSeries(sim, RowOf(sim, at));
  }
}

void StopNow(Sim& sim, u32 pod) {
  const SimTime ended = StopContainers(sim, pod);
  TouchPod(sim, pod);
  UpdatePod(sim, pod);
  ArmEnd(sim, pod, ended);
}

// The last status that a kubelet writes has a final phase (pkg/kubelet/kubelet_pods.go getPhase,
// podIsTerminal; status_manager.go TerminatePod: Failed for what never ran): from then on the pod
// takes no room and no Deployment waits for it.
void ShowEnded(Sim& sim, u32 pod) {
  bool failed = sim.At<Pod>(pod).first_container == 0;
  for (u32 at = sim.At<Pod>(pod).first_container; at != 0; at = RowOf(sim, at).next) {
    Container& c = RowOf(sim, at);
    if (c.process == static_cast<u8>(ProcessState::kStopping)) {
      c.process = static_cast<u8>(ProcessState::kNone);
      NoteExit(c, c.ends_ms, c.ending, c.ending_code);
      ShowExit(sim, c);
    }
    failed |= c.state != ContainerState::kTerminated || c.exit_code != 0;
  }
  SetPodPhase(sim, pod, failed ? PodPhase::kFailed : PodPhase::kSucceeded);
  ArmGone(sim, pod, sim.now());
}

namespace {

void Restart(Sim& sim, u32 container, i32 grace_s) {
  const SimTime ends = Terminate(sim, container, grace_s * kSecond);
  ArmStep(sim, container, ContainerStep::kStopped, ends);
}

}  // namespace

void KillForProbe(Sim& sim, u32 container, ProbeType probe) {
  const Container& c = RowOf(sim, container);
  const ContainerSpec& spec = SpecOf(sim, c);
  RecordOf(sim, c, EventReason::kKillingLiveness, spec.name, probe);
  const i32 own = spec.probes[probe].grace_s;
  Restart(sim, container, own > 0 ? own : TemplateOf(sim, c).grace_s);
}

void RefreshPod(Sim& sim, u32 pod_row) {
  if (sim.At<Pod>(pod_row).stage != PodStage::kActive) return;
  for (u32 at = sim.At<Pod>(pod_row).first_container; at != 0; at = RowOf(sim, at).next) {
    const Container& c = RowOf(sim, at);
    const ContainerSpec& spec = SpecOf(sim, c);
    if (IsAlive(c) && c.image != spec.image) {
      RecordOf(sim, c, EventReason::kKillingChanged, spec.name);
      Restart(sim, at, TemplateOf(sim, c).grace_s);
    } else if (c.step == static_cast<u8>(ContainerStep::kSync)) {
      const SimTime look = DelayOf(sim, RowOf(sim, at), sim.blueprint.timing.kubelet_sync,
                                   Stream::kPodSync);
      ArmStep(sim, at, ContainerStep::kSync, sim.now() + look);
    }
  }
}

}  // namespace wt
