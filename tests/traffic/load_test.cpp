// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/load.h"

#include <gtest/gtest.h>

#include <cmath>

namespace wt {
namespace {

TEST(Load, SineIsAccurate) {
  f64 worst = 0;
  for (int i = -40000; i < 40000; ++i) {
    const f64 x = i * 0.0001;
    worst = std::max(worst, std::abs(SineOfTurns(x) - std::sin(2 * M_PI * x)));
  }
  EXPECT_LT(worst, 1e-9);
}

TEST(Load, ConstantNeverChanges) {
  const LoadPattern p{.kind = LoadKind::kConstant, .base_rps = 120};
  EXPECT_EQ(RateAt(p, 17 * kSecond), 120);
  EXPECT_EQ(NextChange(p, 0), kForever);
}

// Between two changes the rate is constant, and every change is announced.
void ExpectPiecewiseConstant(const LoadPattern& p, SimTime from, SimTime to) {
  SimTime at = from;
  int steps = 0;
  while (at < to) {
    const SimTime next = NextChange(p, at);
    ASSERT_GT(next, at);
    const SimTime end = std::min(next, to);
    for (int i = 0; i < 5; ++i) {
      EXPECT_EQ(RateAt(p, at + (end - at - 1) * i / 4), RateAt(p, at)) << ToSeconds(at);
    }
    at = end;
    ASSERT_LT(++steps, 100000);
  }
}

TEST(Load, EveryPatternIsPiecewiseConstant) {
  const LoadPoint points[] = {{-5 * kSecond, 10}, {3 * kSecond, 20}, {90 * kSecond, 0}};
  for (const LoadKind kind : {LoadKind::kConstant, LoadKind::kRamp, LoadKind::kDiurnal,
                              LoadKind::kSpike, LoadKind::kBurst, LoadKind::kReplay}) {
    ExpectPiecewiseConstant({.kind = kind,
                             .base_rps = 100,
                             .peak_rps = 250,
                             .start = 30 * kSecond,
                             .duration = 70 * kSecond,
                             .period = 200 * kSecond,
                             .points = points},
                            -100 * kSecond, 1000 * kSecond);
  }
}

TEST(Load, DiurnalFollowsTheSine) {
  const LoadPattern p{
      .kind = LoadKind::kDiurnal, .base_rps = 200, .peak_rps = 300, .period = kHour};
  for (SimTime at = -kHour; at < 2 * kHour; at += 7 * kSecond) {
    const f64 truth = 200 + 100 * std::sin(2 * M_PI * ToSeconds(at) / 3600);
    EXPECT_NEAR(static_cast<f64>(RateAt(p, at)), truth, 100 * 2 * M_PI * 7.6 / 3600);
  }
  EXPECT_EQ(NextChange(p, 0), 15 * kSecond);
  EXPECT_EQ(NextChange(p, -kSecond), 0);
  const LoadPattern quick{
      .kind = LoadKind::kDiurnal, .base_rps = 2, .peak_rps = 3, .period = 144 * kSecond};
  EXPECT_EQ(NextChange(quick, 0), 2 * kSecond);
}

TEST(Load, ADiurnalTroughIsNeverNegative) {
  const LoadPattern p{
      .kind = LoadKind::kDiurnal, .base_rps = 10, .peak_rps = 100, .period = kHour};
  EXPECT_EQ(RateAt(p, 45 * kMinute), 0);
}

TEST(Load, RampReachesItsEnd) {
  const LoadPattern p{.kind = LoadKind::kRamp,
                      .base_rps = 100,
                      .peak_rps = 300,
                      .start = kMinute,
                      .duration = 100 * kSecond};
  EXPECT_EQ(RateAt(p, 0), 100);
  EXPECT_EQ(NextChange(p, 0), kMinute);
  EXPECT_NEAR(RateAt(p, kMinute + 50 * kSecond), 200, 3);
  EXPECT_EQ(RateAt(p, kMinute + 100 * kSecond), 300);
  EXPECT_EQ(NextChange(p, kMinute + 100 * kSecond), kForever);
}

TEST(Load, SpikesAndBurstsComeAndGo) {
  LoadPattern p{.kind = LoadKind::kSpike,
                .base_rps = 10,
                .peak_rps = 60,
                .start = 30 * kSecond,
                .duration = 5 * kSecond,
                .period = 20 * kSecond};
  EXPECT_EQ(RateAt(p, 30 * kSecond - 1), 10);
  EXPECT_EQ(RateAt(p, 30 * kSecond), 60);
  EXPECT_EQ(RateAt(p, 35 * kSecond), 10);
  EXPECT_EQ(RateAt(p, 50 * kSecond), 10);
  EXPECT_EQ(NextChange(p, 35 * kSecond), kForever);
  p.kind = LoadKind::kBurst;
  EXPECT_EQ(RateAt(p, 50 * kSecond), 60);
  EXPECT_EQ(NextChange(p, 35 * kSecond), 50 * kSecond);
  EXPECT_EQ(NextChange(p, 50 * kSecond), 55 * kSecond);
}

TEST(Load, ReplayHoldsEachPoint) {
  const LoadPoint points[] = {{10 * kSecond, 5}, {20 * kSecond, 7}};
  const LoadPattern p{.kind = LoadKind::kReplay, .base_rps = 1, .points = points};
  EXPECT_EQ(RateAt(p, 0), 1);
  EXPECT_EQ(RateAt(p, 10 * kSecond), 5);
  EXPECT_EQ(RateAt(p, 20 * kSecond - 1), 5);
  EXPECT_EQ(RateAt(p, kHour), 7);
  EXPECT_EQ(NextChange(p, 0), 10 * kSecond);
  EXPECT_EQ(NextChange(p, 20 * kSecond), kForever);
}

}  // namespace
}  // namespace wt
