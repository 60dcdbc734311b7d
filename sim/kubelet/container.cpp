// SPDX-License-Identifier: Apache-2.0
// The start of a container as one kubelet sync makes it: crash-loop back-off, image, create,
// start. What a sync finds out is shown by the API from the next sync on, as upstream's status is
// made before the sync acts (pkg/kubelet/kubelet.go SyncPod with reasonCache, v1.35).
#include <algorithm>

#include "sim/kubelet/config.h"
#include "sim/kubelet/images.h"
#include "sim/kubelet/parts.h"
#include "sim/transitions.h"

namespace wt {

SimTime DelayOf(Sim& sim, Container& c, Delay delay, Stream stream) {
  return DrawDelay(delay, sim.key(), stream, c.born, c.draws++);
}

SimTime ListedAt(Sim& sim, Container& c, SimTime change) {
  return NextList(sim, sim.At<Pod>(c.pod).node, change) +
         DelayOf(sim, c, sim.blueprint.timing.pleg, Stream::kPodSync);
}

SimTime ErrorSyncDelay(Sim& sim, Container& c) {
  return DrawJitter(kErrorSync, 0.5, sim.key(), Stream::kPodSync, c.born, c.draws++);
}

void ArmStep(Sim& sim, u32 container, ContainerStep step, SimTime at) {
  RowOf(sim, container).step = static_cast<u8>(step);
  Arm(sim.world, SimEvent::kContainer, container, at);
}

void RecordOf(Sim& sim, const Container& c, EventReason reason, u32 arg0, u32 arg1, u32 arg2) {
  RecordEvent(sim, ObjectKind::kPod, c.pod, sim.At<Pod>(c.pod).born, reason, arg0, arg1, arg2);
}

namespace {

SimTime SeenAt(Sim& sim, Container& c) { return ListedAt(sim, c, sim.now()); }

// The next container that no sync has come to yet; upstream starts them one after another.
void StartNext(Sim& sim, const Container& c) {
  if (c.next == 0) return;
  const Container& next = RowOf(sim, c.next);
  const bool untouched = next.runs == 0 && next.step == static_cast<u8>(ContainerStep::kNone) &&
                         next.result == WaitReason::kNone &&
                         next.state == ContainerState::kWaiting;
  if (untouched) AttemptStart(sim, c.next);
}

// The sync ends with an error. The first error of a new pod is followed at once by another sync,
// because the runtime reports the new sandbox.
void Fail(Sim& sim, u32 container, WaitReason reason) {
  Container& c = RowOf(sim, container);
  const bool first = c.waiting == WaitReason::kContainerCreating && c.result == WaitReason::kNone;
  c.result = reason;
  const SimTime at = first ? SeenAt(sim, c) : sim.now() + ErrorSyncDelay(sim, c);
  ArmStep(sim, container, ContainerStep::kSync, at);
  StartNext(sim, c);
}

// True while the crash loop holds the container back; else its back-off is raised.
bool HeldBack(Sim& sim, u32 container, i32 exit_ms) {
  Container& c = RowOf(sim, container);
  const ContainerSpec& spec = SpecOf(sim, c);
  if (spec.image != c.image) c.backoff_ms = 0;  // upstream's key holds the image
  const Backoff backoff{c.backoff_ms, c.backoff_updated_ms};
  if (!InBackoffSince(backoff, exit_ms, sim.now_ms())) {
    const Backoff next = NextBackoff(backoff, exit_ms, sim.now_ms());
    c.backoff_ms = next.delay_ms;
    c.backoff_updated_ms = next.updated_ms;
    return false;
  }
  RecordOf(sim, c, EventReason::kBackOff, spec.name);
  c.result = WaitReason::kCrashLoopBackOff;
  return true;
}

void Create(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  const PodTemplate& tmpl = TemplateOf(sim, c);
  const StrId ns = sim.At<Pod>(c.pod).ns;
  if (const ConfigRef* ref = FirstMissing(sim, ns, SpecOf(sim, c), &tmpl, false)) {
    RecordOf(sim, c, EventReason::kFailedConfig, ref->name, ref->key,
             CheckConfig(sim, ns, *ref).problem);
    return Fail(sim, container, WaitReason::kCreateContainerConfigError);
  }
  const Timing& timing = sim.blueprint.timing;
  const SimTime create = DelayOf(sim, c, timing.container_create, Stream::kPodSync);
  const SimTime start = DelayOf(sim, c, timing.container_start, Stream::kPodSync);
  ArmStep(sim, container, ContainerStep::kStart, sim.now() + create + start);
}

// In a pull's back-off nothing changes until the first sync after it: the syncs between only
// repeat two events.
void WaitForPull(Sim& sim, u32 container, StrId image) {
  Container& c = RowOf(sim, container);
  if (c.state != ContainerState::kWaiting || c.waiting != WaitReason::kImagePullBackOff) {
    RecordOf(sim, c, EventReason::kBackOffPull, image);
    RecordOf(sim, c, EventReason::kImagePullBackOff);
    return Fail(sim, container, WaitReason::kImagePullBackOff);
  }
  c.result = WaitReason::kImagePullBackOff;
  const i32 left = c.pull_updated_ms + c.pull_backoff_ms - sim.now_ms();
  const i32 syncs = (left + kErrorSyncMeanMs - 1) / kErrorSyncMeanMs;
  const i32 next = sim.now_ms() + syncs * kErrorSyncMeanMs;
  const Series series{sim.now_ms(), kErrorSyncMeanMs, next - 1};
  StartSeries(sim, c.pod, EventReason::kBackOffPull, series, image);
  StartSeries(sim, c.pod, EventReason::kImagePullBackOff, series);
  ArmStep(sim, container, ContainerStep::kSync, FromMs(next));
}

void Pull(Sim& sim, u32 container, u32 image, bool present) {
  Container& c = RowOf(sim, container);
  const StrId name = SpecOf(sim, c).image;
  if (name != c.pull_image) c.pull_backoff_ms = 0;  // upstream's key holds the image
  c.pull_image = name;
  if (InBackoffSinceUpdate({c.pull_backoff_ms, c.pull_updated_ms}, sim.now_ms())) {
    return WaitForPull(sim, container, name);
  }
  RecordOf(sim, c, EventReason::kPulling, name);
  c.pull_started_ms = sim.now_ms();
  const Timing& timing = sim.blueprint.timing;
  const bool layers = image != 0 && !present;  // else the registry's answer is all it takes
  const SimTime took =
      DelayOf(sim, c, layers ? timing.image_pull : timing.image_error, Stream::kImagePull);
  ArmStep(sim, container, image != 0 ? ContainerStep::kPulled : ContainerStep::kRefused,
          sim.now() + took);
}

// Kubernetes v1.35 pkg/kubelet/images/image_manager.go EnsureImageExists.
void EnsureImage(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  const ContainerSpec& spec = SpecOf(sim, c);
  const u32 image = FindImage(sim.blueprint, spec.image);
  if (image == 0 && !IsValidImageName(sim.Text(spec.image))) {
    RecordOf(sim, c, EventReason::kInspectFailed, spec.image);
    RecordOf(sim, c, EventReason::kErrInvalidImage);
    return Fail(sim, container, WaitReason::kInvalidImageName);
  }
  const bool present = NodeHasImage(sim, sim.At<Pod>(c.pod).node, image);
  if (present && spec.pull != PullPolicy::kAlways) {
    RecordOf(sim, c, EventReason::kPulledPresent, spec.image);
    return Create(sim, container);
  }
  if (spec.pull == PullPolicy::kNever) {
    RecordOf(sim, c, EventReason::kNeverPull, spec.image);
    RecordOf(sim, c, EventReason::kErrNeverPull);
    return Fail(sim, container, WaitReason::kErrImageNeverPull);
  }
  Pull(sim, container, image, present);
}

void Pulled(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  const StrId name = SpecOf(sim, c).image;
  AddNodeImage(sim, sim.At<Pod>(c.pod).node, FindImage(sim.blueprint, name));
  RecordOf(sim, c, EventReason::kPulled, name,
           static_cast<u32>(sim.now_ms() - c.pull_started_ms));
  Create(sim, container);
}

void Refused(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  RecordOf(sim, c, EventReason::kFailedPull, SpecOf(sim, c).image);
  RecordOf(sim, c, EventReason::kErrImagePull);
  const Backoff next =
      NextBackoff({c.pull_backoff_ms, c.pull_updated_ms}, sim.now_ms(), sim.now_ms());
  c.pull_backoff_ms = next.delay_ms;
  c.pull_updated_ms = next.updated_ms;
  Fail(sim, container, WaitReason::kErrImagePull);
}

void Start(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  const ContainerSpec& spec = SpecOf(sim, c);
  ++c.runs;
  c.image = spec.image;
  RecordOf(sim, c, EventReason::kCreated, c.index);
  const u32 image = FindImage(sim.blueprint, spec.image);
  if (image != 0 && !CanExecute(sim.blueprint.images[image - 1], spec.command)) {
    RecordOf(sim, c, EventReason::kFailedStart, spec.command);
    NoteExit(c, sim.now_ms(), ExitReason::kStartError, 128);
    c.result = WaitReason::kRunContainerError;
    ArmStep(sim, container, ContainerStep::kSync, SeenAt(sim, c));
  } else {
    RecordOf(sim, c, EventReason::kStarted, c.index);
    c.result = WaitReason::kNone;
    BeginProcess(sim, container);
  }
  StartNext(sim, c);
}

bool MayRestart(RestartPolicy policy, u8 exit_code) {
  return policy == RestartPolicy::kAlways ||
         (policy == RestartPolicy::kOnFailure && exit_code != 0);
}

void Sync(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  const bool over = c.runs > 0 && !MayRestart(TemplateOf(sim, c).restart, c.exit_code);
  if (over) {
    ShowExit(sim, c);
  } else if (c.result != WaitReason::kNone) {
    ShowWaiting(sim, c, c.result);
  }
  UpdatePod(sim, c.pod);
  if (!over) AttemptStart(sim, container);
}

void ExitSeen(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  StopProbes(sim, container);
  c.process = static_cast<u8>(ProcessState::kNone);
  NoteExit(c, c.ends_ms, c.ending, c.ending_code);
  c.listening = 0;
  ShowExit(sim, c);
  UpdatePod(sim, c.pod);
  if (MayRestart(TemplateOf(sim, c).restart, c.exit_code)) AttemptStart(sim, container);
}

void Stopped(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  const bool had_exit = c.runs > 1;
  const i32 earlier_exit_ms = c.last_finished_ms;
  c.process = static_cast<u8>(ProcessState::kNone);
  NoteExit(c, sim.now_ms(), c.ending, c.ending_code);
  RestartKilled(sim, container, had_exit, earlier_exit_ms);
}

}  // namespace

void AttemptStart(Sim& sim, u32 container) {
  const Container& c = RowOf(sim, container);
  if (c.runs > 0 && HeldBack(sim, container, c.finished_ms)) {
    const i32 left = std::min(c.finished_ms + c.backoff_ms - sim.now_ms(), kResyncMs);
    const SimTime wait = DrawJitter(FromMs(left), 0.5, sim.key(), Stream::kPodSync, c.born,
                                    RowOf(sim, container).draws++);
    return ArmStep(sim, container, ContainerStep::kSync, sim.now() + wait);
  }
  EnsureImage(sim, container);
}

void RestartKilled(Sim& sim, u32 container, bool had_exit, i32 earlier_exit_ms) {
  Container& c = RowOf(sim, container);
  if (!MayRestart(TemplateOf(sim, c).restart, c.exit_code)) {
    ShowExit(sim, c);
    return UpdatePod(sim, c.pod);
  }
  if (had_exit && HeldBack(sim, container, earlier_exit_ms)) {
    return ArmStep(sim, container, ContainerStep::kSync, SeenAt(sim, c));
  }
  EnsureImage(sim, container);
}

void StepContainer(Sim& sim, u32 container) {
  Container& c = RowOf(sim, container);
  const ContainerStep step = static_cast<ContainerStep>(c.step);
  c.step = static_cast<u8>(ContainerStep::kNone);
  switch (step) {
    case ContainerStep::kSync: return Sync(sim, container);
    case ContainerStep::kPulled: return Pulled(sim, container);
    case ContainerStep::kRefused: return Refused(sim, container);
    case ContainerStep::kStart: return Start(sim, container);
    case ContainerStep::kSeen:
      ShowRunning(sim, c);
      StartProbes(sim, container);
      UpdatePod(sim, c.pod);
      return DecideAfterSeen(sim, container);
    case ContainerStep::kListening: return ServingChanged(sim, container);
    case ContainerStep::kGiveUp: return GiveUpOrServe(sim, container);
    case ContainerStep::kExitSeen: return ExitSeen(sim, container);
    case ContainerStep::kStopped: return Stopped(sim, container);
    case ContainerStep::kNone: break;
  }
  WT_CHECK(false, "a container's timer has a step");
}

}  // namespace wt
