// SPDX-License-Identifier: Apache-2.0
// Intervals and summaries of episode outcomes.
#pragma once

#include <span>
#include <vector>

#include "sim/api/ints.h"

namespace wt {

struct Interval {
  f64 low = 0, high = 0;
};

// 95 % interval of a mean of outcomes within [low, high], every stratum (scenario) weighted
// equally. Every outcome counts as independent of the others. Strata are given, not drawn: how they
// differ from each other is no uncertainty, unless one of them holds a single outcome; then the
// spread within strata is not known, and that over all outcomes stands in for it.
//
// Agresti and Coull, The American Statistician 52 (1998), carried over from [0, 1] to a mean within
// bounds: as if z^2 / 2 more outcomes had been seen at each bound, z = 1.959964. So outcomes that
// are all equal are not reported as certain, in either direction. Of a proportion it is theirs with
// the variance of a sample. With n outcomes it shrinks to mean +- z sqrt(variance / n). It holds
// the mean itself, is the mirror image of that of mirrored outcomes, and lies within the bounds.
// No outcomes: [low, high]. REQUIRES: no empty stratum. O(outcomes).
Interval MeanInterval95(std::span<const std::vector<f64>> strata, f64 low, f64 high);

f64 MeanOf(std::span<const f64> values);   // 0 for none
f64 MedianOf(std::span<const f64> values); // 0 for none; copies and sorts, O(n log n)

}  // namespace wt
