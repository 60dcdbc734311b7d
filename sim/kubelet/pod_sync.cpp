// SPDX-License-Identifier: Apache-2.0
// A pod on its node: taken up, volumes, sandbox, containers; its end is in termination.cpp.
// Source: Kubernetes v1.35 pkg/kubelet/kubelet.go SyncPod, volumemanager.
#include <algorithm>

#include "sim/kubelet/config.h"
#include "sim/kubelet/parts.h"
#include "sim/transitions.h"

namespace wt {
namespace {

// Retries of one volume: pkg/util/goroutinemap/exponentialbackoff, 500 ms doubling to 2 min 2 s.
constexpr SimTime kMountRetry = 500 * kMillisecond;
constexpr SimTime kMountRetryMax = 122 * kSecond;
// podAttachAndMountTimeout: how long one sync waits for volumes.
constexpr i32 kMountWaitMs = 123'000;
constexpr u32 kSandboxDraw = 500;

}  // namespace

void ArmPodStep(Sim& sim, u32 pod, PodStep step, SimTime at) {
  sim.At<Pod>(pod).step = static_cast<u8>(step);
  Arm(sim.world, SimEvent::kPodSync, pod, at);
}

SimTime NextList(const Sim& sim, u32 node, SimTime after) {
  constexpr u32 kSteps = 1'000'000;
  const SimTime phase = DrawBelow(sim.key(), Stream::kPodSync, sim.At<Node>(node).born, 0, kSteps) *
                        (kListPeriod / kSteps);
  return phase + (after - phase + kListPeriod) / kListPeriod * kListPeriod;
}

void AddContainers(Sim& sim, u32 pod_row) {
  Pod& pod = sim.At<Pod>(pod_row);
  if (pod.first_container != 0) return;
  const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
  u32 last = 0;
  for (u16 i = 0; i < tmpl.containers.count; ++i) {
    const u32 row = sim.world.Add<Container>();
    Container& c = RowOf(sim, row);
    c.pod = pod_row;
    c.index = static_cast<u8>(i);
    c.waiting = WaitReason::kContainerCreating;
    (last == 0 ? pod.first_container : RowOf(sim, last).next) = row;
    last = row;
  }
  pod.containers = static_cast<u8>(tmpl.containers.count);
}

namespace {

// How long the next attempt to mount waits.
SimTime MountRetry(u32 failed_before) {
  return std::min(kMountRetry << std::min<u32>(failed_before, 16), kMountRetryMax);
}

void ReportMount(Sim& sim, u32 pod_row, const ConfigRef& ref) {
  const Pod& pod = sim.At<Pod>(pod_row);
  const ConfigProblem problem = CheckConfig(sim, pod.ns, ref).problem;
  const bool key = problem == kNoConfigMapKey || problem == kNoSecretKey;
  RecordEvent(sim, ObjectKind::kPod, pod_row, pod.born,
              ref.kind == RefKind::kSecret ? EventReason::kFailedMountSecret
                                           : EventReason::kFailedMount,
              ref.volume, ref.name, key ? ref.key : 0);
  if (pod.attempts == 0) return;
  // Each sync gives up after a fixed wait; told with the attempt that follows.
  const i32 waited = sim.now_ms() - pod.started_ms;
  const i32 earlier = waited - ToMs(MountRetry(pod.attempts - 1u));
  if (waited / kMountWaitMs > earlier / kMountWaitMs) {
    RecordEvent(sim, ObjectKind::kPod, pod_row, pod.born, EventReason::kMountTimeout, ref.volume);
  }
}

// Reports the first missing volume source; true when there is one.
bool LacksVolumes(Sim& sim, u32 pod_row) {
  const Pod& pod = sim.At<Pod>(pod_row);
  const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
  for (const ContainerSpec& spec : Items(&tmpl, tmpl.containers)) {
    const ConfigRef* missing = FirstMissing(sim, pod.ns, spec, &tmpl, true);
    if (missing == nullptr) continue;
    ReportMount(sim, pod_row, *missing);
    return true;
  }
  return false;
}

void Mount(Sim& sim, u32 pod_row) {
  Pod& pod = sim.At<Pod>(pod_row);
  if (LacksVolumes(sim, pod_row)) {
    const SimTime retry = MountRetry(pod.attempts);
    if (pod.attempts < UINT16_MAX) ++pod.attempts;
    return ArmPodStep(sim, pod_row, PodStep::kMount, sim.now() + retry);
  }
  const SimTime sandbox = DrawDelay(sim.blueprint.timing.sandbox, sim.key(), Stream::kPodSync,
                                    pod.born, kSandboxDraw);
  ArmPodStep(sim, pod_row, PodStep::kSandbox, sim.now() + sandbox);
}

void TakeUp(Sim& sim, u32 pod_row) {
  Pod& pod = sim.At<Pod>(pod_row);
  pod.stage = PodStage::kActive;
  pod.started_ms = sim.now_ms() == 0 ? 1 : sim.now_ms();
  pod.attempts = 0;
  AddContainers(sim, pod_row);
  TouchPod(sim, pod_row);
  Mount(sim, pod_row);
}

void SandboxReady(Sim& sim, u32 pod_row) {
  Pod& pod = sim.At<Pod>(pod_row);
  pod.step = static_cast<u8>(PodStep::kNone);
  u32& next_ip = sim.world.header().next_ip;
  pod.ip = static_cast<u16>(next_ip);
  next_ip = next_ip % 0xfffeu + 1;
  TouchPod(sim, pod_row);
  if (pod.first_container != 0) AttemptStart(sim, pod.first_container);
}

}  // namespace

void SyncPod(Sim& sim, u32 pod) {
  switch (static_cast<PodStep>(sim.At<Pod>(pod).step)) {
    case PodStep::kTakeUp: return TakeUp(sim, pod);
    case PodStep::kMount: return Mount(sim, pod);
    case PodStep::kSandbox: return SandboxReady(sim, pod);
    case PodStep::kStop: return StopNow(sim, pod);
    case PodStep::kEnded: return ShowEnded(sim, pod);
    case PodStep::kGone: return RemovePod(sim, pod);
    case PodStep::kNone: break;
  }
  WT_CHECK(false, "a pod's timer has a step");
}

}  // namespace wt
