// SPDX-License-Identifier: Apache-2.0
// GrpoLearner's counterpart for CartPole: another network, the same Improve (surrogate.h).
#pragma once

#include <memory>
#include <span>

#include "learners/advantage.h"
#include "learners/cartpole_policy.h"
#include "learners/update.h"

namespace wt {

class CartPoleLearner {
 public:
  CartPoleLearner(const CartPoleWeights& start, const GrpoConfig& config);
  ~CartPoleLearner();

  UpdateStats Update(const RolloutBatch& batch, u64 seed, u64 update);

  CartPoleWeights Weights() const;
  AdamState Optimizer() const;
  void SetOptimizer(const AdamState& state);
  GrpoConfig& config() { return config_; }

  struct Impl;  // torch

 private:
  GrpoConfig config_;
  std::unique_ptr<Impl> impl_;
};

// Logits [rows][2] by libtorch, for the parity test.
std::vector<f32> TorchCartPoleLogits(const CartPoleWeights& weights,
                                     std::span<const f32> observations);

}  // namespace wt
