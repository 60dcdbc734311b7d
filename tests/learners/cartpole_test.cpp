// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "agents/hash_draw.h"
#include "learners/cartpole_policy.h"

namespace wt {
namespace {

// States after the pushes of `moves`, as Gymnasium 1.4.0's CartPole-v1 gives them.
struct Trajectory {
  CartPole start;
  const char* moves;
  CartPole end;
  bool over;
};
const Trajectory kGymnasium[] = {
    {{0.01, -0.02, 0.03, 0.04},
     "1010101010101010101100101010101010101010110101010100"
     "101101001100101101001100110010110100101101001100",
     {0.2879904758537905, -0.031430667723075206, -0.004785969535101846, 0.29214843706110016},
     false},
    {{-0.05, 0.05, -0.05, 0.05},
     "0101100101010101010101001011001010101010101100110100"
     "110011001100110100101100110011001101001011001101",
     {-0.2823104882998982, 0.06534667960378102, -0.0008528999184995742, -0.2886050463494107},
     false},
    {{0, 0, 0, 0},
     "1010011001010101010110101010100110010101010101101001"
     "101001011010011001100110010110100101101001011010",
     {-0.007035490847049727, -0.00012680593374583826, -0.00526540318492043,
      0.0027972471138912325},
     false},
    {{0, 0, 0, 0},
     "111111111",
     {0.14065097203306187, 1.7603811257683097, -0.21518604988500967, -2.777886494012814},
     true},
};

TEST(CartPole, FollowsGymnasiumsTrajectories) {
  for (const Trajectory& t : kGymnasium) {
    CartPole s = t.start;
    const std::string_view moves = t.moves;
    for (std::size_t i = 0; i < moves.size(); ++i) {
      const bool over = StepCartPole(s, moves[i] == '1' ? 1 : 0);
      ASSERT_EQ(over, t.over && i + 1 == moves.size()) << "step " << i;
    }
    // Rounding differs from the C library's sine by an ulp, which 100 unstable steps enlarge.
    EXPECT_NEAR(s.position, t.end.position, 1e-11);
    EXPECT_NEAR(s.velocity, t.end.velocity, 1e-11);
    EXPECT_NEAR(s.angle, t.end.angle, 1e-11);
    EXPECT_NEAR(s.angular_velocity, t.end.angular_velocity, 1e-11);
  }
}

TEST(CartPole, StartsWithinAFewCentimetresAndDegreesFromTheKeyAlone) {
  CartPole least, most;
  for (u64 key = 0; key < 2000; ++key) {
    const CartPole s = StartCartPole(key), again = StartCartPole(key);
    EXPECT_EQ(s.angle, again.angle);
    for (const f64 x : {s.position, s.velocity, s.angle, s.angular_velocity}) {
      ASSERT_GE(x, -0.05);
      ASSERT_LT(x, 0.05);
    }
    least.angle = std::min(least.angle, s.angle);
    most.angle = std::max(most.angle, s.angle);
  }
  EXPECT_LT(least.angle, -0.049);
  EXPECT_GT(most.angle, 0.049);
}

TEST(CartPole, ARandomPolicyLastsAboutTwentyTwoSteps) {
  CartPoleWeights even(8);  // all zero: both pushes equally likely
  const RolloutBatch batch = CollectCartPole(even, {250, 8, 1, 0});
  f64 sum = 0;
  for (const auto& e : batch.episodes) sum += e.count;
  // Gymnasium's random agent: 22.2 on average, deviation about 12.
  EXPECT_NEAR(sum / 2000, 22.2, 1.0);
}

TEST(CartPoleRollouts, GroupsShareAStartAndDifferInTheDrawsOfThePolicy) {
  const CartPoleWeights weights = InitialCartPoleWeights(16, 1);
  const RolloutBatch batch = CollectCartPole(weights, {3, 8, 5, 2});
  ASSERT_EQ(batch.episodes.size(), 24u);
  for (std::size_t i = 0; i < 24; ++i) {
    const auto& e = batch.episodes[i];
    const auto& first = batch.episodes[i / 8 * 8];
    EXPECT_EQ(e.group, i / 8);
    for (u32 f = 0; f < 4; ++f) {
      EXPECT_EQ(batch.features[4 * e.first + f], batch.features[4 * first.first + f]);
    }
  }
  EXPECT_NE(batch.features[0], batch.features[4 * batch.episodes[8].first]);
  bool differ = false;
  for (u32 m = 1; m < 8; ++m) differ = differ || batch.episodes[m].count != batch.episodes[0].count;
  EXPECT_TRUE(differ);
}

TEST(CartPoleRollouts, LogProbabilitiesAreThoseOfTheChosenPushes) {
  const CartPoleWeights weights = InitialCartPoleWeights(16, 2);
  const RolloutBatch batch = CollectCartPole(weights, {2, 4, 6, 0});
  for (u32 d = 0; d < batch.decisions; ++d) {
    const f32* x = batch.features.data() + 4 * std::size_t{d};
    const auto logits = CartPoleForward(weights, {x[0], x[1], x[2], x[3]});
    const f64 a = static_cast<f64>(logits[batch.chosen[d]]);
    const f64 b = static_cast<f64>(logits[1 - batch.chosen[d]]);
    EXPECT_NEAR(static_cast<f64>(batch.log_prob[d]), -std::log1p(std::exp(b - a)), 1e-5);
  }
}

TEST(CartPoleRollouts, RewardIsTheShareOfTheFiveHundredSteps) {
  const RolloutBatch batch = CollectCartPole(InitialCartPoleWeights(16, 3), {2, 4, 7, 0});
  for (const auto& e : batch.episodes) {
    EXPECT_FLOAT_EQ(e.reward, static_cast<f32>(e.count) / 500.0f);
    EXPECT_EQ(e.truncated, e.count == 500);
  }
}

}  // namespace
}  // namespace wt
