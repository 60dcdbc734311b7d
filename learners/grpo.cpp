// SPDX-License-Identifier: Apache-2.0
#include "learners/grpo.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "agents/hash_draw.h"
#include "learners/torch_network.h"

namespace wt {
namespace {

constexpr f64 kBeta1 = 0.9, kBeta2 = 0.999, kAdamEpsilon = 1e-5;

// Fisher-Yates by hashed draws: the same order on every machine.
void Shuffle(std::vector<u32>& rows, u64 seed, u32 epoch) {
  for (u32 i = static_cast<u32>(rows.size()); i > 1; --i) {
    std::swap(rows[i - 1], rows[HashDraw(seed, epoch, i) % i]);
  }
}

torch::Tensor Column(const std::vector<f32>& values, std::span<const u32> rows) {
  torch::Tensor out = torch::empty({static_cast<i64>(rows.size())});
  for (std::size_t i = 0; i < rows.size(); ++i) out.data_ptr<f32>()[i] = values[rows[i]];
  return out;
}

torch::Tensor LogProbabilities(const TorchNetwork& network, const TorchInputs& inputs) {
  const torch::Tensor logits = TorchForward(network, inputs).masked_fill(~inputs.legal, -1e9);
  return torch::log_softmax(logits, 1);
}

}  // namespace

struct GrpoLearner::Impl {
  explicit Impl(const NetworkWeights& start) : network(start) {
    for (const torch::Tensor& p : network.Parameters()) {
      mean.push_back(torch::zeros_like(p));
      square.push_back(torch::zeros_like(p));
    }
  }

  // Clips the gradients' global norm and takes one Adam step; returns the norm before clipping.
  f64 Step(f64 learning_rate, f64 norm_max) {
    torch::NoGradGuard guard;
    const std::vector<torch::Tensor> parameters = network.Parameters();
    f64 squares = 0;
    for (const torch::Tensor& p : parameters) {
      squares += p.grad().to(torch::kFloat64).square().sum().item<f64>();
    }
    const f64 norm = std::sqrt(squares);
    const f64 scale = norm > norm_max ? norm_max / norm : 1.0;
    ++steps;
    const f64 correct1 = 1.0 - std::pow(kBeta1, static_cast<f64>(steps));
    const f64 correct2 = 1.0 - std::pow(kBeta2, static_cast<f64>(steps));
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      torch::Tensor p = parameters[i];
      const torch::Tensor g = p.grad() * scale;
      mean[i].mul_(kBeta1).add_(g, 1.0 - kBeta1);
      square[i].mul_(kBeta2).addcmul_(g, g, 1.0 - kBeta2);
      const torch::Tensor down = (square[i] / correct2).sqrt_().add_(kAdamEpsilon);
      p.addcdiv_(mean[i] / correct1, down, -learning_rate);
      p.mutable_grad().zero_();
    }
    return norm;
  }

  TorchNetwork network;
  std::vector<torch::Tensor> mean, square;
  u64 steps = 0;
};

GrpoLearner::GrpoLearner(const NetworkWeights& start, const GrpoConfig& config)
    : config_(config) {
  at::set_num_threads(1);
  impl_ = std::make_unique<Impl>(start);
}
GrpoLearner::~GrpoLearner() = default;

