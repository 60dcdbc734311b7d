// SPDX-License-Identifier: Apache-2.0
#include "bench/statistics.h"

#include <algorithm>
#include <cmath>

#include "sim/api/check.h"

namespace wt {
namespace {

constexpr f64 kZ95 = 1.959964;

f64 Squares(std::span<const f64> values, f64 mean) {
  f64 sum = 0;
  for (const f64 v : values) sum += (v - mean) * (v - mean);
  return sum;
}

// What the outcomes say of their mean: it varies as that of `n` outcomes of this variance.
struct Sample {
  f64 n = 0, mean = 0, variance = 0;
};

Sample SampleOf(std::span<const std::vector<f64>> strata) {
  const f64 weight = 1 / static_cast<f64>(strata.size());
  f64 outcomes = 0, inverse = 0, mean = 0, within = 0, squares = 0;
  bool single = false;
  for (const std::vector<f64>& stratum : strata) {
    WT_CHECK(!stratum.empty(), "a stratum holds an outcome");
    const f64 n = static_cast<f64>(stratum.size()), own = MeanOf(stratum);
    outcomes += n;
    inverse += weight * weight / n;
    mean += weight * own;
    single = single || stratum.size() == 1;
    if (!single) within += weight * weight * Squares(stratum, own) / (n - 1) / n;
  }
  if (!single) return {1 / inverse, mean, within / inverse};
  for (const std::vector<f64>& stratum : strata) squares += Squares(stratum, mean);
  return {1 / inverse, mean, outcomes > 1 ? squares / (outcomes - 1) : 0};
}

}  // namespace

Interval MeanInterval95(std::span<const std::vector<f64>> strata, f64 low, f64 high) {
  if (strata.empty()) return {low, high};
  const Sample s = SampleOf(strata);
  const f64 z2 = kZ95 * kZ95, n = s.n + z2;
  const f64 middle = (low + high) / 2, reach = (high - low) / 2;
  const f64 centre = (s.n * s.mean + z2 * middle) / n;
  const auto squared = [](f64 x) { return x * x; };
  const f64 variance = (s.n * (s.variance + squared(s.mean - centre)) +
                        z2 * (squared(reach) + squared(middle - centre))) / n;
  const f64 half = kZ95 * std::sqrt(variance / n);
  return {std::max(low, centre - half), std::min(high, centre + half)};
}

f64 MeanOf(std::span<const f64> values) {
  if (values.empty()) return 0;
  f64 sum = 0;
  for (const f64 v : values) sum += v;
  return sum / static_cast<f64>(values.size());
}

f64 MedianOf(std::span<const f64> values) {
  if (values.empty()) return 0;
  std::vector<f64> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

}  // namespace wt
