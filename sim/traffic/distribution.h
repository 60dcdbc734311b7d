// SPDX-License-Identifier: Apache-2.0
// Distributions of response times from two moments: gamma while the squared coefficient of
// variation is <= 1 (sums of waits and services), log-normal from 1.5 on (heavy tails), a linear
// blend between. Gamma probabilities and quantiles by Wilson & Hilferty, "The distribution of
// chi-square", PNAS 17 (1931): the cube root of a gamma variable is nearly normal.
// REQUIRES everywhere: arguments finite and >= 0. Results are finite and >= 0. O(1).
#pragma once

#include <span>

#include "sim/api/ints.h"

namespace wt {

inline constexpr f32 kZ99 = 2.3263479f;  // 99th percentile of the standard normal distribution
inline constexpr f32 kLn2 = 0.69314718f;

// Weight of the log-normal in the blend.
inline f32 LogNormalShare(f32 cv2) {
  const f32 share = 2.0f * (cv2 - 1.0f);
  const f32 capped = share < 1.0f ? share : 1.0f;
  return capped > 0.0f ? capped : 0.0f;
}

// P(Z <= z), standard normal; Abramowitz & Stegun 26.2.17, absolute error < 5e-7.
f32 NormalBelow(f32 z);

// A duration cut at `limit`.
struct Cut {
  f32 above;   // P(X > limit)
  f32 below1;  // E[X; X <= limit]
  f32 below2;  // E[X^2; X <= limit]
};
Cut CutAt(f32 mean, f32 variance, f32 limit);

struct Quantiles {
  f32 p50;
  f32 p99;
};
Quantiles MatchedQuantiles(f32 mean, f32 variance);

// One kind of request in a mixture.
struct MixturePart {
  f32 weight;
  Quantiles quantiles;
};
// Median and 99th percentile of a mixture. Each part's tail is taken as exponential through its
// two quantiles. REQUIRES: weights sum to 1; zero parts give zero. O(parts).
Quantiles MixtureQuantiles(std::span<const MixturePart> parts);

}  // namespace wt
