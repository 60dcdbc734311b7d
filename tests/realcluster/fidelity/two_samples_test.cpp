// SPDX-License-Identifier: Apache-2.0
#include "realcluster/fidelity/two_samples.h"

#include <gtest/gtest.h>

#include <cmath>

namespace wt {
namespace {

using Values = std::vector<f64>;

TEST(TwoSamples, EqualSamplesHaveNoDistance) {
  EXPECT_EQ(KolmogorovSmirnov({3, 1, 2, 2}, {2, 2, 1, 3}), 0);
  EXPECT_EQ(Wasserstein1({3, 1, 2, 2}, {2, 2, 1, 3}), 0);
  EXPECT_EQ(KolmogorovSmirnov({1, 2}, {1, 1, 2, 2}), 0) << "sizes do not matter, shares do";
}

TEST(TwoSamples, SamplesApartHaveDistanceOneAndAShiftIsTheArea) {
  EXPECT_EQ(KolmogorovSmirnov({1, 2, 3}, {11, 12, 13}), 1);
  EXPECT_DOUBLE_EQ(Wasserstein1({1, 2, 3}, {11, 12, 13}), 10);
}

// F steps at 1, 2, 3, 4 by 1/4; G at 2.5 and 5 by 1/2. Largest gap: 1/2, just below 2.5 and at 4.
// Area: 1 x 1/4 + 1/2 x 1/2 + 1/2 x 0 + 1 x 1/4 + 1 x 1/2 = 1.25.
TEST(TwoSamples, HandComputedDistances) {
  EXPECT_DOUBLE_EQ(KolmogorovSmirnov({1, 2, 3, 4}, {2.5, 5}), 0.5);
  EXPECT_DOUBLE_EQ(Wasserstein1({1, 2, 3, 4}, {2.5, 5}), 1.25);
  EXPECT_DOUBLE_EQ(Wasserstein1({2.5, 5}, {1, 2, 3, 4}), 1.25);
}

TEST(TwoSamples, BoundIsThatOfLargeSamples) {
  EXPECT_NEAR(SmirnovBound5Percent(100, 100), 1.36 * std::sqrt(0.02), 1e-12);
  EXPECT_GT(SmirnovBound5Percent(3, 3), 1) << "three values decide nothing";
}

TEST(TwoSamples, WhatIsNotKnownStaysEmpty) {
  const SampleComparison none = CompareSamples({}, {1, 2, 3});
  EXPECT_EQ(none.real.n, 0u);
  EXPECT_FALSE(none.difference || none.ks || none.wasserstein);
  const SampleComparison few = CompareSamples({1, 2}, {3, 4, 5});
  EXPECT_DOUBLE_EQ(*few.difference, 2.5);
  EXPECT_TRUE(few.wasserstein);
  EXPECT_FALSE(few.ks) << "two real values are too few for D";
  const SampleComparison enough = CompareSamples({1, 2, 3}, {3, 4, 5});
  EXPECT_DOUBLE_EQ(*enough.ks, 2.0 / 3);
  EXPECT_EQ(enough.simulated.min, 3);
  EXPECT_EQ(enough.simulated.max, 5);
}

}  // namespace
}  // namespace wt
