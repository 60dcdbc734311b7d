// SPDX-License-Identifier: Apache-2.0
// The GRPO family as one function with switches: group-relative advantages of whole episodes. With
// R_i the return of episode i, mean and sample deviation (n - 1) over its group or the batch:
//   A_i = (R_i - mean) / (deviation + 1e-4), the same for every decision of the episode
//   leave-one-out: R_i - mean of the others = (R_i - mean) n / (n - 1)
//   per step: A_it = (G_it - mean_j G_jt) / (deviation of all of them + 1e-4), where G_it is the
//   discounted return of episode i from step t on, 0 after its end
// Sources: DeepSeekMath arXiv 2402.03300 (GRPO), Dr.GRPO arXiv 2503.20783 (no division by the
// deviation, constant length), DAPO arXiv 2503.14476 (decision mean, asymmetric clip, groups
// without variance left out), RLOO arXiv 2402.14740 (leave-one-out mean), Lite PPO arXiv
// 2508.08221 (group mean, deviation of the batch's returns).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "learners/rollouts.h"
#include "sim/api/result.h"

namespace wt {

enum class Baseline : u8 { kGroupMean, kLeaveOneOut, kGroupStep };
enum class Scale : u8 { kGroupStd, kBatchStd, kNone };
enum class LossMean : u8 {
  kPerEpisode,   // mean over an episode's decisions, then over episodes
  kPerDecision,  // mean over all decisions
  kConstant      // sum over an episode's decisions / steps_max, then mean over episodes
};

struct GrpoConfig {
  Baseline baseline = Baseline::kGroupMean;
  Scale scale = Scale::kGroupStd;
  LossMean mean = LossMean::kPerDecision;
  bool skip_flat_groups = true;        // groups whose returns are all equal teach nothing
  f32 clip_low = 0.2f, clip_high = 0.2f;
  f32 entropy = 0.01f;
  f32 learning_rate = 1e-3f;
  f32 grad_norm_max = 1.0f;
  f32 discount = 0.98f;                // of later rewards; kGroupStep only
  u32 epochs = 2;
  u32 minibatch = 1024;                // decisions
  u32 steps_max = 30;                  // the constant length of LossMean::kConstant
};

// Names of the presets, in the order of the documentation.
const std::vector<std::string>& PresetNames();
// kUsage with the nearest word when there is none of that name.
Result<GrpoConfig> PresetNamed(std::string_view name);

struct Advantages {
  std::vector<f32> per_decision;   // 0 for what is left out
  std::vector<f32> loss_weight;    // per decision, sums to about 1; the loss is the weighted sum
  u32 flat_groups = 0, groups = 0; // groups without episodes are not counted
};
// REQUIRES: no group has exactly one episode. O(decisions).
Advantages ComputeAdvantages(const RolloutBatch& batch, const GrpoConfig& config);

}  // namespace wt
