// SPDX-License-Identifier: Apache-2.0
// Which pods of a ReplicaSet go first when it has too many. Kubernetes v1.35
// pkg/controller/controller_utils.go ActivePodsWithRanks (pod-deletion-cost is not modelled).
#pragma once

#include "sim/sim.h"

namespace wt {

// What the order looks at, of one active pod.
struct DeletionRank {
  bool assigned = false, running = false, ready = false;
  i32 related_on_node = 0;  // active pods of the same Deployment on its node
  i32 ready_ms = 0, created_ms = 0;
  u32 restarts = 0;  // of its container with most
  u64 uid = 0;       // random, for ties of the logarithmic buckets
  u32 born = 0;
};

// True when `a` is deleted before `b`, at `now_ms`.
bool GoesBefore(const DeletionRank& a, const DeletionRank& b, i32 now_ms);

}  // namespace wt
