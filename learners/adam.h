// SPDX-License-Identifier: Apache-2.0
// Adam with the global gradient norm clipped; D. Kingma, J. Ba, arXiv 1412.6980, algorithm 1, with
// epsilon 1e-5 as the PPO references have it. Own code, so that its state can be saved flat and
// restored bit by bit.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "learners/update.h"

namespace wt {

class Adam {
 public:
  explicit Adam(std::vector<torch::Tensor> parameters);

  // Clips, steps and zeroes the gradients. Returns the norm before clipping.
  // REQUIRES: backward() reached every parameter.
  f64 Step(f64 learning_rate, f64 norm_max);

  AdamState State() const;
  // REQUIRES: the state of equally many parameters.
  void SetState(const AdamState& state);

 private:
  std::vector<torch::Tensor> parameters_, mean_, square_;
  u64 steps_ = 0;
};

}  // namespace wt
