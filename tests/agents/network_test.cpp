// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "agents/hash_draw.h"
#include "agents/network.h"
#include "agents/view.h"
#include "tests/agents/hand_observation.h"

namespace wt {
namespace {

std::vector<f32> Logits(const NetworkWeights& weights, HandObservation& o) {
  NetworkScratch scratch;
  std::vector<f32> logits(LogitCount(o.shape()));
  Forward(weights, o.View(), logits, scratch);
  return logits;
}

std::vector<HandObservation> ManyShapes(u64 key, u32 count) {
  std::vector<HandObservation> out;
  for (u32 i = 0; i < count; ++i) {
    const u64 k = Mix(key + i);
    out.push_back(RandomObservation(k, static_cast<u16>(8 + 8 * (k % 3)),
                                    static_cast<u16>(8 + 8 * (k / 3 % 3)), 8,
                                    static_cast<u16>(k / 9 % 12)));
  }
  return out;
}

TEST(Network, AnEpisodeDecidesTheSameAloneAndInABatch) {
  const auto weights = std::make_shared<const NetworkWeights>(RandomWeights(16, 1));
  std::vector<HandObservation> many = ManyShapes(10, 50);
  std::vector<PolicySlot> batch(many.size());
  for (std::size_t i = 0; i < many.size(); ++i) {
    batch[i].observation = many[i].View();
    batch[i].key = i;
  }
  MakeNetworkPolicy(weights, false, "n")->Act(batch);
  for (std::size_t i = 0; i < many.size(); ++i) {
    PolicySlot alone;
    alone.observation = many[i].View();
    alone.key = i;
    MakeNetworkPolicy(weights, false, "n")->Act({&alone, 1});
    EXPECT_EQ(alone.chosen, batch[i].chosen) << i;
    EXPECT_EQ(std::bit_cast<u32>(alone.log_prob), std::bit_cast<u32>(batch[i].log_prob)) << i;
  }
}

TEST(Network, UsedScratchChangesNothing) {
  const NetworkWeights weights = RandomWeights(32, 2);
  std::vector<HandObservation> many = ManyShapes(20, 30);
  NetworkScratch used;
  for (HandObservation& o : many) {
    std::vector<f32> logits(LogitCount(o.shape()));
    Forward(weights, o.View(), logits, used);
    EXPECT_EQ(logits, Logits(weights, o));
  }
}

// Copies an observation into one with more slots of every kind.
HandObservation Widened(HandObservation& from, u16 more) {
  const auto& slots = from.shape().slots;
  HandObservation out(static_cast<u16>(slots[1] + more), static_cast<u16>(slots[2] + more),
                      static_cast<u16>(slots[3] + more), from.shape().edges);
  for (int k = 0; k < kEntityKinds; ++k) {
    const auto kind = static_cast<EntityKind>(k);
    std::ranges::copy(from.View().Masks(kind), out.View().Masks(kind).begin());
    for (u32 f = 0; f < FeaturesOf(kind).size(); ++f) {
      std::ranges::copy(from.View().Plane(kind, f), out.View().Plane(kind, f).begin());
    }
  }
  out.edge_from = from.edge_from;
  out.edge_to = from.edge_to;
  std::ranges::copy(from.service_workload, out.service_workload.begin());
  return out;
}

TEST(Network, EmptySlotsChangeNoLogitOfTheOthers) {
  const NetworkWeights weights = RandomWeights(16, 3);
  for (HandObservation& small : ManyShapes(30, 20)) {
    HandObservation wide = Widened(small, 8);
    const std::vector<f32> a = Logits(weights, small), b = Logits(weights, wide);
    std::size_t at_a = 0, at_b = 0;
    for (int k = 0; k < kEntityKinds; ++k) {
      const auto i = static_cast<std::size_t>(k);
      const std::size_t moves = MovesOf(static_cast<EntityKind>(k)).size();
      for (std::size_t j = 0; j < small.shape().slots[i] * moves; ++j) {
        ASSERT_EQ(a[at_a + j], b[at_b + j]);
      }
      at_a += small.shape().slots[i] * moves;
      at_b += wide.shape().slots[i] * moves;
    }
    EXPECT_EQ(at_a, a.size());
    EXPECT_EQ(at_b, b.size());
  }
}

TEST(Network, ACallEdgeMattersToItsCallerOnly) {
  const NetworkWeights weights = RandomWeights(16, 4);
  HandObservation o(8, 8, 8, 1);
  for (const u16 s : {u16{0}, u16{1}, u16{2}}) {
    o.Add(EntityKind::kService, s).Set(EntityKind::kService, s, "error", 0.1f * s);
  }
  o.edge_from[0] = 0;
  o.edge_to[0] = 1;
  const std::vector<f32> before = Logits(weights, o);
  o.edge_to[0] = 2;
  const std::vector<f32> after = Logits(weights, o);
  const std::size_t moves = kServiceMoves.size(), first = kClusterMoves.size();
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (i >= first && i < first + moves) EXPECT_NE(before[i], after[i]) << i;
    else EXPECT_EQ(before[i], after[i]) << i;
  }
}

// Probabilities of the legal moves, in f64, in the order of the logits; 0 for illegal ones.
std::vector<f64> Softmax(HandObservation& o, const std::vector<f32>& logits) {
  std::vector<f64> out(logits.size());
  std::size_t at = 0;
  f64 sum = 0;
  for (int k = 0; k < kEntityKinds; ++k) {
    const auto kind = static_cast<EntityKind>(k);
    for (const u32 mask : o.View().Masks(kind)) {
      for (u32 m = 0; m < MovesOf(kind).size(); ++m, ++at) {
        if ((mask >> m & 1u) != 0) out[at] = std::exp(static_cast<f64>(logits[at]));
        sum += out[at];
      }
    }
  }
  for (f64& p : out) p /= sum;
  return out;
}

std::size_t FlatIndexOf(HandObservation& o, const Action& action) {
  std::size_t at = 0;
  for (int k = 0; k < static_cast<int>(action.kind); ++k) {
    at += o.shape().slots[static_cast<std::size_t>(k)] *
          MovesOf(static_cast<EntityKind>(k)).size();
  }
  return at + action.slot * MovesOf(action.kind).size() + action.move;
}

TEST(Choose, DrawsEachLegalMoveWithItsSoftmaxProbability) {
  const NetworkWeights weights = RandomWeights(16, 5);
  for (HandObservation& o : ManyShapes(40, 5)) {
    const std::vector<f32> logits = Logits(weights, o);
    const std::vector<f64> expected = Softmax(o, logits);
    std::vector<f64> drawn(logits.size());
    constexpr int kGrid = 20'000;
    for (int i = 0; i < kGrid; ++i) {
      const f32 uniform = (static_cast<f32>(i) + 0.5f) / kGrid;
      const Choice choice = Choose(o.View(), logits, uniform);
      const std::size_t at = FlatIndexOf(o, choice.action);
      drawn[at] += 1.0 / kGrid;
      ASSERT_NEAR(choice.log_prob, std::log(expected[at]), 2e-5);
    }
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      EXPECT_NEAR(drawn[i], expected[i], 3.0 / kGrid) << i;
    }
  }
}

