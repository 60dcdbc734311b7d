// SPDX-License-Identifier: Apache-2.0
// The improvement step that every policy of the GRPO family shares, whatever its network: epochs
// of shuffled minibatches over a batch, clipped surrogate, entropy bonus, Adam. Per decision d
// with ratio r = pi(d) / pi_old(d), advantage A and weight w (ComputeAdvantages):
//   loss = -sum_d w [ min(r A, clip(r, 1 - clip_low, 1 + clip_high) A) + entropy H(pi(.|d)) ]
#pragma once

#include <torch/torch.h>

#include <functional>
#include <span>

#include "learners/adam.h"
#include "learners/advantage.h"

namespace wt {

struct MinibatchPolicy {
  torch::Tensor log_probabilities;  // [b][moves], a very negative number where illegal
  torch::Tensor chosen;             // [b] int64
};
// Runs the network on these decisions of the batch, with gradients.
using ForwardFunction = std::function<MinibatchPolicy(std::span<const u32> rows)>;

// One thread, fixed order drawn from (seed, update): equal inputs give equal bits.
UpdateStats Improve(const RolloutBatch& batch, const GrpoConfig& config, Adam& adam,
                    const ForwardFunction& forward, u64 seed, u64 update);

}  // namespace wt
