// SPDX-License-Identifier: Apache-2.0
// The network that acts is the network that learns.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "agents/hash_draw.h"
#include "learners/cartpole_learner.h"
#include "learners/grpo.h"
#include "tests/agents/hand_observation.h"
#include "tests/learners/random_batch.h"

namespace wt {
namespace {

constexpr f32 kTolerance = 1e-4f;

// A decision of the batch as the policy sees it.
struct Seen {
  std::vector<f32> features;
  std::vector<u32> masks;
  std::vector<u16> edges, service_workload;
  ObservationView view;
};

template <class T>
std::vector<T> Slice(const std::vector<T>& all, std::size_t row, std::size_t size) {
  const auto first = all.begin() + static_cast<std::ptrdiff_t>(row * size);
  return {first, first + static_cast<std::ptrdiff_t>(size)};
}

Seen Decision(const RolloutBatch& batch, u32 d) {
  Seen seen;
  seen.features = Slice(batch.features, d, batch.shape.Floats());
  seen.masks = Slice(batch.masks, d, batch.shape.Masks());
  seen.edges = Slice(batch.edges, batch.episode[d], 2u * batch.shape.edges);
  seen.service_workload = Slice(batch.service_workload, d, batch.shape.slots[1]);
  u16* edges = seen.edges.data();
  seen.view = {batch.shape, seen.features, seen.masks, {edges, batch.shape.edges},
               {edges + batch.shape.edges, batch.shape.edges}, seen.service_workload};
  return seen;
}

std::size_t BestLegal(const ObservationView& view, const std::vector<f32>& logits) {
  std::size_t best = logits.size(), at = 0;
  for (int k = 0; k < kEntityKinds; ++k) {
    const auto kind = static_cast<EntityKind>(k);
    for (const u32 mask : view.Masks(kind)) {
      for (u32 m = 0; m < MovesOf(kind).size(); ++m, ++at) {
        if ((mask >> m & 1u) == 0) continue;
        if (best == logits.size() || logits[at] > logits[best]) best = at;
      }
    }
  }
  return best;
}

struct Case {
  u32 width;
  BatchSize size;
};

class Parity : public testing::TestWithParam<Case> {};

TEST_P(Parity, TorchAndTheHandWrittenForwardGiveTheSameLogits) {
  const auto& [width, size] = GetParam();
  NetworkScratch scratch;
  f32 worst = 0;
  for (u64 key = 0; key < 5; ++key) {
    const NetworkWeights weights = RandomWeights(width, key);
    const RolloutBatch batch = RandomBatch(weights, 77 + key, size);
    for (u32 d = 0; d < batch.decisions; ++d) {
      Seen seen = Decision(batch, d);
      std::vector<f32> logits(LogitCount(batch.shape));
      Forward(weights, seen.view, logits, scratch);
      const std::vector<f32> torch = TorchLogits(weights, batch, d);
      ASSERT_EQ(torch.size(), logits.size());
      for (std::size_t i = 0; i < logits.size(); ++i) {
        worst = std::max(worst, std::abs(logits[i] - torch[i]));
      }
      ASSERT_EQ(BestLegal(seen.view, logits), BestLegal(seen.view, torch)) << "decision " << d;
    }
  }
  EXPECT_LE(worst, kTolerance);
  RecordProperty("worst", std::to_string(worst));
}

INSTANTIATE_TEST_SUITE_P(, Parity,
                         testing::Values(Case{8, {4, 2, 3, 8, 8, 8, 0}},
                                         Case{16, {4, 2, 3, 16, 8, 8, 9}},
                                         Case{32, {4, 2, 3, 24, 32, 16, 40}},
                                         Case{64, {4, 2, 3, 8, 16, 8, 6}}),
                         [](const auto& param) {
                           return "width_" + std::to_string(param.param.width);
                         });

TEST(Parity, InitialWeightsBeginNearUniform) {
  const NetworkWeights weights = InitialWeights(32, 3);
  const RolloutBatch batch = RandomBatch(weights, 5, {});
  f32 largest = 0;
  for (u32 d = 0; d < batch.decisions; ++d) {
    for (const f32 logit : TorchLogits(weights, batch, d)) {
      largest = std::max(largest, std::abs(logit));
    }
  }
  EXPECT_LT(largest, 1.0f);
  EXPECT_GT(largest, 1e-3f);
  EXPECT_EQ(weights.layers, InitialWeights(32, 3).layers);
  EXPECT_NE(weights.layers, InitialWeights(32, 4).layers);
}

TEST(Parity, TorchAndTheHandWrittenForwardAgreeOnCartPole) {
  const CartPoleWeights weights = InitialCartPoleWeights(64, 9);
  std::vector<f32> seen;
  for (u32 i = 0; i < 4 * 500; ++i) seen.push_back(4.0f * HashUniform(1, 2, i) - 2.0f);
  const std::vector<f32> torch = TorchCartPoleLogits(weights, seen);
  for (std::size_t r = 0; r < 500; ++r) {
    const auto logits = CartPoleForward(
        weights, {seen[4 * r], seen[4 * r + 1], seen[4 * r + 2], seen[4 * r + 3]});
    EXPECT_NEAR(logits[0], torch[2 * r], kTolerance);
    EXPECT_NEAR(logits[1], torch[2 * r + 1], kTolerance);
  }
}

}  // namespace
}  // namespace wt
