// SPDX-License-Identifier: Apache-2.0
#include "bench/statistics.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace wt {
namespace {
constexpr f64 kZ95 = 1.959964;
}

Interval Wilson95(u64 successes, u64 n) {
  if (n == 0) return {0, 1};
  const f64 count = static_cast<f64>(n);
  const f64 p = static_cast<f64>(successes) / count;
  const f64 z2 = kZ95 * kZ95;
  const f64 centre = (p + z2 / (2 * count)) / (1 + z2 / count);
  const f64 half =
      kZ95 / (1 + z2 / count) * std::sqrt(p * (1 - p) / count + z2 / (4 * count * count));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

Interval MeanInterval95(std::span<const f64> values, f64 low, f64 high) {
  if (values.empty()) return {low, high};
  const f64 n = static_cast<f64>(values.size());
  const f64 mean = MeanOf(values);
  f64 squares = 0;
  for (const f64 v : values) squares += (v - mean) * (v - mean);
  if (squares == 0) {
    const f64 at = (mean - low) / (high - low);
    const Interval w = Wilson95(static_cast<u64>(std::lround(at * n)), values.size());
    return {low + w.low * (high - low), low + w.high * (high - low)};
  }
  const f64 half = kZ95 * std::sqrt(squares / (n > 1 ? n - 1 : 1) / n);
  return {std::max(low, mean - half), std::min(high, mean + half)};
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
