// SPDX-License-Identifier: Apache-2.0
#include "learners/cartpole_learner.h"

#include <cstring>

#include "learners/surrogate.h"
#include "learners/torch_ops.h"

namespace wt {

struct CartPoleLearner::Impl {
  explicit Impl(const CartPoleWeights& start) : width(start.width), adam(Load(start)) {}

  std::vector<torch::Tensor> Load(const CartPoleWeights& from) {
    for (u32 l = 0; l < kCartPoleLayers; ++l) {
      const LayerShape shape = CartPoleLayerShape(l, width);
      const i64 in = shape.in, out = shape.out;
      auto* floats = const_cast<f32*>(from.layers[l].data());
      tensors.push_back(torch::from_blob(floats, {in, out}).clone().requires_grad_(true));
      tensors.push_back(torch::from_blob(floats + in * out, {out}).clone().requires_grad_(true));
    }
    return tensors;
  }

  torch::Tensor Logits(torch::Tensor x) const {
    for (u32 l = 0; l < kCartPoleLayers; ++l) {
      x = DenseOp(x, tensors[2 * l], tensors[2 * l + 1]);
      if (l + 1 < kCartPoleLayers) x = torch::relu(x);
    }
    return x;
  }

  MinibatchPolicy Forward(const RolloutBatch& batch, std::span<const u32> rows) const {
    const i64 b = static_cast<i64>(rows.size());
    torch::Tensor x = torch::empty({b, 4});
    torch::Tensor chosen = torch::empty({b}, torch::kInt64);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::memcpy(x.data_ptr<f32>() + 4 * i, batch.features.data() + 4 * std::size_t{rows[i]},
                  4 * sizeof(f32));
      chosen.data_ptr<i64>()[i] = batch.chosen[rows[i]];
    }
    return {torch::log_softmax(Logits(x), 1), chosen};
  }

  u32 width;
  std::vector<torch::Tensor> tensors;  // weight, bias, per layer
  Adam adam;
};

CartPoleLearner::CartPoleLearner(const CartPoleWeights& start, const GrpoConfig& config)
    : config_(config) {
  at::set_num_threads(1);
  impl_ = std::make_unique<Impl>(start);
}
CartPoleLearner::~CartPoleLearner() = default;

UpdateStats CartPoleLearner::Update(const RolloutBatch& batch, u64 seed, u64 update) {
  const auto forward = [&](std::span<const u32> rows) { return impl_->Forward(batch, rows); };
  return Improve(batch, config_, impl_->adam, forward, seed, update);
}

CartPoleWeights CartPoleLearner::Weights() const {
  CartPoleWeights out(impl_->width);
  for (u32 l = 0; l < kCartPoleLayers; ++l) {
    f32* to = out.layers[l].data();
    for (const torch::Tensor& t : {impl_->tensors[2 * l], impl_->tensors[2 * l + 1]}) {
      std::memcpy(to, t.data_ptr<f32>(), static_cast<std::size_t>(t.numel()) * sizeof(f32));
      to += t.numel();
    }
  }
  return out;
}

AdamState CartPoleLearner::Optimizer() const { return impl_->adam.State(); }
void CartPoleLearner::SetOptimizer(const AdamState& state) { impl_->adam.SetState(state); }

std::vector<f32> TorchCartPoleLogits(const CartPoleWeights& weights,
                                     std::span<const f32> observations) {
  torch::NoGradGuard guard;
  at::set_num_threads(1);
  const CartPoleLearner::Impl network(weights);
  const i64 rows = static_cast<i64>(observations.size() / 4);
  const torch::Tensor x =
      torch::from_blob(const_cast<f32*>(observations.data()), {rows, 4}).clone();
  const torch::Tensor logits = network.Logits(x).contiguous();
  return {logits.data_ptr<f32>(), logits.data_ptr<f32>() + logits.numel()};
}

}  // namespace wt
