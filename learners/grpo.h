// SPDX-License-Identifier: Apache-2.0
// One policy improvement step of the GRPO family on a collected batch, by libtorch on one thread
// in a fixed order: equal batches and states give equal weights. Torch stays behind this header.
#pragma once

#include <memory>
#include <vector>

#include "agents/network.h"
#include "learners/advantage.h"
#include "learners/update.h"

namespace wt {

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

// Initial weights from (seed) alone: uniform +-sqrt(6 / inputs) (K. He et al., arXiv 1502.01852),
// heads 0.05 of it, so that all moves begin about equally likely; biases 0, but for the moves that
// blame an entity: `submit_bias`.
NetworkWeights InitialWeights(u32 width, u64 seed, f32 submit_bias = 0);

}  // namespace wt