UpdateStats GrpoLearner::Update(const RolloutBatch& batch, u64 seed, u64 update) {
  const Advantages advantages = ComputeAdvantages(batch, config_);
  UpdateStats stats;
  stats.groups = advantages.groups;
  stats.flat_groups = advantages.flat_groups;
  std::vector<u32> rows;
  for (u32 d = 0; d < batch.decisions; ++d) {
    if (advantages.loss_weight[d] > 0) rows.push_back(d);
  }
  const f64 total = static_cast<f64>(rows.size());
  for (u32 epoch = 0; epoch < config_.epochs; ++epoch) {
    Shuffle(rows, Mix(seed) ^ update, epoch);
    for (std::size_t from = 0; from < rows.size(); from += config_.minibatch) {
      const std::size_t count = std::min<std::size_t>(config_.minibatch, rows.size() - from);
      const std::span<const u32> part(rows.data() + from, count);
      const TorchInputs inputs = GatherInputs(batch, part);
      const torch::Tensor log_all = LogProbabilities(impl_->network, inputs);
      const torch::Tensor log_new = log_all.gather(1, inputs.chosen.unsqueeze(1)).squeeze(1);
      const torch::Tensor log_old = Column(batch.log_prob, part);
      const torch::Tensor a = Column(advantages.per_decision, part);
      // The minibatch stands for the whole batch: weights are scaled to its share.
      const torch::Tensor weight = Column(advantages.loss_weight, part) *
                                   (total / static_cast<f64>(count));
      const torch::Tensor ratio = (log_new - log_old).exp();
      const torch::Tensor clipped = ratio.clamp(1.0 - config_.clip_low, 1.0 + config_.clip_high);
      const torch::Tensor gain = torch::min(ratio * a, clipped * a);
      const torch::Tensor entropy = -(log_all.exp() * log_all.clamp_min(-50.0)).sum(1);
      const torch::Tensor loss =
          -(weight * (gain + config_.entropy * entropy)).sum();
      loss.backward();
      stats.grad_norm += impl_->Step(config_.learning_rate, config_.grad_norm_max);
      ++stats.minibatches;
      torch::NoGradGuard guard;
      stats.loss += loss.item<f64>();
      stats.entropy += entropy.mean().item<f64>();
      stats.kl += ((ratio - 1.0) - (log_new - log_old)).mean().item<f64>();
      stats.clip_fraction += (ratio != clipped).to(torch::kFloat32).mean().item<f64>();
    }
  }
  const f64 n = stats.minibatches > 0 ? stats.minibatches : 1;
  stats.loss /= n;
  stats.entropy /= n;
  stats.kl /= n;
  stats.clip_fraction /= n;
  stats.grad_norm /= n;
  return stats;
}

NetworkWeights GrpoLearner::Weights() const { return impl_->network.Export(); }

AdamState GrpoLearner::Optimizer() const {
  AdamState out;
  out.steps = impl_->steps;
  const auto append = [](const torch::Tensor& t, std::vector<f32>& to) {
    to.insert(to.end(), t.data_ptr<f32>(), t.data_ptr<f32>() + t.numel());
  };
  for (std::size_t i = 0; i < impl_->mean.size(); ++i) {
    append(impl_->mean[i], out.mean);
    append(impl_->square[i], out.square);
  }
  return out;
}

void GrpoLearner::SetOptimizer(const AdamState& state) {
  impl_->steps = state.steps;
  std::size_t at = 0;
  for (std::size_t i = 0; i < impl_->mean.size(); ++i) {
    const auto n = static_cast<std::size_t>(impl_->mean[i].numel());
    std::copy_n(state.mean.data() + at, n, impl_->mean[i].data_ptr<f32>());
    std::copy_n(state.square.data() + at, n, impl_->square[i].data_ptr<f32>());
    at += n;
  }
}

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

NetworkWeights InitialWeights(u32 width, u64 seed) {
  NetworkWeights out(width);
  for (u32 l = 0; l < kLayers; ++l) {
    const LayerShape shape = ShapeOf(static_cast<Layer>(l), width);
    const bool head = l >= static_cast<u32>(Layer::kHeadCluster);
    const f32 bound = std::sqrt(6.0f / static_cast<f32>(shape.in)) * (head ? 0.05f : 1.0f);
    for (u32 i = 0; i < shape.in * shape.out; ++i) {
      out.layers[l][i] = bound * (2.0f * HashUniform(Mix(seed), l, i) - 1.0f);
    }
  }
  return out;
}

}  // namespace wt
