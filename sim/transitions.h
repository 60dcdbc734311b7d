// SPDX-License-Identifier: Apache-2.0
// The only functions that change counters and lists: one per transition of an object. Each keeps
// ReplicaSet {active, ready, available, terminating}, Node {pods, requested}, Service endpoints
// wake-ups, owner lists and flow_dirty right, and touches resourceVersions. CheckInvariants
// recounts all of it.
#pragma once

#include "sim/sim.h"

namespace wt {

// The API shows a change of this row: a new resourceVersion, the sink is told.
template <class Row>
void Changed(Sim& sim, ObjectKind kind, u32 row) {
  sim.world.Touch(sim.At<Row>(row));
  if (sim.sink != nullptr) sim.sink->Changed(kind, row);
}

// A pod that its ReplicaSet counts: neither finished nor being deleted.
inline bool IsFinished(const Pod& pod) {
  return pod.phase == PodPhase::kSucceeded || pod.phase == PodPhase::kFailed;
}
inline bool IsTerminating(const Pod& pod) { return pod.stage == PodStage::kTerminating; }
inline bool IsActive(const Pod& pod) { return !IsFinished(pod) && !IsTerminating(pod); }

// A pod of `owner` (ReplicaSet row, 0 = bare) from template `spec`; joins the scheduler's queue,
// unless the template names its node.
u32 CreatePod(Sim& sim, u32 owner, RevId spec, StrId ns);
void BindPod(Sim& sim, u32 pod, u32 node);          // scheduler -> node; arms the kubelet
// The pod has been Ready for its ReplicaSet's minReadySeconds.
void SetPodAvailable(Sim& sim, u32 pod);
void SetPodReady(Sim& sim, u32 pod, bool ready);    // condition Ready
void SetPodPhase(Sim& sim, u32 pod, PodPhase phase);
// API delete: deletionTimestamp now, grace from the template or `grace_s` >= 0; unbound and
// finished pods and those without grace go at once. Idempotent; a shorter grace wins.
void DeletePod(Sim& sim, u32 pod, i32 grace_s = -1);
void RemovePod(Sim& sim, u32 pod);                  // object gone: lists, containers, counters
// Pod's labels changed so that its ReplicaSet no longer selects it.
void ReleasePod(Sim& sim, u32 pod);
// API write of a pod's labels or other mutable fields; released when its ReplicaSet no longer
// selects it. May move the block (a released pod's name is interned).
void SetPodSpec(Sim& sim, u32 pod, RevId spec);

u32 CreateReplicaSet(Sim& sim, u32 deployment, RevId tmpl, u32 restarted_at_s, i32 want);
void ScaleReplicaSet(Sim& sim, u32 replica_set, i32 want);
// spec.minReadySeconds; pods that are not Ready that long are no longer available. O(its pods).
void SetMinReadySeconds(Sim& sim, u32 replica_set, i32 seconds);
// Gone from the API; its pods follow (CollectGarbage), the row when the last one is gone.
void RemoveReplicaSet(Sim& sim, u32 replica_set);
// Frees rows that only waited for their dependants: the ReplicaSet without pods, then its
// Deployment without ReplicaSets.
void FreeWhenEmpty(Sim& sim, u32 replica_set);

// API writes after defaulting, validation and compilation. `actor` is an ActorId.
u32 CreateNode(Sim& sim, StrId name, RevId doc);
u32 CreateDeployment(Sim& sim, StrId ns, StrId name, RevId doc, RevId tmpl, i32 replicas,
                     u32 actor);
u32 CreateService(Sim& sim, StrId ns, StrId name, RevId doc, u32 actor);
u32 CreateObject(Sim& sim, u16 kind, StrId ns, StrId name, RevId doc, u32 actor);
void SetDeploymentTemplate(Sim& sim, u32 deployment, RevId tmpl, u32 restarted_at_s, u32 actor);
void SetDeploymentDoc(Sim& sim, u32 deployment, RevId doc, u32 actor);
void SetDeploymentReplicas(Sim& sim, u32 deployment, i32 replicas, u32 actor);
void SetDeploymentPaused(Sim& sim, u32 deployment, bool paused, u32 actor);
void SetServiceDoc(Sim& sim, u32 service, RevId doc, u32 actor);
void SetObjectDoc(Sim& sim, u32 object, RevId doc, u32 actor);
void SetNodeDoc(Sim& sim, u32 node, RevId doc, u32 actor);
void SetNodeUnschedulable(Sim& sim, u32 node, bool unschedulable, u32 actor);
void DeleteDeployment(Sim& sim, u32 deployment, u32 actor);  // background cascade
void DeleteService(Sim& sim, u32 service, u32 actor);
void DeleteObject(Sim& sim, u32 object, u32 actor);

// kubectl rollout undo: the template of the ReplicaSet with `revision` (0 = previous).
// False when there is none, or while the Deployment is paused (kubectl refuses).
bool UndoDeployment(Sim& sim, u32 deployment, u32 revision, u32 actor);

// Something that traffic/inputs.h reads changed, but nobody's traffic did so far: the next solve
// must see it. For all services, for one Service, or for all Services that have an endpoint on the
// pod (O(endpoints)).
inline void MarkInputsStale(Sim& sim) { sim.world.header().inputs_stale = kAllInputsStale; }
void MarkServiceInputsStale(Sim& sim, u32 service);
void MarkPodInputsStale(Sim& sim, u32 pod);
// Traffic must be solved before time moves on.
inline void MarkSolveNeeded(Sim& sim) { sim.world.header().flow_dirty = 1; }
// Both, for all services.
inline void MarkFlowDirty(Sim& sim) {
  MarkInputsStale(sim);
  MarkSolveNeeded(sim);
}
// A process began to run or may use more or less memory: every limit is compared again.
inline void MarkMemoryStale(Sim& sim) { sim.world.header().memory_stale = 1; }

// Lookups by name; 0 = none. O(rows).
u32 FindDeployment(const Sim& sim, StrId ns, StrId name);
u32 FindService(const Sim& sim, StrId ns, StrId name);
u32 FindObject(const Sim& sim, u16 kind, StrId ns, StrId name);
u32 FindNode(const Sim& sim, StrId name);

}  // namespace wt
