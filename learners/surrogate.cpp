// SPDX-License-Identifier: Apache-2.0
#include "learners/surrogate.h"

#include <algorithm>

#include "agents/hash_draw.h"

namespace wt {
namespace {

constexpr f64 kLogFloor = -50.0;  // keeps p log p finite where a move is illegal

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

// `share`: decisions of the update / decisions of the minibatch, which stands for all of them.
void Minibatch(const MinibatchPolicy& policy, const RolloutBatch& batch,
               const Advantages& advantages, const GrpoConfig& config,
               std::span<const u32> rows, f64 share, Adam& adam, UpdateStats& stats) {
  const torch::Tensor& log_all = policy.log_probabilities;
  const torch::Tensor log_new = log_all.gather(1, policy.chosen.unsqueeze(1)).squeeze(1);
  const torch::Tensor log_old = Column(batch.log_prob, rows);
  const torch::Tensor a = Column(advantages.per_decision, rows);
  const torch::Tensor weight = Column(advantages.loss_weight, rows) * share;
  const torch::Tensor ratio = (log_new - log_old).exp();
  const torch::Tensor clipped = ratio.clamp(1.0 - config.clip_low, 1.0 + config.clip_high);
  const torch::Tensor gain = torch::min(ratio * a, clipped * a);
  const torch::Tensor entropy = -(log_all.exp() * log_all.clamp_min(kLogFloor)).sum(1);
  const torch::Tensor loss = -(weight * (gain + config.entropy * entropy)).sum();
  loss.backward();
  stats.grad_norm += adam.Step(config.learning_rate, config.grad_norm_max);
  ++stats.minibatches;

  torch::NoGradGuard guard;
  stats.loss += loss.item<f64>();
  stats.entropy += entropy.mean().item<f64>();
  stats.kl += ((ratio - 1.0) - (log_new - log_old)).mean().item<f64>();
  stats.clip_fraction += (ratio != clipped).to(torch::kFloat32).mean().item<f64>();
}

}  // namespace

UpdateStats Improve(const RolloutBatch& batch, const GrpoConfig& config, Adam& adam,
                    const ForwardFunction& forward, u64 seed, u64 update) {
  const Advantages advantages = ComputeAdvantages(batch, config);
  UpdateStats stats;
  stats.groups = advantages.groups;
  stats.flat_groups = advantages.flat_groups;
  std::vector<u32> rows;
  for (u32 d = 0; d < batch.decisions; ++d) {
    if (advantages.loss_weight[d] > 0) rows.push_back(d);
  }
  const f64 total = static_cast<f64>(rows.size());
  for (u32 epoch = 0; epoch < config.epochs; ++epoch) {
    Shuffle(rows, Mix(seed) ^ update, epoch);
    for (std::size_t from = 0; from < rows.size(); from += config.minibatch) {
      const std::size_t count = std::min<std::size_t>(config.minibatch, rows.size() - from);
      const std::span<const u32> part(rows.data() + from, count);
      Minibatch(forward(part), batch, advantages, config, part, total / static_cast<f64>(count),
                adam, stats);
    }
  }
  const f64 n = stats.minibatches > 0 ? stats.minibatches : 1;
  for (f64* sum : {&stats.loss, &stats.entropy, &stats.kl, &stats.clip_fraction,
                   &stats.grad_norm}) {
    *sum /= n;
  }
  return stats;
}

}  // namespace wt
