// SPDX-License-Identifier: Apache-2.0
// Rollout batches without a cluster: random observations, moves drawn by a network.
#pragma once

#include "agents/network.h"
#include "learners/rollouts.h"

namespace wt {

struct BatchSize {
  u32 groups = 4, group_size = 4, decisions = 3;  // per episode
  u16 services = 8, workloads = 16, nodes = 8, edges = 6;
};
// Rewards are uniform in [-1, 1). Deterministic in the key.
RolloutBatch RandomBatch(const NetworkWeights& weights, u64 key, const BatchSize& size);

}  // namespace wt
