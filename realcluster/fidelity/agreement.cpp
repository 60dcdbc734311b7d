// SPDX-License-Identifier: Apache-2.0
#include "realcluster/fidelity/agreement.h"

#include <algorithm>
#include <cmath>

#include "sim/api/check.h"

namespace wt {
namespace {

// Why the policies' order cannot be compared; empty: it can.
std::string NoOrder(std::span<const PolicyScore> policies) {
  if (policies.size() < kPoliciesMin) {
    return "fewer than " + std::to_string(kPoliciesMin) + " policies";
  }
  const auto equal = [&](f64 PolicyScore::*score) {
    return std::all_of(policies.begin(), policies.end(), [&](const PolicyScore& policy) {
      return policy.*score == policies.front().*score;
    });
  };
  if (equal(&PolicyScore::real)) return "all policies score the same on the real cluster";
  if (equal(&PolicyScore::simulated)) return "all policies score the same in the simulator";
  return "";
}

}  // namespace

void Confusion::Add(int real, int simulated) {
  WT_CHECK(real >= -1 && real <= 1, "a verdict is -1, 0 or 1");
  WT_CHECK(simulated >= -1 && simulated <= 1, "a verdict is -1, 0 or 1");
  ++counts[static_cast<std::size_t>(real + 1)][static_cast<std::size_t>(simulated + 1)];
}

u32 Confusion::Pairs() const {
  u32 n = 0;
  for (const auto& row : counts) {
    for (const u32 count : row) n += count;
  }
  return n;
}

Figure Agreement(const Confusion& confusion) {
  const u32 n = confusion.Pairs();
  if (n == 0) return Figure::Unknown("no pairs");
  u32 equal = 0;
  for (std::size_t i = 0; i < 3; ++i) equal += confusion.counts[i][i];
  return Figure::Of(static_cast<f64>(equal) / n);
}

Figure CohensKappa(const Confusion& confusion) {
  const Figure observed = Agreement(confusion);
  if (!observed.known) return observed;
  const f64 n = confusion.Pairs();
  f64 expected = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    u32 real = 0, simulated = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      real += confusion.counts[i][j];
      simulated += confusion.counts[j][i];
    }
    if (real == confusion.Pairs() && simulated == real) {
      return Figure::Unknown("every verdict is the same in both worlds");
    }
    expected += (real / n) * (simulated / n);
  }
  return Figure::Of((observed.value - expected) / (1 - expected));
}

Figure ScoreCorrelation(std::span<const PolicyScore> policies) {
  const std::string why = NoOrder(policies);
  if (!why.empty()) return Figure::Unknown(why);
  const f64 n = static_cast<f64>(policies.size());
  f64 real = 0, simulated = 0;
  for (const PolicyScore& policy : policies) {
    real += policy.real / n;
    simulated += policy.simulated / n;
  }
  f64 both = 0, real_square = 0, simulated_square = 0;
  for (const PolicyScore& policy : policies) {
    const f64 r = policy.real - real, s = policy.simulated - simulated;
    both += r * s;
    real_square += r * r;
    simulated_square += s * s;
  }
  return Figure::Of(both / std::sqrt(real_square * simulated_square));
}

Figure MeanMaximumRankViolation(std::span<const PolicyScore> policies) {
  const std::string why = NoOrder(policies);
  if (!why.empty()) return Figure::Unknown(why);
  f64 sum = 0;
  for (const PolicyScore& a : policies) {
    f64 worst = 0;
    for (const PolicyScore& b : policies) {
      const bool violated = (a.simulated < b.simulated) != (a.real < b.real);
      if (violated) worst = std::max(worst, std::abs(a.real - b.real));
    }
    sum += worst;
  }
  return Figure::Of(sum / static_cast<f64>(policies.size()));
}

}  // namespace wt
