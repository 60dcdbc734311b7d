// SPDX-License-Identifier: Apache-2.0
#include "sim/controllers/controllers.h"
#include "sim/kubelet/kubelet.h"
#include "sim/scheduler/queue.h"
#include "sim/scheduler/score.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/telemetry/names.h"
#include "sim/transitions.h"

namespace wt {
namespace {

u32 DeploymentOf(const Sim& sim, u32 replica_set) {
  return sim.At<ReplicaSet>(replica_set).deployment;
}

// The owner's numbers changed: its status is written, its Deployment looks.
void OwnerChanged(Sim& sim, u32 replica_set) {
  if (replica_set == 0) return;
  Changed<ReplicaSet>(sim, ObjectKind::kReplicaSet, replica_set);
  if (const u32 deployment = DeploymentOf(sim, replica_set)) WakeDeployment(sim, deployment);
}

// Takes an active pod out of its owner's counts (+1: puts it back in).
void CountActive(Sim& sim, const Pod& pod, i32 sign) {
  if (pod.owner == 0) return;
  ReplicaSet& owner = sim.At<ReplicaSet>(pod.owner);
  owner.active += sign;
  owner.ready += sign * pod.ready;
  owner.available += sign * pod.available;
}

void CountTerminating(Sim& sim, const Pod& pod, i32 sign) {
  if (pod.owner != 0) sim.At<ReplicaSet>(pod.owner).terminating += sign;
}

// A bound, unfinished pod takes room on its node (sign -1: gives it back).
void CountOnNode(Sim& sim, const Pod& pod, i32 sign) {
  Node& node = sim.At<Node>(pod.node);
  const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
  const NonzeroRequest nonzero = NonzeroRequestOf(tmpl);
  node.pods += static_cast<u32>(sign);
  node.cpu_requested += sign * tmpl.cpu_request;
  node.memory_requested += sign * tmpl.memory_request;
  node.cpu_nonzero += sign * nonzero.cpu;
  node.memory_nonzero += sign * nonzero.memory;
}

void UnlinkFromOwner(Sim& sim, u32 pod) {
  const Pod& row = sim.At<Pod>(pod);
  u32* link = &sim.At<ReplicaSet>(row.owner).first_pod;
  while (*link != pod) link = &sim.At<Pod>(*link).next_in_owner;
  *link = row.next_in_owner;
}

void UnlinkFromNode(Sim& sim, u32 pod) {
  const Pod& row = sim.At<Pod>(pod);
  u32* link = &sim.At<Node>(row.node).first_pod;
  while (*link != pod) link = &sim.At<Pod>(*link).next_on_node;
  *link = row.next_on_node;
}

void FreeContainers(Sim& sim, Pod& pod) {
  for (u32 c = pod.first_container, next = 0; c != 0; c = next) {
    next = sim.At<Container>(c).next;
    sim.world.Free<Container>(c);
  }
  pod.first_container = 0;
}

// The owner's selector: its Deployment's and the hash label.
bool OwnerSelects(const Sim& sim, u32 pod) {
  const ReplicaSet& owner = sim.At<ReplicaSet>(sim.At<Pod>(pod).owner);
  if (owner.deployment == 0) return true;
  const auto& spec = sim.Typed<DeploymentSpec>(sim.At<Deployment>(owner.deployment).doc);
  return MatchesSelector(sim, &spec, spec.selector, pod);
}

bool InQueue(const Pod& pod) {
  return pod.node == 0 &&
         (pod.stage == PodStage::kNew || pod.stage == PodStage::kUnschedulable);
}

}  // namespace

u32 CreatePod(Sim& sim, u32 owner, RevId spec, StrId ns) {
  const u32 row = sim.world.Add<Pod>();
  Pod& pod = sim.At<Pod>(row);
  pod.spec = spec;
  pod.ns = ns;
  pod.owner = owner;
  pod.created_ms = sim.now_ms();
  pod.name_tail = DrawBelow(sim.key(), Stream::kNames, pod.born, 0, kNameTails);
  if (owner != 0) {
    ReplicaSet& replica_set = sim.At<ReplicaSet>(owner);
    pod.next_in_owner = replica_set.first_pod;
    replica_set.first_pod = row;
    ++replica_set.active;
    OwnerChanged(sim, owner);
  }
  if (sim.sink != nullptr) sim.sink->Changed(ObjectKind::kPod, row);
  const StrId wanted_node = sim.Typed<PodTemplate>(spec).node_name;
  if (wanted_node == 0) {
    EnqueuePod(sim, row);
  } else if (const u32 node = FindNode(sim, wanted_node)) {
    BindPod(sim, row, node);
  }
  return row;
}

void BindPod(Sim& sim, u32 pod, u32 node) {
  Pod& row = sim.At<Pod>(pod);
  Node& on = sim.At<Node>(node);
  row.node = node;
  row.next_on_node = on.first_pod;
  on.first_pod = pod;
  row.scheduled_ms = sim.now_ms();
  row.stage = PodStage::kBound;
  CountOnNode(sim, row, 1);
  Changed<Pod>(sim, ObjectKind::kPod, pod);
  const SimTime delay = DrawDelay(sim.blueprint.timing.kubelet_sync, sim.key(), Stream::kPodSync,
                                  row.born, 0);
  Arm(sim.world, SimEvent::kPodSync, pod, sim.now() + delay);
}

void SetPodReady(Sim& sim, u32 pod, bool ready) {
  Pod& row = sim.At<Pod>(pod);
  if (row.ready == static_cast<u8>(ready)) return;
  const bool counted = IsActive(row);
  if (counted) CountActive(sim, row, -1);
  row.ready = ready;
  row.available = 0;
  row.ready_ms = sim.now_ms();
  if (counted) CountActive(sim, row, 1);
  Changed<Pod>(sim, ObjectKind::kPod, pod);
  WakeServicesOf(sim, pod);
  if (!counted || row.owner == 0) return;
  OwnerChanged(sim, row.owner);
  if (!ready) return;
  if (sim.At<ReplicaSet>(row.owner).min_ready_s == 0) {
    SetPodAvailable(sim, pod);
  } else {
    WakeReplicaSet(sim, row.owner);
  }
}

void SetPodAvailable(Sim& sim, u32 pod) {
  Pod& row = sim.At<Pod>(pod);
  if (row.available || !row.ready || !IsActive(row)) return;
  row.available = 1;
  if (row.owner == 0) return;
  ++sim.At<ReplicaSet>(row.owner).available;
  OwnerChanged(sim, row.owner);
}

void SetPodPhase(Sim& sim, u32 pod, PodPhase phase) {
  Pod& row = sim.At<Pod>(pod);
  if (row.phase == phase || IsFinished(row)) return;
  const bool finishes = phase == PodPhase::kSucceeded || phase == PodPhase::kFailed;
  if (!finishes) {
    row.phase = phase;
    Changed<Pod>(sim, ObjectKind::kPod, pod);
    WakeServicesOf(sim, pod);  // the report of Running is the first to hold its address
    return;
  }
  SetPodReady(sim, pod, false);
  if (IsTerminating(row)) {
    CountTerminating(sim, row, -1);
  } else {
    CountActive(sim, row, -1);
  }
  if (row.node != 0) CountOnNode(sim, row, -1);
  row.phase = phase;
  Changed<Pod>(sim, ObjectKind::kPod, pod);
  WakeServicesOf(sim, pod);
  if (row.node != 0) RetryAfterPodGone(sim);
  if (row.owner == 0) return;
  OwnerChanged(sim, row.owner);
  WakeReplicaSet(sim, row.owner);
}

void DeletePod(Sim& sim, u32 pod, i32 grace_s) {
  Pod& row = sim.At<Pod>(pod);
  i32 grace = grace_s >= 0 ? grace_s : sim.Typed<PodTemplate>(row.spec).grace_s;
  if (row.node == 0 || IsFinished(row)) grace = 0;
  if (grace == 0) return RemovePod(sim, pod);
  const i32 delete_at_ms = sim.now_ms() + grace * 1000;
  if (IsTerminating(row)) {
    if (delete_at_ms >= row.delete_at_ms) return;
    row.delete_at_ms = delete_at_ms;
    row.grace_override = 1;
    Changed<Pod>(sim, ObjectKind::kPod, pod);
    return StopPod(sim, pod);
  }
  CountActive(sim, row, -1);
  CountTerminating(sim, row, 1);
  row.stage = PodStage::kTerminating;
  row.delete_at_ms = delete_at_ms;
  row.grace_override = grace_s >= 0;
  Changed<Pod>(sim, ObjectKind::kPod, pod);
  WakeServicesOf(sim, pod);
  if (row.owner != 0) {
    OwnerChanged(sim, row.owner);
    WakeReplicaSet(sim, row.owner);
  }
  StopPod(sim, pod);
}

void RemovePod(Sim& sim, u32 pod) {
  Pod& row = sim.At<Pod>(pod);
  const u32 owner = row.owner;
  const bool took_room = row.node != 0 && !IsFinished(row);
  if (sim.sink != nullptr) sim.sink->Deleting(ObjectKind::kPod, pod);
  ++sim.world.header().resource_version;  // the DELETED event's
  WakeServicesOf(sim, pod);
  ForgetPod(sim, pod);
  if (InQueue(row)) DequeuePod(sim, pod);
  if (!IsFinished(row)) {
    if (IsTerminating(row)) {
      CountTerminating(sim, row, -1);
    } else {
      CountActive(sim, row, -1);
    }
  }
  if (took_room) CountOnNode(sim, row, -1);
  if (row.node != 0) UnlinkFromNode(sim, pod);
  MarkPodInputsStale(sim, pod);  // connections of a proxy that does not know yet get lost
  if (row.phase == PodPhase::kRunning) MarkSolveNeeded(sim);
  if (owner != 0) UnlinkFromOwner(sim, pod);
  ForgetPod(sim, pod);
  FreeContainers(sim, row);
  sim.world.Free<Pod>(pod);
  if (took_room) RetryAfterPodGone(sim);
  if (owner == 0) return;
  OwnerChanged(sim, owner);
  WakeReplicaSet(sim, owner);
  FreeWhenEmpty(sim, owner);
}

void ReleasePod(Sim& sim, u32 pod) {
  const u32 owner = sim.At<Pod>(pod).owner;
  if (owner == 0) return;
  // Its name was derived from the owner's.
  const StrId name = InternString(sim, PodName(sim, pod));
  Pod& row = sim.At<Pod>(pod);
  if (IsActive(row)) {
    CountActive(sim, row, -1);
  } else if (!IsFinished(row)) {
    CountTerminating(sim, row, -1);
  }
  UnlinkFromOwner(sim, pod);
  row.name = name;
  row.owner = 0;
  row.next_in_owner = 0;
  row.available = 0;
  Changed<Pod>(sim, ObjectKind::kPod, pod);
  OwnerChanged(sim, owner);
  WakeReplicaSet(sim, owner);
  FreeWhenEmpty(sim, owner);
}

void SetPodSpec(Sim& sim, u32 pod, RevId spec) {
  WakeServicesOf(sim, pod);
  Pod& row = sim.At<Pod>(pod);
  if (row.spec == spec) return;
  const bool takes_room = row.node != 0 && !IsFinished(row);
  if (takes_room) CountOnNode(sim, row, -1);
  row.spec = spec;
  MarkPodInputsStale(sim, pod);  // limits and ports
  MarkMemoryStale(sim);
  if (takes_room) CountOnNode(sim, row, 1);
  Changed<Pod>(sim, ObjectKind::kPod, pod);
  WakeServicesOf(sim, pod);
  RefreshPod(sim, pod);
  if (row.owner != 0 && !OwnerSelects(sim, pod)) ReleasePod(sim, pod);
}

}  // namespace wt
