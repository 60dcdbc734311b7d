// SPDX-License-Identifier: Apache-2.0
// Intervals and summaries of episode outcomes.
#pragma once

#include <span>

#include "sim/api/ints.h"

namespace wt {

struct Interval {
  f64 low = 0, high = 0;
};

// 95 % interval of a mean by the normal approximation with the sample variance; for outcomes
// within [low, high] it is widened to Wilson's when every outcome is equal, so that "20 of 20"
// is not reported as certain. n = 0 gives [low, high]. O(n).
Interval MeanInterval95(std::span<const f64> values, f64 low, f64 high);

// Wilson score interval of a proportion, z = 1.959964 (E. B. Wilson, JASA 22, 1927).
Interval Wilson95(u64 successes, u64 n);

f64 MeanOf(std::span<const f64> values);   // 0 for none
f64 MedianOf(std::span<const f64> values); // 0 for none; copies and sorts, O(n log n)

}  // namespace wt
