// SPDX-License-Identifier: Apache-2.0
// Advantages against tables computed by hand from the formulas of advantage.h.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "agents/hash_draw.h"
#include "learners/advantage.h"

namespace wt {
namespace {

struct EpisodeRow {
  u32 group;
  u32 decisions;
  f32 reward;
};

RolloutBatch Batch(const std::vector<EpisodeRow>& rows) {
  RolloutBatch batch;
  for (const EpisodeRow& row : rows) {
    RolloutBatch::Episode e;
    e.group = row.group;
    e.first = batch.decisions;
    e.count = row.decisions;
    e.reward = row.reward;
    batch.decisions += row.decisions;
    batch.reward.resize(batch.decisions, 0.0f);
    batch.reward.back() = row.reward;
    batch.episodes.push_back(e);
  }
  return batch;
}

// Group 0: returns 1, 0, 0, -1: mean 0, sample deviation sqrt(2/3) = 0.8164966.
// Group 1: returns 1, 1: flat.
// Group 2: returns 2, 0: mean 1, sample deviation sqrt(2) = 1.4142136.
// All eight: mean 0.5, squares about it 0.25 * 7 + 2.25 = 6, deviation sqrt(6 / 7) = 0.9258201.
// (1-.5)^2=.25, .25, .25, (-1.5)^2=2.25, .25, .25, (2-.5)^2=2.25, .25: sum 6.
const std::vector<EpisodeRow> kRows{{0, 1, 1}, {0, 2, 0}, {0, 3, 0}, {0, 4, -1},
                                    {1, 5, 1}, {1, 1, 1}, {2, 2, 2}, {2, 2, 0}};

struct Expected {
  const char* preset;
  std::array<f64, 8> advantage;  // per episode
  std::array<f64, 8> weight;     // per decision of the episode
};

// Kept without flat groups: 6 episodes, 1 + 2 + 3 + 4 + 2 + 2 = 14 decisions; with: 8 and 20.
const Expected kTable[] = {
    {"grpo",
     {1.2245949, 0, 0, -1.2245949, 0, 0, 0.7070568, -0.7070568},
     {1.0 / 6, 1.0 / 12, 1.0 / 18, 1.0 / 24, 0, 0, 1.0 / 12, 1.0 / 12}},
    {"dr-grpo",
     {1, 0, 0, -1, 0, 0, 1, -1},
     {1.0 / 180, 1.0 / 180, 1.0 / 180, 1.0 / 180, 0, 0, 1.0 / 180, 1.0 / 180}},
    {"dapo",
     {1.2245949, 0, 0, -1.2245949, 0, 0, 0.7070568, -0.7070568},
     {1.0 / 14, 1.0 / 14, 1.0 / 14, 1.0 / 14, 0, 0, 1.0 / 14, 1.0 / 14}},
    {"rloo",
     {4.0 / 3, 0, 0, -4.0 / 3, 0, 0, 2, -2},
     {0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05}},
    {"lite",
     {1.0800069, 0, 0, -1.0800069, 0, 0, 1.0800069, -1.0800069},
     {1.0 / 14, 1.0 / 14, 1.0 / 14, 1.0 / 14, 0, 0, 1.0 / 14, 1.0 / 14}},
};

class Preset : public testing::TestWithParam<Expected> {};

TEST_P(Preset, GivesTheAdvantagesAndWeightsOfItsFormula) {
  const RolloutBatch batch = Batch(kRows);
  const Advantages a = ComputeAdvantages(batch, *PresetNamed(GetParam().preset));
  ASSERT_EQ(a.per_decision.size(), batch.decisions);
  for (std::size_t e = 0; e < batch.episodes.size(); ++e) {
    const auto& episode = batch.episodes[e];
    for (u32 d = episode.first; d < episode.first + episode.count; ++d) {
      EXPECT_NEAR(a.per_decision[d], GetParam().advantage[e], 2e-6) << "episode " << e;
      EXPECT_NEAR(a.loss_weight[d], GetParam().weight[e], 1e-7) << "episode " << e;
    }
  }
  EXPECT_EQ(a.groups, 3u);
  EXPECT_EQ(a.flat_groups, 1u);
}

INSTANTIATE_TEST_SUITE_P(, Preset, testing::ValuesIn(kTable), [](const auto& param) {
  std::string name = param.param.preset;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

RolloutBatch RandomReturns(u64 key) {
  std::vector<EpisodeRow> rows;
  for (u32 i = 0; i < 48; ++i) {
    rows.push_back({i / 8, 1 + static_cast<u32>(HashDraw(key, 1, i) % 9), HashUniform(key, 2, i)});
  }
  return Batch(rows);
}

// Discount 0.5, one group. Episode 0 earns 1, 0, 4: returns 2, 2, 4. Episode 1 earns -2: return
// -2, then 0, 0. Baselines: 0, 1, 2. Centred: 2, 1, 2 and -2: mean 0.75, squares about it
// 1.5625 + 0.0625 + 1.5625 + 7.5625 = 10.75, sample deviation sqrt(10.75 / 3) = 1.8929694.
TEST(Advantages, OfAStepAreItsReturnsLessTheGroupsMeanAtThatStep) {
  RolloutBatch batch = Batch({{0, 3, 5}, {0, 1, -2}});
  batch.reward = {1, 0, 4, -2};
  GrpoConfig config = *PresetNamed("step");
  config.discount = 0.5f;
  const Advantages scaled = ComputeAdvantages(batch, config);
  config.scale = Scale::kNone;
  const Advantages plain = ComputeAdvantages(batch, config);
  const std::array<f64, 4> expected{2, 1, 2, -2};
  for (std::size_t d = 0; d < 4; ++d) {
    EXPECT_NEAR(plain.per_decision[d], expected[d], 1e-6) << d;
    EXPECT_NEAR(scaled.per_decision[d], expected[d] / 1.8930694, 1e-6) << d;
    EXPECT_NEAR(scaled.loss_weight[d], 0.25, 1e-7) << d;
  }
}

TEST(Advantages, SumToNothingInEveryGroupWithAMeanBaseline) {
  for (u64 key = 0; key < 20; ++key) {
    const RolloutBatch batch = RandomReturns(key);
    for (const std::string& preset : PresetNames()) {
      if (preset == "step") continue;  // sums to nothing per step, members that ended included
      const Advantages a = ComputeAdvantages(batch, *PresetNamed(preset));
      std::array<f64, 6> sums{};
      for (const auto& e : batch.episodes) sums[e.group] += a.per_decision[e.first];
      for (const f64 sum : sums) EXPECT_NEAR(sum, 0, 1e-5) << preset;
    }
  }
}

TEST(Advantages, LeaveOneOutIsTheUnscaledGroupMeanTimesNOverNMinusOne) {
  const RolloutBatch batch = RandomReturns(3);
  GrpoConfig mean, loo;
  mean.scale = loo.scale = Scale::kNone;
  loo.baseline = Baseline::kLeaveOneOut;
  const Advantages a = ComputeAdvantages(batch, mean), b = ComputeAdvantages(batch, loo);
  for (u32 d = 0; d < batch.decisions; ++d) {
    EXPECT_NEAR(b.per_decision[d], a.per_decision[d] * 8.0 / 7.0, 1e-6);
  }
}

TEST(Advantages, LossWeightsSumToOneUnlessTheLengthIsConstant) {
  const RolloutBatch batch = RandomReturns(4);
  for (const LossMean mean : {LossMean::kPerEpisode, LossMean::kPerDecision}) {
    GrpoConfig config;
    config.mean = mean;
    f64 sum = 0;
    for (const f32 w : ComputeAdvantages(batch, config).loss_weight) sum += static_cast<f64>(w);
    EXPECT_NEAR(sum, 1.0, 1e-5);
  }
}

TEST(Advantages, EqualReturnsThatAreNoBinaryFractionsAreFlat) {
  std::vector<EpisodeRow> rows;
  for (u32 i = 0; i < 7; ++i) rows.push_back({0, 2, 1.485f});
  for (const std::string& preset : PresetNames()) {
    const Advantages a = ComputeAdvantages(Batch(rows), *PresetNamed(preset));
    EXPECT_EQ(a.flat_groups, 1u);
    for (const f32 x : a.per_decision) {
      if (preset == "step") EXPECT_NEAR(x, 0.0f, 1e-9);  // means of sums
      else EXPECT_EQ(x, 0.0f) << preset;
    }
  }
}

TEST(Advantages, AGroupThatCouldNotStartIsNotCounted) {
  const Advantages a =
      ComputeAdvantages(Batch({{0, 1, 1}, {0, 1, 0}, {2, 1, 1}, {2, 1, 0}}), GrpoConfig{});
  EXPECT_EQ(a.groups, 2u);
  EXPECT_EQ(a.flat_groups, 0u);
}

TEST(AdvantagesDeathTest, AGroupOfOneIsABrokenPromise) {
  EXPECT_DEATH(ComputeAdvantages(Batch({{0, 1, 1}}), GrpoConfig{}), "at least two");
}

TEST(PresetNamed, AnUnknownNameIsAUsageErrorWithTheNearest) {
  const Result<GrpoConfig> r = PresetNamed("drgrpo");
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, ErrorCode::kUsage);
  EXPECT_EQ(r.error().where, "--preset");
  EXPECT_NE(r.error().what.find("did you mean \"dr-grpo\"?"), std::string::npos)
      << r.error().what;
}

TEST(PresetNamed, OnlyDapoClipsAsymmetrically) {
  for (const std::string& name : PresetNames()) {
    const GrpoConfig config = *PresetNamed(name);
    EXPECT_EQ(config.clip_low, 0.2f);
    EXPECT_EQ(config.clip_high, name == "dapo" ? 0.28f : 0.2f);
  }
}

}  // namespace
}  // namespace wt
