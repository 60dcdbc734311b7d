// SPDX-License-Identifier: Apache-2.0
// Two samples of one quantity, the real and the simulated one, side by side.
#pragma once

#include <optional>
#include <vector>

#include "sim/api/ints.h"

namespace wt {

struct SampleSummary {
  u32 n = 0;
  f64 median = 0, min = 0, max = 0;  // 0 when n is 0
};
SampleSummary SummaryOf(std::vector<f64> values);

// Largest distance of the two empirical distribution functions (Kolmogorov-Smirnov), in [0, 1].
// REQUIRES: both hold a value. O(n log n).
f64 KolmogorovSmirnov(std::vector<f64> a, std::vector<f64> b);

// D above this is a difference at the 5 % level: 1.36 sqrt((n + m) / (n m)), the large-sample
// value (N. Smirnov, Ann. Math. Statist. 19, 1948). With few values it exceeds 1 and decides
// nothing. REQUIRES: n, m > 0.
f64 SmirnovBound5Percent(u32 n, u32 m);

// Area between the two empirical distribution functions (Wasserstein-1), in the unit of the values.
// REQUIRES: both hold a value. O(n log n).
f64 Wasserstein1(std::vector<f64> a, std::vector<f64> b);

// D and its bound are given from this many values on each side.
inline constexpr u32 kKsValuesMin = 3;

struct SampleComparison {
  SampleSummary real, simulated;
  std::optional<f64> difference;  // of medians, simulated less real
  std::optional<f64> ks, ks_bound;
  std::optional<f64> wasserstein;
};
// Optional members are empty when a side has no value, D with fewer than kKsValuesMin.
SampleComparison CompareSamples(const std::vector<f64>& real, const std::vector<f64>& simulated);

}  // namespace wt
