// SPDX-License-Identifier: Apache-2.0
#include "learners/cartpole_policy.h"

#include <cmath>

#include "sim/api/check.h"
#include "sim/api/fast_math.h"

namespace wt {
namespace {

constexpr u32 kWidthMax = 512;

void PlayEpisode(const CartPoleWeights& weights, u64 start_key, u64 policy_key, u32 group,
                 RolloutBatch& batch) {
  CartPole state = StartCartPole(start_key);
  RolloutBatch::Episode episode;
  episode.group = group;
  episode.first = batch.decisions;
  bool over = false;
  while (!over && episode.count < kCartPoleSteps) {
    const std::array<f32, 4> seen = ObserveCartPole(state);
    const auto logits = CartPoleForward(weights, seen);
    // Of two moves: p(1) = 1 / (1 + e^(l0 - l1)).
    const f32 p1 = 1.0f / (1.0f + FastExp(logits[0] - logits[1]));
    const u32 move = HashUniform(policy_key, episode.count, 1) < p1 ? 1 : 0;
    const f32 behind = move == 1 ? logits[0] - logits[1] : logits[1] - logits[0];
    batch.features.insert(batch.features.end(), seen.begin(), seen.end());
    batch.chosen.push_back(move);
    batch.log_prob.push_back(-FastLog(1.0f + FastExp(behind)));
    batch.reward.push_back(1.0f / static_cast<f32>(kCartPoleSteps));
    batch.episode.push_back(static_cast<u32>(batch.episodes.size()));
    over = StepCartPole(state, move);
    ++episode.count;
  }
  episode.truncated = !over;
  episode.reward = static_cast<f32>(episode.count) / static_cast<f32>(kCartPoleSteps);
  batch.decisions += episode.count;
  batch.episodes.push_back(episode);
}

}  // namespace

LayerShape CartPoleLayerShape(u32 layer, u32 width) {
  switch (layer) {
    case 0: return {4, width};
    case 1: return {width, width};
    default: return {width, kCartPoleMoves};
  }
}

CartPoleWeights::CartPoleWeights(u32 the_width) : width(the_width) {
  for (u32 l = 0; l < kCartPoleLayers; ++l) {
    const LayerShape shape = CartPoleLayerShape(l, width);
    layers[l].assign((shape.in + 1) * shape.out, 0.0f);
  }
}

CartPoleWeights InitialCartPoleWeights(u32 width, u64 seed) {
  CartPoleWeights out(width);
  for (u32 l = 0; l < kCartPoleLayers; ++l) {
    const LayerShape shape = CartPoleLayerShape(l, width);
    const f32 gain = l + 1 == kCartPoleLayers ? 0.05f : 1.0f;
    DrawWeights(out.layers[l].data(), shape,
                gain * std::sqrt(6.0f / static_cast<f32>(shape.in)), Mix(seed), l);
  }
  return out;
}

std::array<f32, kCartPoleMoves> CartPoleForward(const CartPoleWeights& weights,
                                                const std::array<f32, 4>& observation) {
  WT_CHECK(weights.width <= kWidthMax, "the width fits the scratch");
  std::array<f32, kWidthMax> first, second;
  std::array<f32, kCartPoleMoves> logits{};
  const u32 h = weights.width;
  Dense(weights.layers[0].data(), CartPoleLayerShape(0, h), observation.data(), first.data());
  Relu(first.data(), h);
  Dense(weights.layers[1].data(), CartPoleLayerShape(1, h), first.data(), second.data());
  Relu(second.data(), h);
  Dense(weights.layers[2].data(), CartPoleLayerShape(2, h), second.data(), logits.data());
  return logits;
}

RolloutBatch CollectCartPole(const CartPoleWeights& weights, const CartPoleCollect& options) {
  RolloutBatch batch;
  for (u32 g = 0; g < options.groups; ++g) {
    const u64 start = Mix(Mix(options.seed) + options.update * options.groups + g);
    for (u32 m = 0; m < options.group_size; ++m) {
      PlayEpisode(weights, start, Mix(start + m + 1), g, batch);
    }
  }
  return batch;
}

}  // namespace wt
