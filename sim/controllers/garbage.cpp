// SPDX-License-Identifier: Apache-2.0
// Background cascade (Kubernetes v1.35 pkg/controller/garbagecollector): pods whose ReplicaSet is
// gone from the API are deleted, a batch at a time.
#include "sim/controllers/controllers.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr i32 kBatch = 10;
constexpr SimTime kBatchEvery = 500 * kMillisecond;  // 20 QPS of the controller manager

// Deletes up to `room` pods of the ReplicaSet; returns how many. Unbound pods vanish at once, and
// the last pod takes the ReplicaSet's row with it.
i32 DeletePodsOf(Sim& sim, u32 replica_set, i32 room) {
  i32 deleted = 0;
  for (u32 p = sim.At<ReplicaSet>(replica_set).first_pod, next = 0; p != 0 && deleted < room;
       p = next) {
    next = sim.At<Pod>(p).next_in_owner;
    if (IsTerminating(sim.At<Pod>(p))) continue;
    DeletePod(sim, p);
    ++deleted;
  }
  return deleted;
}

}  // namespace

void CollectGarbage(Sim& sim) {
  i32 room = kBatch;
  for (u32 rs = 1; rs < sim.world.Used<ReplicaSet>() && room > 0; ++rs) {
    const ReplicaSet& row = sim.At<ReplicaSet>(rs);
    if (row.born != 0 && row.deleting) room -= DeletePodsOf(sim, rs, room);
  }
  if (room == 0) ArmIfIdle(sim.world, SimEvent::kPodGc, 0, sim.now() + kBatchEvery);
}

}  // namespace wt
