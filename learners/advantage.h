// SPDX-License-Identifier: Apache-2.0
// The GRPO family as one function with switches: group-relative advantages of whole episodes.
// Formulas: DeepSeekMath arXiv 2402.03300 (GRPO), Dr.GRPO arXiv 2503.20783 (no division by the
// deviation, constant length), DAPO arXiv 2503.14476 (token mean, asymmetric clip, groups without
// variance left out), RLOO arXiv 2402.14740 (leave-one-out mean).
#pragma once

#include <string_view>
#include <vector>

#include "learners/rollouts.h"
#include "sim/api/result.h"

namespace wt {

// kGroupStep: return from a decision on, less the group's mean of it at the same step (the
// per-step group baseline measured in docs/learning.md).
enum class Baseline : u8 { kGroupMean, kLeaveOneOut, kGroupStep };
enum class Scale : u8 { kGroupStd, kBatchStd, kNone };
enum class LossMean : u8 { kPerEpisode, kPerDecision, kConstant };

struct GrpoConfig {
  Baseline baseline = Baseline::kGroupMean;
  Scale scale = Scale::kGroupStd;      // sample deviation (n - 1) + 1e-4
  LossMean mean = LossMean::kPerDecision;
  bool skip_flat_groups = true;        // groups whose rewards are all equal teach nothing
  f32 clip_low = 0.2f, clip_high = 0.2f;
  f32 entropy = 0.01f;
  f32 learning_rate = 1e-3f;
  f32 grad_norm_max = 1.0f;
  f32 discount = 0.98f;                // of later rewards; kGroupStep only
  u32 epochs = 2;
  u32 minibatch = 1024;                // decisions
};

// grpo, dr-grpo, dapo, rloo, lite, step; kUsage with the nearest word otherwise.
Result<GrpoConfig> PresetNamed(std::string_view name);

struct Advantages {
  std::vector<f32> per_decision;   // 0 for what is left out
  std::vector<f32> loss_weight;    // per decision; the loss is their weighted sum
  u32 flat_groups = 0, groups = 0;
};
// REQUIRES: every group has >= 2 episodes.
Advantages ComputeAdvantages(const RolloutBatch& batch, const GrpoConfig& config);

}  // namespace wt
