// SPDX-License-Identifier: Apache-2.0
// The oracle: knows the truth, acts only by legal moves under the same limits, never calls revert.
// Proves that a scenario can be solved.
#pragma once

#include <memory>

#include "agents/policy.h"
#include "sim/cluster/sim_cluster.h"

namespace wt {

// A policy that is shown the cluster itself before each decision (run_episode.cpp does it for
// policies that ask).
class SeeingPolicy : public Policy {
 public:
  // Clusters in the order of the slots of the next Act.
  virtual void Show(std::span<const SimCluster* const> clusters) = 0;
};

std::unique_ptr<Policy> MakeOracle();

}  // namespace wt
