// SPDX-License-Identifier: Apache-2.0
// Kubernetes v1.35 pkg/controller/replicaset: manageReplicas, getPodsToDelete, minReadySeconds.
// Creation and deletion keep to the controller manager's client limit, 20 a second after a burst
// of 30 (kubernetes.md section 2), per ReplicaSet: the bucket that all controllers share is not
// modelled. The counters that the sync reads are exact, so it needs no expectations.
#include <algorithm>
#include <array>

#include "sim/controllers/controllers.h"
#include "sim/controllers/deletion_order.h"
#include "sim/scheduler/pods_on_nodes.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr i32 kBurst = 30;
constexpr i32 kBatch = 10;
constexpr SimTime kBatchEvery = 500 * kMillisecond;
static_assert(kBurst <= static_cast<i32>(kHeadroom));

// Pods of this template that one sync may create: their containers need rows too.
i32 BatchRoom(const Sim& sim, RevId tmpl) {
  const u32 containers = sim.Typed<PodTemplate>(tmpl).containers.count;
  return static_cast<i32>(kHeadroom / std::max(containers, 1u));
}

u32 MostRestarts(const Sim& sim, const Pod& pod) {
  u32 most = 0;
  for (u32 c = pod.first_container; c != 0; c = sim.At<Container>(c).next) {
    most = std::max(most, sim.At<Container>(c).restarts);
  }
  return most;
}

DeletionRank RankOf(const Sim& sim, const Pod& pod, const PodsOnNodes& related) {
  DeletionRank rank;
  rank.assigned = pod.node != 0;
  rank.running = pod.phase == PodPhase::kRunning;
  rank.ready = pod.ready;
  rank.related_on_node = related.Of(pod.node);
  rank.ready_ms = pod.ready_ms;
  rank.created_ms = pod.created_ms;
  rank.restarts = MostRestarts(sim, pod);
  rank.uid = Draw(sim.key(), Stream::kNames, pod.born, 1);
  rank.born = pod.born;
  return rank;
}

PodsOnNodes RelatedPods(const Sim& sim, u32 replica_set) {
  PodsOnNodes related(sim);
  const u32 deployment = sim.At<ReplicaSet>(replica_set).deployment;
  if (deployment == 0) {
    related.AddOwner(sim, replica_set);
    return related;
  }
  for (u32 rs = sim.At<Deployment>(deployment).first_rs; rs != 0;
       rs = sim.At<ReplicaSet>(rs).next) {
    if (!sim.At<ReplicaSet>(rs).deleting) related.AddOwner(sim, rs);
  }
  return related;
}

// The `count` active pods that go first, into `chosen`. O(pods * log count).
void ChoosePods(const Sim& sim, u32 replica_set, u32 count, std::array<u32, kBurst>& chosen) {
  const PodsOnNodes related = RelatedPods(sim, replica_set);
  std::array<DeletionRank, kBurst> ranks;
  u32 size = 0;
  for (u32 p = sim.At<ReplicaSet>(replica_set).first_pod; p != 0;
       p = sim.At<Pod>(p).next_in_owner) {
    if (!IsActive(sim.At<Pod>(p))) continue;
    const DeletionRank rank = RankOf(sim, sim.At<Pod>(p), related);
    u32 at = size;
    while (at > 0 && GoesBefore(rank, ranks[at - 1], sim.now_ms())) --at;
    if (at == count) continue;
    if (size < count) ++size;
    for (u32 i = size - 1; i > at; --i) {
      ranks[i] = ranks[i - 1];
      chosen[i] = chosen[i - 1];
    }
    ranks[at] = rank;
    chosen[at] = p;
  }
}

void CreatePods(Sim& sim, u32 replica_set, i32 count) {
  for (i32 i = 0; i < count; ++i) {
    const ReplicaSet& row = sim.At<ReplicaSet>(replica_set);
    const u32 pod = CreatePod(sim, replica_set, row.tmpl, row.ns);
    RecordEvent(sim, ObjectKind::kReplicaSet, replica_set, row.born,
                EventReason::kSuccessfulCreate, sim.At<Pod>(pod).name_tail);
  }
}

void DeletePods(Sim& sim, u32 replica_set, i32 count) {
  std::array<u32, kBurst> chosen{};
  ChoosePods(sim, replica_set, static_cast<u32>(count), chosen);
  for (i32 i = 0; i < count; ++i) {
    const u32 pod = chosen[static_cast<std::size_t>(i)];
    const u32 tail = sim.At<Pod>(pod).name_tail;
    DeletePod(sim, pod);
    RecordEvent(sim, ObjectKind::kReplicaSet, replica_set, sim.At<ReplicaSet>(replica_set).born,
                EventReason::kSuccessfulDelete, tail);
  }
}

// Pods that have been Ready long enough become available; returns when the next one will, kForever
// when none waits.
SimTime SyncAvailability(Sim& sim, u32 replica_set) {
  const ReplicaSet& row = sim.At<ReplicaSet>(replica_set);
  SimTime next = kForever;
  if (row.ready == row.available) return next;
  for (u32 p = row.first_pod; p != 0; p = sim.At<Pod>(p).next_in_owner) {
    const Pod& pod = sim.At<Pod>(p);
    if (!pod.ready || pod.available || !IsActive(pod)) continue;
    const SimTime at = FromMs(pod.ready_ms) + row.min_ready_s * kSecond;
    if (at <= sim.now()) {
      SetPodAvailable(sim, p);
    } else {
      next = std::min(next, at);
    }
  }
  return next;
}

void ArmNext(Sim& sim, u32 replica_set, SimTime at, ReplicaSetWait wait) {
  sim.At<ReplicaSet>(replica_set).waiting = static_cast<u8>(wait);
  Arm(sim.world, SimEvent::kReplicaSetSync, replica_set, at);
}

}  // namespace

void SyncReplicaSet(Sim& sim, u32 replica_set) {
  ReplicaSet& row = sim.At<ReplicaSet>(replica_set);
  if (row.deleting) return;
  const bool goes_on = row.waiting == static_cast<u8>(ReplicaSetWait::kNextBatch);
  const i32 batch = std::min(goes_on ? kBatch : kBurst, BatchRoom(sim, row.tmpl));
  const i32 missing = row.want - row.active;
  if (missing > 0) CreatePods(sim, replica_set, std::min(missing, batch));
  if (missing < 0) DeletePods(sim, replica_set, std::min(-missing, batch));
  const SimTime available_at = SyncAvailability(sim, replica_set);
  if (row.want != row.active) {
    return ArmNext(sim, replica_set, sim.now() + kBatchEvery, ReplicaSetWait::kNextBatch);
  }
  Cancel(sim.world, SimEvent::kReplicaSetSync, replica_set);  // own deletions woke it
  row.waiting = static_cast<u8>(ReplicaSetWait::kSync);
  if (available_at != kForever) {
    ArmNext(sim, replica_set, available_at, ReplicaSetWait::kMinReady);
  }
}

}  // namespace wt