TEST(Choose, GreedyTakesTheLikeliestLegalMove) {
  const NetworkWeights weights = RandomWeights(16, 6);
  for (HandObservation& o : ManyShapes(50, 50)) {
    const std::vector<f32> logits = Logits(weights, o);
    const std::vector<f64> p = Softmax(o, logits);
    const Choice choice = Choose(o.View(), logits, -1.0f);
    ASSERT_TRUE(IsLegal(o.View(), choice.action));
    EXPECT_EQ(p[FlatIndexOf(o, choice.action)], *std::ranges::max_element(p));
    EXPECT_NEAR(choice.log_prob, std::log(*std::ranges::max_element(p)), 2e-5);
  }
}

TEST(Blind, SeesOnlyWhichSlotsAreInUseMasksAndTheClock) {
  NetworkWeights weights = RandomWeights(16, 7);
  weights.blind = true;
  const auto shared = std::make_shared<const NetworkWeights>(weights);
  for (u64 key = 0; key < 30; ++key) {
    HandObservation a = RandomObservation(key, 8, 8, 8, 4);
    HandObservation b = a;
    for (int k = 0; k < kEntityKinds; ++k) {  // other features but for `exists` and the clock
      const auto kind = static_cast<EntityKind>(k);
      const u32 first = kind == EntityKind::kCluster ? 2 : 1;
      for (u32 f = first; f < FeaturesOf(kind).size(); ++f) {
        for (f32& x : b.View().Plane(kind, f)) x += 1.0f;
      }
    }
    PolicySlot slots[2];
    slots[0].observation = a.View();
    slots[1].observation = b.View();
    slots[0].key = slots[1].key = key;
    MakeNetworkPolicy(shared, false, "blind")->Act(slots);
    EXPECT_EQ(slots[0].chosen, slots[1].chosen);
    EXPECT_EQ(slots[0].log_prob, slots[1].log_prob);
  }
  static_assert(kGlobalFeatures[0].name == "time_used" && kGlobalFeatures[1].name == "steps_used");
}

TEST(NetworkWeights, ParametersAreCountedByTheirShapes) {
  const NetworkWeights weights(32);
  u32 expected = 0;
  for (int l = 0; l < kLayers; ++l) {
    const LayerShape shape = ShapeOf(static_cast<Layer>(l), 32);
    expected += (shape.in + 1) * shape.out;
  }
  EXPECT_EQ(weights.Parameters(), expected);
}

}  // namespace
}  // namespace wt
