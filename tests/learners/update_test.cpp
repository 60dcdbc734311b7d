// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "learners/grpo.h"
#include "tests/agents/hand_observation.h"
#include "tests/learners/random_batch.h"

namespace wt {
namespace {

constexpr BatchSize kSize{8, 4, 5, 8, 16, 8, 6};

GrpoConfig SmallSteps() {
  GrpoConfig config = *PresetNamed("dapo");
  config.minibatch = 64;
  return config;
}

TEST(Update, TwoLearnersWithOneBatchEndWithEqualBits) {
  for (const std::string& preset : PresetNames()) {
    GrpoConfig config = *PresetNamed(preset);
    config.minibatch = 64;
    const NetworkWeights start = InitialWeights(16, 1);
    GrpoLearner a(start, config), b(start, config);
    for (u64 update = 0; update < 3; ++update) {
      const RolloutBatch batch = RandomBatch(a.Weights(), 10 + update, kSize);
      a.Update(batch, 7, update);
      b.Update(batch, 7, update);
    }
    EXPECT_EQ(a.Weights().layers, b.Weights().layers) << preset;
    EXPECT_EQ(a.Optimizer().mean, b.Optimizer().mean) << preset;
    EXPECT_EQ(a.Optimizer().square, b.Optimizer().square) << preset;
    EXPECT_NE(a.Weights().layers, start.layers) << preset;
  }
}

TEST(Update, ALearnerThatIsSavedAndRestoredGoesOnWithEqualBits) {
  GrpoLearner whole(InitialWeights(16, 2), SmallSteps());
  auto parts = std::make_unique<GrpoLearner>(InitialWeights(16, 2), SmallSteps());
  for (u64 update = 0; update < 6; ++update) {
    const RolloutBatch batch = RandomBatch(whole.Weights(), 20 + update, kSize);
    whole.Update(batch, 3, update);
    parts->Update(batch, 3, update);
    auto restored = std::make_unique<GrpoLearner>(parts->Weights(), SmallSteps());
    restored->SetOptimizer(parts->Optimizer());
    parts = std::move(restored);
  }
  EXPECT_EQ(whole.Weights().layers, parts->Weights().layers);
  EXPECT_EQ(whole.Optimizer().steps, parts->Optimizer().steps);
}

TEST(Update, TheSeedAndTheUpdateNumberDrawTheOrderOfTheMinibatches) {
  const NetworkWeights start = InitialWeights(16, 3);
  const RolloutBatch batch = RandomBatch(start, 30, kSize);
  const auto after = [&](u64 seed, u64 update) {
    GrpoLearner learner(start, SmallSteps());
    learner.Update(batch, seed, update);
    return learner.Weights().layers;
  };
  EXPECT_EQ(after(1, 1), after(1, 1));
  EXPECT_NE(after(1, 1), after(2, 1));
  EXPECT_NE(after(1, 1), after(1, 2));
}

TEST(Update, ABatchOfFlatGroupsChangesNothing) {
  const NetworkWeights start = InitialWeights(16, 4);
  RolloutBatch batch = RandomBatch(start, 40, kSize);
  for (auto& e : batch.episodes) e.reward = 0.5f;
  GrpoLearner learner(start, SmallSteps());
  const UpdateStats stats = learner.Update(batch, 1, 0);
  EXPECT_EQ(learner.Weights().layers, start.layers);
  EXPECT_EQ(stats.flat_groups, kSize.groups);
  EXPECT_EQ(stats.minibatches, 0u);
}

// Sum over decisions of advantage x log-probability under `weights`.
f64 Alignment(const RolloutBatch& batch, const GrpoConfig& config, const NetworkWeights& weights) {
  const Advantages a = ComputeAdvantages(batch, config);
  f64 sum = 0;
  for (u32 d = 0; d < batch.decisions; ++d) {
    const std::vector<f32> logits = TorchLogits(weights, batch, d);
    f64 total = 0;
    const u32* masks = batch.masks.data() + std::size_t{d} * batch.shape.Masks();
    std::size_t at = 0;
    for (int k = 0; k < kEntityKinds; ++k) {
      for (u16 s = 0; s < batch.shape.slots[static_cast<std::size_t>(k)]; ++s, ++masks) {
        for (u32 m = 0; m < MovesOf(static_cast<EntityKind>(k)).size(); ++m, ++at) {
          if ((*masks >> m & 1u) != 0) total += std::exp(static_cast<f64>(logits[at]));
        }
      }
    }
    sum += static_cast<f64>(a.per_decision[d]) *
           (static_cast<f64>(logits[batch.chosen[d]]) - std::log(total));
  }
  return sum;
}

TEST(Update, MakesMovesOfAboveAverageEpisodesLikelier) {
  const NetworkWeights start = InitialWeights(16, 5);
  const RolloutBatch batch = RandomBatch(start, 50, kSize);
  for (const std::string& preset : PresetNames()) {
    GrpoConfig config = *PresetNamed(preset);
    config.minibatch = 64;
    GrpoLearner learner(start, config);
    learner.Update(batch, 1, 0);
    EXPECT_GT(Alignment(batch, config, learner.Weights()), Alignment(batch, config, start))
        << preset;
  }
}

TEST(Update, TheFirstMinibatchSeesThePolicyThatActed) {
  // One epoch, one minibatch: every ratio is 1, so nothing is clipped and KL is 0 up to the
  // difference of the two forward passes.
  const NetworkWeights start = RandomWeights(16, 6);
  const RolloutBatch batch = RandomBatch(start, 60, kSize);
  GrpoConfig config = SmallSteps();
  config.epochs = 1;
  config.minibatch = 100'000;
  const UpdateStats stats = GrpoLearner(start, config).Update(batch, 1, 0);
  EXPECT_EQ(stats.minibatches, 1u);
  EXPECT_EQ(stats.clip_fraction, 0.0);
  EXPECT_NEAR(stats.kl, 0.0, 1e-7);
  EXPECT_TRUE(std::isfinite(stats.entropy));
  EXPECT_GT(stats.entropy, 0.0);
}

}  // namespace
}  // namespace wt
