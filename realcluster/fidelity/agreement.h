// SPDX-License-Identifier: Apache-2.0
// Do both worlds judge alike: verdicts episode by episode, agents by their mean verdicts.
#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "sim/api/ints.h"

namespace wt {

// A figure, or why there is none.
struct Figure {
  bool known = false;
  f64 value = 0;
  std::string why;  // not known: the reason, a few words

  static Figure Of(f64 value) { return {true, value, ""}; }
  static Figure Unknown(std::string why) { return {false, 0, std::move(why)}; }
};

// Verdicts of pairs of episodes, one of each world: counts[real + 1][simulated + 1].
struct Confusion {
  std::array<std::array<u32, 3>, 3> counts{};

  // REQUIRES: verdicts in {-1, 0, 1}.
  void Add(int real, int simulated);
  u32 Pairs() const;
};

Figure Agreement(const Confusion& confusion);  // share of equal pairs; not known without pairs

// (p_o - p_e) / (1 - p_e), p_e: agreement of independent judges with the same shares of verdicts
// (J. Cohen, Educ. Psychol. Meas. 20, 1960). Not known without pairs, or when both worlds gave one
// and the same verdict throughout (p_e = 1).
Figure CohensKappa(const Confusion& confusion);

struct PolicyScore {
  std::string agent;
  f64 real = 0, simulated = 0;  // mean verdict
};

// Fewer policies have no order to speak of.
inline constexpr std::size_t kPoliciesMin = 3;

// Pearson's r of real and simulated scores: the sim-vs-real correlation coefficient of
// arXiv:1912.06321. Not known with fewer than kPoliciesMin policies or without variance.
Figure ScoreCorrelation(std::span<const PolicyScore> policies);

// Mean maximum rank violation (arXiv:2405.05941, section IV): mean over policies of the largest gap
// of real scores to a policy that the simulator puts in the other order. 0: the order is kept; in
// the unit of the score. Not known as above.
Figure MeanMaximumRankViolation(std::span<const PolicyScore> policies);

}  // namespace wt
