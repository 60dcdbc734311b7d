// SPDX-License-Identifier: Apache-2.0
// One policy improvement step of the GRPO family on a collected batch, by libtorch on one thread
// in a fixed order: equal batches and states give equal weights. Torch stays behind this header.
#pragma once

#include <memory>
#include <vector>

#include "agents/network.h"
#include "learners/advantage.h"

namespace wt {

struct UpdateStats {
  f64 loss = 0, entropy = 0, kl = 0, clip_fraction = 0, grad_norm = 0;
  u32 flat_groups = 0, groups = 0, minibatches = 0;
};

// Adam's moments, one pair per parameter in file order, and its step count.
struct AdamState {
  std::vector<f32> mean, square;
  u64 steps = 0;
};

class GrpoLearner {
 public:
  GrpoLearner(const NetworkWeights& start, const GrpoConfig& config);
  ~GrpoLearner();

  // Several epochs over the batch in an order drawn from (seed, update).
  UpdateStats Update(const RolloutBatch& batch, u64 seed, u64 update);

  NetworkWeights Weights() const;
  AdamState Optimizer() const;
  void SetOptimizer(const AdamState& state);
  GrpoConfig& config() { return config_; }

 private:
  struct Impl;
  GrpoConfig config_;
  std::unique_ptr<Impl> impl_;
};

// Logits of decision `d` of the batch by libtorch, for the parity test.
std::vector<f32> TorchLogits(const NetworkWeights& weights, const RolloutBatch& batch, u32 d);

// Initial weights: uniform +-sqrt(6 / in) x gain, heads x 0.1; from (seed) alone.
NetworkWeights InitialWeights(u32 width, u64 seed);

}  // namespace wt
