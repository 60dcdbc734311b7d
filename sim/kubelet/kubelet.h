// SPDX-License-Identifier: Apache-2.0
// The kubelets: pod start, images, processes, probes, crash loops, termination. One file each;
// every step is an event on Pod.timer, Container.timer or Container.probe_timer.
// A pod's life: docs/pod_life.md.
#pragma once

#include "sim/sim.h"

namespace wt {

// kPodSync: a bound pod is taken up; a terminating pod makes its next step.
void SyncPod(Sim& sim, u32 pod);                              // kubelet/pod_sync.cpp
// The rows of its containers, for a pod that has none yet.
void AddContainers(Sim& sim, u32 pod);                        // kubelet/pod_sync.cpp
// kContainer: pull done, created, started, listening, exited, back-off over.
void StepContainer(Sim& sim, u32 container);                  // kubelet/container.cpp
// k*Probe: the instant at which a probe's published result flips (or is due).
void StepProbe(Sim& sim, u32 container, ProbeType probe);     // kubelet/probes.cpp
// Something a probe's outcome depends on changed (process, config, health of a dependency).
void RearmProbes(Sim& sim, u32 container);                    // kubelet/probes.cpp
// Endpoints or processes changed: probes whose health path asks other services may turn out
// otherwise. Cheap where no service has such a path. Call after kube-proxy's view changed.
void RearmDependents(Sim& sim);                               // kubelet/probes.cpp
// deletionTimestamp was set: start termination. Again after a shorter grace.
void StopPod(Sim& sim, u32 pod);                              // kubelet/termination.cpp
// The pod's spec was written: a container whose image changed restarts, one that waits is looked
// at now.
void RefreshPod(Sim& sim, u32 pod);                           // kubelet/termination.cpp
// The pod is about to be removed: what repeats in its Events ends. RemovePod calls it.
void ForgetPod(Sim& sim, u32 pod);                            // kubelet/termination.cpp
// The GraphService (index + 1) whose program the container of the row runs, 0 = another's: its
// template, image and workload decide.
u16 ProgramOf(const Sim& sim, const Container& container);    // kubelet/process.cpp
// Memory use of the process against its limit; called after each traffic solve when it moved.
void CheckMemory(Sim& sim, u32 container, f32 bytes_in_use);  // kubelet/oom.cpp

// True when the container's process runs and listens on `port` now.
bool Serves(const Sim& sim, u32 container, u16 port);
// True when its program listens on `port` once it serves.
bool HasPort(const Sim& sim, u32 container, u16 port);
// The port of a pod that a call through this Service ends at. Behind a headless one callers meet
// the pods themselves, at the port they name, whatever targetPort says. Source: Kubernetes v1.35,
// concepts, Services, "Headless Services".
u16 CalledPodPort(const Sim& sim, const Service& service, const Endpoint& endpoint,
                  u32 graph_service);
// True when the container runs what callers of this GraphService want (SameToCallers).
bool Answers(const Sim& sim, const Container& container, u32 graph_service);
// True when a call to this GraphService meets its process now, through its Service as kube-proxy
// knows it. O(services + endpoints).
bool ServiceAnswers(const Sim& sim, u32 graph_service);

}  // namespace wt
