// SPDX-License-Identifier: Apache-2.0
// A small policy for CartPole and the episodes it plays: what the cluster's network and
// cluster_rollouts.h are for clusters, with the same dense layers. No torch.
//   logits = W3 relu(W2 relu(W1 x + b1) + b2) + b3
#pragma once

#include <array>
#include <vector>

#include "agents/dense.h"
#include "learners/cartpole.h"
#include "learners/rollouts.h"

namespace wt {

inline constexpr u32 kCartPoleLayers = 3;

struct CartPoleWeights {
  u32 width = 64;
  std::array<std::vector<f32>, kCartPoleLayers> layers;  // weight [in][out], then bias [out]

  explicit CartPoleWeights(u32 the_width = 64);
};
LayerShape CartPoleLayerShape(u32 layer, u32 width);

// From the seed alone, as InitialWeights (grpo.h).
CartPoleWeights InitialCartPoleWeights(u32 width, u64 seed);

std::array<f32, kCartPoleMoves> CartPoleForward(const CartPoleWeights& weights,
                                                const std::array<f32, 4>& observation);

struct CartPoleCollect {
  u32 groups = 4, group_size = 8;
  u64 seed = 1, update = 0;
};
// Groups of episodes that begin in one state and differ in the policy's draws only. Features are
// [decisions][4]; the reward is steps / 500. Deterministic in its arguments.
RolloutBatch CollectCartPole(const CartPoleWeights& weights, const CartPoleCollect& options);

}  // namespace wt
