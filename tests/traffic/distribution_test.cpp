// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/distribution.h"

#include <gtest/gtest.h>

#include <cmath>

namespace wt {
namespace {

TEST(Distribution, NormalBelowIsAccurate) {
  for (f32 z = -8; z <= 8; z += 0.01f) {
    const f64 truth = 0.5 * std::erfc(-static_cast<f64>(z) / std::sqrt(2.0));
    EXPECT_NEAR(static_cast<f64>(NormalBelow(z)), truth, 5e-7) << z;
  }
}

TEST(Distribution, CuttingAnExponentialIsNearlyExact) {
  for (const f64 limit : {0.1, 0.5, 1.0, 2.0, 5.0}) {
    const Cut cut = CutAt(1, 1, static_cast<f32>(limit));
    const f64 e = std::exp(-limit);
    EXPECT_NEAR(static_cast<f64>(cut.above), e, 0.012) << limit;
    EXPECT_NEAR(static_cast<f64>(cut.below1), 1 - e * (limit + 1), 0.012) << limit;
    EXPECT_NEAR(static_cast<f64>(cut.below2), 2 - e * (limit * limit + 2 * limit + 2), 0.025)
        << limit;
  }
}

TEST(Distribution, CuttingALogNormalIsExact) {
  const f64 cv2 = 2, s = std::sqrt(std::log(1 + cv2));
  for (const f64 limit : {0.2, 1.0, 3.0}) {
    const Cut cut = CutAt(1, 2, static_cast<f32>(limit));
    const f64 z = (std::log(limit) + s * s / 2) / s;
    const auto below = [](f64 x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); };
    EXPECT_NEAR(static_cast<f64>(cut.above), 1 - below(z), 1e-5) << limit;
    EXPECT_NEAR(static_cast<f64>(cut.below1), below(z - s), 1e-5) << limit;
    EXPECT_NEAR(static_cast<f64>(cut.below2), 3 * below(z - 2 * s), 1e-5) << limit;
  }
}

TEST(Distribution, ACutIsConsistentForAnyShape) {
  for (const f32 cv2 : {0.0f, 1e-5f, 0.1f, 0.9f, 1.0f, 1.2f, 1.6f, 10.0f, 1e4f}) {
    f32 before = 1;
    for (f32 limit = 0; limit < 30; limit += 0.1f) {
      const Cut cut = CutAt(2, cv2 * 4, limit);
      EXPECT_GE(cut.above, 0);
      EXPECT_LE(cut.above, before + 1e-5f) << cv2 << " " << limit;
      EXPECT_LE(cut.below1, limit * (1 - cut.above) + 1e-6f);
      EXPECT_LE(cut.below2, limit * cut.below1 + 1e-6f);
      EXPECT_GE(cut.below1, 0);
      EXPECT_GE(cut.below2, 0);
      before = cut.above;
    }
  }
}

TEST(Distribution, QuantilesOfKnownShapes) {
  const Quantiles exponential = MatchedQuantiles(1, 1);
  EXPECT_NEAR(exponential.p50, 0.6931f, 0.012f);
  EXPECT_NEAR(exponential.p99, 4.6052f, 0.012f);
  const Quantiles erlang4 = MatchedQuantiles(4, 4);
  EXPECT_NEAR(erlang4.p50, 3.6721f, 0.005f);
  EXPECT_NEAR(erlang4.p99, 10.0451f, 0.02f);
  const Quantiles log_normal = MatchedQuantiles(1, 2);
  EXPECT_NEAR(log_normal.p50, 0.57735f, 1e-4f);
  EXPECT_NEAR(log_normal.p99, 6.6119f, 5e-3f);
  const Quantiles constant = MatchedQuantiles(3, 0);
  EXPECT_NEAR(constant.p50, 3, 1e-4f);
  EXPECT_NEAR(constant.p99, 3, 1e-2f);
  EXPECT_EQ(MatchedQuantiles(0, 0).p99, 0);
}

TEST(Distribution, MixtureOfTwoExponentials) {
  const Quantiles a = MatchedQuantiles(0.01f, 0.0001f), b = MatchedQuantiles(1, 1);
  const MixturePart parts[] = {{0.9f, a}, {0.1f, b}};
  const Quantiles q = MixtureQuantiles(parts);
  // 0.9 e^(-100 t) + 0.1 e^(-t) = 0.01 and 0.5
  EXPECT_NEAR(q.p99, 2.3026f, 0.03f);
  EXPECT_NEAR(q.p50, 0.0081f, 0.0003f);
  EXPECT_EQ(MixtureQuantiles({}).p99, 0);
  EXPECT_EQ(MixtureQuantiles({parts, 1}).p99, a.p99);
}

TEST(Distribution, MixtureWithAnInstantPart) {
  const MixturePart parts[] = {{0.6f, {0, 0}}, {0.4f, MatchedQuantiles(1, 1)}};
  const Quantiles q = MixtureQuantiles(parts);
  EXPECT_LT(q.p50, 1e-3f);
  EXPECT_NEAR(q.p99, std::log(40.0f), 0.05f);
}

}  // namespace
}  // namespace wt
