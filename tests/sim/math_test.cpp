// SPDX-License-Identifier: Apache-2.0
// Accuracy of the elementary functions against libm over the domains their header states.
#include "sim/math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace wt {
namespace {

f64 Relative(f64 value, f64 truth) { return std::abs(value - truth) / std::abs(truth); }

TEST(Math, Exp2IsAccurateAndClamps) {
  f64 worst = 0;
  for (int i = -102200; i <= 102300; ++i) {
    const f64 x = i * 0.01 + 0.0037 * (i % 3);
    if (x > -1022 && x < 1023) worst = std::max(worst, Relative(Exp2(x), std::exp2(x)));
  }
  EXPECT_LT(worst, 1e-12);
  EXPECT_EQ(Exp2(0), 1.0);
  EXPECT_EQ(Exp2(-3), 0.125);
  EXPECT_EQ(Exp2(-2000), 0.0);
  EXPECT_EQ(Exp2(1023), 0x1p1023);
  EXPECT_EQ(Exp2(5000), 0x1p1023);
}

TEST(Math, Log2IsAccurate) {
  f64 worst = 0;
  for (int e = -1021; e < 1023; e += 3) {
    for (f64 m = 1.0; m < 2.0; m += 0.0173) {
      const f64 x = std::ldexp(m, e);
      const f64 truth = std::log2(x);
      worst = std::max(worst, std::abs(Log2(x) - truth) / std::max(1.0, std::abs(truth)));
    }
  }
  EXPECT_LT(worst, 1e-12);
  EXPECT_EQ(Log2(8), 3.0);
}

TEST(Math, ExpLogAndPowFollow) {
  for (f64 x = 0.001; x < 600; x *= 1.37) {
    EXPECT_LT(Relative(Exp(-x), std::exp(-x)), 1e-11) << x;
    EXPECT_NEAR(Log(x), std::log(x), 1e-12 * std::max(1.0, std::abs(std::log(x)))) << x;
    EXPECT_LT(Relative(Pow(x, 0.7), std::pow(x, 0.7)), 1e-11) << x;
  }
}

TEST(Math, NormalQuantileInvertsTheDistribution) {
  f64 worst = 0;
  for (f64 p = 1e-12; p < 0.5; p *= 1.21) {
    const f64 z = NormalQuantile(p);
    // dz = dp / density: the error of the quantile, from the error of the probability.
    const f64 back = 0.5 * std::erfc(-z / std::sqrt(2.0));
    const f64 density = std::exp(-z * z / 2) / std::sqrt(2 * M_PI);
    worst = std::max(worst, std::abs((back - p) / density / z));
    if (p > 1e-6) {
      EXPECT_NEAR(NormalQuantile(1 - p), -z, 1e-7) << p;
    }
  }
  EXPECT_LT(worst, 1.2e-9);
  EXPECT_EQ(NormalQuantile(0), -8.3);
  EXPECT_EQ(NormalQuantile(1), 8.3);
}

TEST(Math, FastExp2IsAccurateToTwoInAMillion) {
  f64 worst = 0;
  for (int i = -125999; i < 126000; ++i) {
    const f32 x = static_cast<f32>(i) * 0.001f;
    const f64 truth = std::exp2(static_cast<f64>(x));
    worst = std::max(worst, Relative(static_cast<f64>(FastExp2(x)), truth));
  }
  EXPECT_LT(worst, 2e-6);
  EXPECT_EQ(FastExp2(-127.0f), 0.0f);
  EXPECT_EQ(FastExp2(-1e30f), 0.0f);
  EXPECT_EQ(FastExp2(1e30f), FastExp2(126.0f));
  EXPECT_EQ(FastExp2(std::numeric_limits<f32>::quiet_NaN()), 0.0f);
}

TEST(Math, FastLog2IsAccurateToHalfAMillionth) {
  f64 worst = 0;
  for (int e = -126; e < 127; ++e) {
    for (f32 m = 1.0f; m < 2.0f; m += 0.00173f) {
      const f32 x = std::ldexp(m, e);
      const f64 truth = std::log2(static_cast<f64>(x));
      const f64 error = std::abs(static_cast<f64>(FastLog2(x)) - truth);
      worst = std::max(worst, error / std::max(1.0, std::abs(truth)));
    }
  }
  EXPECT_LT(worst, 5e-7);
  EXPECT_EQ(FastLog2(1.0f), 0.0f);
  EXPECT_EQ(FastLog2(0.25f), -2.0f);
}

}  // namespace
}  // namespace wt
