// SPDX-License-Identifier: Apache-2.0
// Collects groups of forked episodes of a suite with the torch-free policy.
#pragma once

#include <memory>
#include <span>

#include "agents/network.h"
#include "episodes/run_batch.h"
#include "learners/rollouts.h"

namespace wt {

// Shaping by parts; recorded in run.json. The verdict itself always counts 1.
struct RewardShape {
  f32 cause_gone = 0.3f;
  f32 slo_held = 0.1f;
  f32 localized = 0.1f;
  f32 per_disturbed = -0.1f;  // at most 5 count
  f32 per_step = -0.005f;
};
f32 RewardOf(const EpisodeResult& result, const RewardShape& shape);

struct CollectOptions {
  u32 groups = 64;
  u32 group_size = 8;
  int threads = 0;
  u64 seed = 1;      // of the training run
  u64 update = 0;
  RewardShape reward;
};

// Seeds that training draws from; evaluation uses seeds below.
inline constexpr u64 kFirstTrainingSeed = 1'000'000'000;

// Groups over `setups` as the seed draws them, each with a World of its own seed. Deterministic in
// (weights, options but threads). Groups that cannot start are counted and left out.
// REQUIRES: one ObservationShape over all setups.
RolloutBatch CollectRollouts(std::span<const ScenarioSetup> setups,
                             std::shared_ptr<const NetworkWeights> weights,
                             const CollectOptions& options);

}  // namespace wt
