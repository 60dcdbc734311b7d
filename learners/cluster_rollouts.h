// SPDX-License-Identifier: Apache-2.0
// Collects groups of forked episodes of a suite with the torch-free policy.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "agents/network.h"
#include "episodes/run_batch.h"
#include "learners/rollouts.h"

namespace wt {

// What a decision earns: shaping by parts, recorded in run.json, and the verdict at the end.
struct RewardShape {
  f32 verdict = 1.0f;
  f32 harm = -0.5f;           // in place of verdict -1
  f32 cause_gone = 0.5f;      // when the cause goes; the same is lost when it comes back
  f32 disturbed = -0.15f;     // per write of an object that is no part of the cause
  f32 looked = 0.05f;         // first look at an entity that is part of the cause
  f32 step = -0.01f;
  f32 gave_up = -0.4f;        // said that nothing is wrong, or blamed someone, unsolved
  f32 localized = 0.1f;
};

struct CollectOptions {
  u32 groups = 64;
  u32 group_size = 8;
  int threads = 0;
  u64 seed = 1;      // of the training run
  u64 update = 0;
  f32 head_start_share = 0;    // of groups that begin right after the fault (curriculum)
  f32 lessons_share = 0;       // of groups with first lessons: 16 steps at most; on faulty
                               // clusters no submit, the episode ends when the cause is gone
  f32 reach = 1;               // share of entities with legal moves, beside the cause's
  std::vector<std::string> hold_out;  // no episode whose cause lies in an entity of these names
  f32 penalties = 1;           // scale of harm and disturbed (curriculum)
  RewardShape reward;
};

// Seeds that training draws from; evaluation uses seeds below.
inline constexpr u64 kFirstTrainingSeed = 1'000'000'000;

// The episodes of an update: groups over `setups` as the seed draws them, each with a World of its
// own seed. Deterministic in `options` but threads.
std::vector<EpisodeRequest> DrawRequests(std::span<const ScenarioSetup> setups,
                                         const CollectOptions& options);

// Plays them. Deterministic in (weights, options but threads). Groups that cannot start are counted
// and left out.
// REQUIRES: one ObservationShape over all setups.
RolloutBatch CollectRollouts(std::span<const ScenarioSetup> setups,
                             std::shared_ptr<const NetworkWeights> weights,
                             const CollectOptions& options);

}  // namespace wt
