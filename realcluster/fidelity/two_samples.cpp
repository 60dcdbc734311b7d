// SPDX-License-Identifier: Apache-2.0
#include "realcluster/fidelity/two_samples.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "bench/statistics.h"
#include "sim/api/check.h"

namespace wt {
namespace {

// Calls `visit(difference of the two functions, length)` for each stretch between two values.
void WalkDistributions(std::vector<f64> a, std::vector<f64> b,
                       const std::function<void(f64 difference, f64 length)>& visit) {
  WT_CHECK(!a.empty(), "a distribution needs a value");
  WT_CHECK(!b.empty(), "a distribution needs a value");
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    const bool from_a = j == b.size() || (i < a.size() && a[i] <= b[j]);
    const f64 at = from_a ? a[i] : b[j];
    while (i < a.size() && a[i] <= at) ++i;
    while (j < b.size() && b[j] <= at) ++j;
    f64 next = at;
    if (i < a.size()) next = a[i];
    if (j < b.size() && (i == a.size() || b[j] < next)) next = b[j];
    const f64 share_a = static_cast<f64>(i) / static_cast<f64>(a.size());
    const f64 share_b = static_cast<f64>(j) / static_cast<f64>(b.size());
    visit(std::abs(share_a - share_b), next - at);
  }
}

}  // namespace

SampleSummary SummaryOf(std::vector<f64> values) {
  if (values.empty()) return {};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {static_cast<u32>(values.size()), MedianOf(values), *low, *high};
}

f64 KolmogorovSmirnov(std::vector<f64> a, std::vector<f64> b) {
  f64 most = 0;
  WalkDistributions(std::move(a), std::move(b),
                    [&](f64 difference, f64) { most = std::max(most, difference); });
  return most;
}

f64 SmirnovBound5Percent(u32 n, u32 m) {
  WT_CHECK(n > 0, "a distribution needs a value");
  WT_CHECK(m > 0, "a distribution needs a value");
  return 1.36 * std::sqrt((f64{1} * n + m) / (f64{1} * n * m));
}

f64 Wasserstein1(std::vector<f64> a, std::vector<f64> b) {
  f64 area = 0;
  WalkDistributions(std::move(a), std::move(b),
                    [&](f64 difference, f64 length) { area += difference * length; });
  return area;
}

SampleComparison CompareSamples(const std::vector<f64>& real, const std::vector<f64>& simulated) {
  SampleComparison out;
  out.real = SummaryOf(real);
  out.simulated = SummaryOf(simulated);
  if (real.empty() || simulated.empty()) return out;
  out.difference = out.simulated.median - out.real.median;
  out.wasserstein = Wasserstein1(real, simulated);
  if (out.real.n < kKsValuesMin || out.simulated.n < kKsValuesMin) return out;
  out.ks = KolmogorovSmirnov(real, simulated);
  out.ks_bound = SmirnovBound5Percent(out.real.n, out.simulated.n);
  return out;
}

}  // namespace wt
