// SPDX-License-Identifier: Apache-2.0
// Intervals hold what they promise: by outcomes counted out, and by outcomes drawn.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "agents/hash_draw.h"
#include "bench/statistics.h"

namespace wt {
namespace {

using Strata = std::vector<std::vector<f64>>;

Interval Of(const std::vector<f64>& values) {
  return MeanInterval95(Strata{values}, -1, 1);
}

// Verdicts -1, 0 and 1 with these chances.
struct Law {
  f64 worse = 0, not_solved = 0, solved = 0;
  f64 Mean() const { return solved - worse; }
};

TEST(MeanInterval, OfEqualOutcomesInTheMiddleIsSymmetric) {
  for (const std::size_t n : {1u, 2u, 3u, 4u, 5u, 20u, 21u, 1101u}) {
    const Interval i = Of(std::vector<f64>(n, 0.0));
    EXPECT_DOUBLE_EQ(i.low, -i.high) << n;
    const f64 z2 = 1.959964 * 1.959964;
    EXPECT_NEAR(i.high, z2 / (static_cast<f64>(n) + z2), 1e-12) << n;
  }
}

TEST(MeanInterval, OfMirroredOutcomesIsMirrored) {
  for (u64 key = 0; key < 200; ++key) {
    Strata some, mirrored;
    for (u32 s = 0; s < 1 + key % 4; ++s) {
      auto& values = some.emplace_back();
      auto& opposite = mirrored.emplace_back();
      for (u32 k = 0; k < 1 + (key + s) % 6; ++k) {
        values.push_back(static_cast<f64>(HashDraw(key, s, k) % 3) - 1);
        opposite.push_back(-values.back());
      }
    }
    const Interval a = MeanInterval95(some, -1, 1), b = MeanInterval95(mirrored, -1, 1);
    EXPECT_NEAR(a.low, -b.high, 1e-12);
    EXPECT_NEAR(a.high, -b.low, 1e-12);
  }
}

TEST(MeanInterval, HoldsTheMeanLiesWithinTheBoundsAndIsNeverCertain) {
  for (u64 key = 0; key < 2000; ++key) {
    Strata strata;
    f64 mean = 0;
    const u32 count = 1 + static_cast<u32>(key % 5);
    for (u32 s = 0; s < count; ++s) {
      auto& values = strata.emplace_back();
      for (u32 k = 0; k < 1 + HashDraw(key, s, 99) % 6; ++k) {
        values.push_back(HashUniform(key, s, k) < 0.2f ? -1 : key % 3 == 0 ? 0 : 1);
      }
      mean += MeanOf(values) / count;
    }
    const Interval i = MeanInterval95(strata, -1, 1);
    EXPECT_LE(i.low, mean + 1e-12);
    EXPECT_GE(i.high, mean - 1e-12);
    EXPECT_GE(i.low, -1);
    EXPECT_LE(i.high, 1);
    EXPECT_GT(i.high - i.low, 0.1);
  }
}

TEST(MeanInterval, OfAProportionIsThatOfAgrestiAndCoull) {
  // Theirs: p = (x + z^2 / 2) / (n + z^2), half = z sqrt(p (1 - p) / (n + z^2)), for the variance
  // p (1 - p) where ours has that of a sample, n / (n - 1) times as much.
  constexpr f64 kZ = 1.959964;
  for (const std::size_t n : {10u, 100u, 1000u}) {
    for (const std::size_t share : {1u, 3u, 5u, 8u}) {
      Strata strata{std::vector<f64>(n, 0.0)};
      for (std::size_t i = 0; i < n * share / 10; ++i) strata[0][i] = 1;
      const f64 all = static_cast<f64>(n) + kZ * kZ;
      const f64 p = (static_cast<f64>(n * share / 10) + kZ * kZ / 2) / all;
      const f64 half = kZ * std::sqrt(p * (1 - p) / all);
      const Interval i = MeanInterval95(strata, 0, 1);
      const f64 tolerance = 0.12 / static_cast<f64>(n);
      EXPECT_NEAR(i.low, std::max(p - half, 0.0), tolerance) << n << " " << share;
      EXPECT_NEAR(i.high, p + half, tolerance) << n << " " << share;
    }
  }
}

TEST(MeanInterval, OfManyOutcomesIsThatOfTheNormalApproximation) {
  std::vector<f64> values(100'000, 1.0);
  for (std::size_t i = 0; i < 20'000; ++i) values[i] = -1;
  const Interval i = Of(values);
  EXPECT_NEAR(i.low, 0.6 - 1.96 * 0.8 / std::sqrt(1e5), 1e-4);
  EXPECT_NEAR(i.high, 0.6 + 1.96 * 0.8 / std::sqrt(1e5), 1e-4);
}

TEST(MeanInterval, HowScenariosDifferIsNoUncertaintyOfTheirMean) {
  Strata alike(2, std::vector<f64>(50, 0.0)), unlike = alike;
  for (std::size_t i = 0; i < 25; ++i) alike[0][i] = alike[1][i] = 1;  // one half in each
  for (f64& value : unlike[0]) value = 1;                              // all of one, none else
  const Interval a = MeanInterval95(alike, -1, 1), b = MeanInterval95(unlike, -1, 1);
  EXPECT_LT(b.high - b.low, 0.7 * (a.high - a.low));
}

TEST(MeanInterval, OfNoOutcomesIsEverything) {
  const Interval i = MeanInterval95({}, -1, 1);
  EXPECT_EQ(i.low, -1);
  EXPECT_EQ(i.high, 1);
}

// Chance that the interval of n outcomes of one scenario holds the law's mean, counted out.
f64 Coverage(const Law& law, int n) {
  f64 covered = 0;
  for (int a = 0; a <= n; ++a) {
    for (int b = 0; a + b <= n; ++b) {
      const int c = n - a - b;
      const auto term = [](f64 p, int k) { return k == 0 ? 0.0 : k * std::log(p); };
      if ((a > 0 && law.worse <= 0) || (b > 0 && law.not_solved <= 0) ||
          (c > 0 && law.solved <= 0)) {
        continue;
      }
      const f64 chance = std::exp(std::lgamma(n + 1.0) - std::lgamma(a + 1.0) -
                                  std::lgamma(b + 1.0) - std::lgamma(c + 1.0) +
                                  term(law.worse, a) + term(law.not_solved, b) +
                                  term(law.solved, c));
      std::vector<f64> values(static_cast<std::size_t>(n), 0.0);
      for (int i = 0; i < a; ++i) values[static_cast<std::size_t>(i)] = -1;
      for (int i = 0; i < c; ++i) values[static_cast<std::size_t>(n - 1 - i)] = 1;
      const Interval i = Of(values);
      if (i.low <= law.Mean() + 1e-12 && law.Mean() - 1e-12 <= i.high) covered += chance;
    }
  }
  return covered;
}

TEST(MeanInterval, HoldsTheTruthAsOftenAsItSaysWhateverTheLaw) {
  f64 least = 1, sum = 0;
  int laws = 0;
  for (const int n : {2, 3, 5, 10, 20, 50}) {
    for (int a = 0; a <= 20; ++a) {
      for (int c = 0; a + c <= 20; ++c) {
        const Law law{a / 20.0, (20 - a - c) / 20.0, c / 20.0};
        const f64 covered = Coverage(law, n);
        // Few outcomes take few values: what is held comes in steps.
        EXPECT_GE(covered, n < 5 ? 0.89 : 0.91) << n << ": " << law.worse << " " << law.solved;
        least = std::min(least, covered);
        sum += covered;
        ++laws;
      }
    }
  }
  std::printf("coverage of one scenario: mean %.4f, least %.4f of %d laws\n", sum / laws, least,
              laws);
  EXPECT_GE(sum / laws, 0.95);
}

u64 DrawVerdict(const Law& law, u64 key, u32 stratum, u32 index) {
  const f64 u = static_cast<f64>(HashUniform(key, stratum, index));
  return u < law.worse ? 0 : u < law.worse + law.not_solved ? 1 : 2;
}

// The same over suites, by simulation.
f64 Simulated(const std::vector<Law>& laws, u32 n, u32 runs) {
  u32 covered = 0;
  f64 truth = 0;
  for (const Law& law : laws) truth += law.Mean() / static_cast<f64>(laws.size());
  for (u64 run = 0; run < runs; ++run) {
    Strata strata(laws.size());
    for (u32 s = 0; s < laws.size(); ++s) {
      for (u32 k = 0; k < n; ++k) {
        strata[s].push_back(static_cast<f64>(DrawVerdict(laws[s], Mix(run), s, k)) - 1);
      }
    }
    const Interval i = MeanInterval95(strata, -1, 1);
    covered += i.low <= truth + 1e-12 && truth - 1e-12 <= i.high;
  }
  return covered / static_cast<f64>(runs);
}

TEST(MeanInterval, OfASuiteHoldsTheTruthAsOftenAsItSays) {
  std::vector<Law> good, mixed, spread, harmful, same;
  for (u32 s = 0; s < 29; ++s) {
    good.push_back(s % 3 == 0 ? Law{0, 0.05, 0.95} : Law{0, 0, 1});
    mixed.push_back(s % 3 == 0 ? Law{0, 1, 0} : s % 3 == 1 ? Law{0, 0.1, 0.9} : Law{0, 0, 1});
    spread.push_back({0, 1 - (s + 0.5) / 29, (s + 0.5) / 29});
    harmful.push_back(s % 2 == 0 ? Law{0.6, 0.4, 0} : Law{0, 0.7, 0.3});
    same.push_back({0.1, 0.3, 0.6});
  }
  const std::array<std::pair<const char*, const std::vector<Law>*>, 5> suites{
      {{"good", &good}, {"mixed", &mixed}, {"spread", &spread}, {"harmful", &harmful},
       {"same", &same}}};
  for (const auto& [name, laws] : suites) {
    for (const u32 n : {1u, 2u, 3u, 10u, 50u}) {
      const f64 covered = Simulated(*laws, n, 2000);
      std::printf("coverage of a suite, %s, %u seeds: %.3f\n", name, n, covered);
      EXPECT_GE(covered, 0.93) << name << " " << n;
    }
  }
}

}  // namespace
}  // namespace wt
