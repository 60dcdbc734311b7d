// SPDX-License-Identifier: Apache-2.0
#include "learners/grpo.h"

#include <cmath>

#include "learners/surrogate.h"
#include "learners/torch_network.h"

namespace wt {

struct GrpoLearner::Impl {
  explicit Impl(const NetworkWeights& start) : network(start), adam(network.Parameters()) {}

  MinibatchPolicy Forward(const RolloutBatch& batch, std::span<const u32> rows) const {
    const TorchInputs inputs = GatherInputs(batch, rows);
    const torch::Tensor logits = TorchForward(network, inputs).masked_fill(~inputs.legal, -1e9);
    return {torch::log_softmax(logits, 1), inputs.chosen};
  }

  TorchNetwork network;
  Adam adam;
};

GrpoLearner::GrpoLearner(const NetworkWeights& start, const GrpoConfig& config)
    : config_(config) {
  at::set_num_threads(1);
  impl_ = std::make_unique<Impl>(start);
}
GrpoLearner::~GrpoLearner() = default;

UpdateStats GrpoLearner::Update(const RolloutBatch& batch, u64 seed, u64 update) {
  const auto forward = [&](std::span<const u32> rows) { return impl_->Forward(batch, rows); };
  return Improve(batch, config_, impl_->adam, forward, seed, update);
}

NetworkWeights GrpoLearner::Weights() const { return impl_->network.Export(); }
AdamState GrpoLearner::Optimizer() const { return impl_->adam.State(); }
void GrpoLearner::SetOptimizer(const AdamState& state) { impl_->adam.SetState(state); }

std::vector<f32> TorchLogits(const NetworkWeights& weights, const RolloutBatch& batch, u32 d) {
  torch::NoGradGuard guard;
  const TorchInputs inputs = GatherInputs(batch, {&d, 1});
  const torch::Tensor logits = TorchForward(TorchNetwork(weights), inputs).contiguous();
  std::vector<f32> out(LogitCount(batch.shape), 0.0f);
  const f32* from = logits.data_ptr<f32>();
  std::size_t to = 0;
  for (std::size_t k = 0; k < kEntityKinds; ++k) {
    const std::size_t moves = MovesOf(static_cast<EntityKind>(k)).size();
    for (std::size_t c = 0; c < inputs.first_slots[k].size(); ++c) {
      std::copy_n(from + c * moves, moves, out.data() + to + inputs.first_slots[k][c] * moves);
    }
    from += static_cast<std::size_t>(inputs.columns[k]) * moves;
    to += batch.shape.slots[k] * moves;
  }
  return out;
}

NetworkWeights InitialWeights(u32 width, u64 seed, f32 submit_bias) {
  constexpr f32 kHeadGain = 0.05f;
  NetworkWeights out(width);
  for (u32 l = 0; l < kLayers; ++l) {
    const LayerShape shape = ShapeOf(static_cast<Layer>(l), width);
    const f32 gain = l >= static_cast<u32>(Layer::kHeadCluster) ? kHeadGain : 1.0f;
    DrawWeights(out.layers[l].data(), shape,
                gain * std::sqrt(6.0f / static_cast<f32>(shape.in)), Mix(seed), l);
  }
  for (u32 k = 1; k < kEntityKinds; ++k) {
    const auto moves = MovesOf(static_cast<EntityKind>(k));
    std::vector<f32>& head = out.layers[static_cast<u32>(Layer::kHeadCluster) + k];
    for (std::size_t m = 0; m < moves.size(); ++m) {
      if (moves[m].verb == Verb::kSubmit) head[head.size() - moves.size() + m] = submit_bias;
    }
  }
  return out;
}

}  // namespace wt
