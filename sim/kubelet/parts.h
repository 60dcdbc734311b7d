// SPDX-License-Identifier: Apache-2.0
// Shared by the kubelet's own files; nobody else includes it.
#pragma once

#include "sim/event_queue.h"
#include "sim/kubelet/backoff.h"
#include "sim/kubelet/kubelet.h"
#include "sim/sim.h"
#include "sim/telemetry/cluster_events.h"

namespace wt {

enum class PodStep : u8 {  // Pod.step
  kTakeUp,   // bound: the kubelet notices it
  kMount,    // a volume could not be mounted: try again
  kSandbox,  // the sandbox is ready: start containers
  kNone,     // containers go their own way
  kStop,     // deletion noticed: SIGTERM
  kEnded,    // all processes have ended: the API shows it
  kGone      // and it is cleaned up: remove the pod
};

enum class ContainerStep : u8 {  // Container.step
  kNone,
  kSync,       // the kubelet looks at it: shows what it knows, then tries to start it
  kPulled,     // the pull has succeeded
  kRefused,    // the registry has answered that there is no such image
  kStart,      // created: the process starts
  kSeen,       // the kubelet has seen the process: the API shows Running
  kListening,  // the process begins to serve, and no probe waits for that
  kGiveUp,     // it has waited long enough for a Service that it needs
  kExitSeen,   // the kubelet has seen that the process ended
  kStopped     // killed for a failed probe, and now ended
};

enum class ProcessState : u8 { kNone, kAlive, kStopping };  // Container.process

// Upstream's random wait.Jitter(10 s, 0.5) before a sync that follows an error
// (pkg/kubelet/pod_workers.go, backOffPeriod).
inline constexpr SimTime kErrorSync = 10 * kSecond;
inline constexpr i32 kErrorSyncMeanMs = 12'500;

inline const PodTemplate& TemplateOf(const Sim& sim, const Container& c) {
  return sim.Typed<PodTemplate>(sim.At<Pod>(c.pod).spec);
}
inline const ContainerSpec& SpecOf(const Sim& sim, const Container& c) {
  const PodTemplate& tmpl = TemplateOf(sim, c);
  return Items(&tmpl, tmpl.containers)[c.index];
}
inline Container& RowOf(const Sim& sim, u32 container) { return sim.At<Container>(container); }

// From the end of one list of a node's containers to the next it is 1 s (pkg/kubelet/kubelet.go
// genericPlegRelistPeriod, pkg/kubelet/pleg/generic.go); a list takes 4.5 ms (docs/sim_to_real.md).
inline constexpr SimTime kListPeriod = kSecond + 45 * kMillisecond / 10;

// The first list of a node's containers after `after`, at a phase that is drawn for each node:
// whatever waits for a list on one node waits for the same one.
SimTime NextList(const Sim& sim, u32 node, SimTime after);

// A pod's probe workers begin, and with them their ticks, when its volumes are found mounted. They
// are looked for at once, when nothing is mounted yet (each pod has the volume of its service
// account), and again after this long, a part of Timing.sandbox (pkg/kubelet/kubelet.go SyncPod,
// volumemanager/volume_manager.go podAttachAndMountRetryInterval).
inline constexpr i32 kMountLookMs = 300;

// Delays of this container; each takes its next draw.
SimTime DelayOf(Sim& sim, Container& c, Delay delay, Stream stream);
SimTime ErrorSyncDelay(Sim& sim, Container& c);
void ArmPodStep(Sim& sim, u32 pod, PodStep step, SimTime at);
// When the kubelet acts on a change of the container at `change`: after the list that shows it.
SimTime ListedAt(Sim& sim, Container& c, SimTime change);
void ArmStep(Sim& sim, u32 container, ContainerStep step, SimTime at);

void RecordOf(Sim& sim, const Container& c, EventReason reason, u32 arg0 = 0, u32 arg1 = 0,
              u32 arg2 = 0);

// pod_status.cpp: what the API shows.
void ShowWaiting(Sim& sim, Container& c, WaitReason reason);
void ShowRunning(Sim& sim, Container& c);
void ShowExit(Sim& sim, Container& c);
// A run has ended; shown by one of the above.
void NoteExit(Container& c, i32 at_ms, ExitReason reason, u8 code);
// Recomputes phase and Ready of the pod from its containers.
void UpdatePod(Sim& sim, u32 pod);
void TouchPod(Sim& sim, u32 pod);

// container.cpp
void AttemptStart(Sim& sim, u32 container);
// Back-off against the exit before the last one: the sync that killed it still saw that.
void RestartKilled(Sim& sim, u32 container, bool had_exit, i32 earlier_exit_ms);

// process.cpp
void BeginProcess(Sim& sim, u32 container);
void DecideAfterSeen(Sim& sim, u32 container);  // arms what comes after kSeen
void GiveUpOrServe(Sim& sim, u32 container);
// The process ends now; the kubelet sees it a moment later.
void EndProcess(Sim& sim, u32 container, ExitReason reason, u8 code);
inline bool IsAlive(const Container& c) {
  return c.process == static_cast<u8>(ProcessState::kAlive);
}

// probes.cpp
// A process begins or ceases to serve: traffic, and probes of those that ask it.
void ServingChanged(Sim& sim, u32 container);
void StartProbes(Sim& sim, u32 container);  // the API shows Running
void StopProbes(Sim& sim, u32 container);

// termination.cpp
void KillForProbe(Sim& sim, u32 container, ProbeType probe);  // SIGTERM for a failed probe
void StopNow(Sim& sim, u32 pod);                              // SIGTERM to all of the pod
void ShowEnded(Sim& sim, u32 pod);                            // all of it has ended

}  // namespace wt
