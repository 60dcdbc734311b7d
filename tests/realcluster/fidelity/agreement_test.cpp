// SPDX-License-Identifier: Apache-2.0
#include "realcluster/fidelity/agreement.h"

#include <gtest/gtest.h>

namespace wt {
namespace {

Confusion Of(std::initializer_list<std::pair<int, int>> pairs) {
  Confusion out;
  for (const auto& [real, simulated] : pairs) out.Add(real, simulated);
  return out;
}

TEST(Agreement, KappaOfEqualVerdictsIsOne) {
  const Confusion equal = Of({{1, 1}, {0, 0}, {-1, -1}, {1, 1}});
  EXPECT_EQ(Agreement(equal).value, 1);
  EXPECT_EQ(CohensKappa(equal).value, 1);
}

TEST(Agreement, KappaOfIndependentVerdictsIsZero) {
  const Confusion independent = Of({{1, 1}, {1, 0}, {0, 1}, {0, 0}});
  EXPECT_EQ(Agreement(independent).value, 0.5);
  EXPECT_EQ(CohensKappa(independent).value, 0);
}

// Cohen's own kind of table: 20 both 1, 5 and 10 mixed, 15 both 0. p_o = 0.7,
// p_e = 0.5 x 0.6 + 0.5 x 0.4 = 0.5, kappa = 0.4.
TEST(Agreement, HandComputedKappa) {
  Confusion table;
  for (int i = 0; i < 20; ++i) table.Add(1, 1);
  for (int i = 0; i < 5; ++i) table.Add(1, 0);
  for (int i = 0; i < 10; ++i) table.Add(0, 1);
  for (int i = 0; i < 15; ++i) table.Add(0, 0);
  EXPECT_NEAR(CohensKappa(table).value, 0.4, 1e-12);
}

TEST(Agreement, KappaIsNotKnownWhenNothingCouldDiffer) {
  EXPECT_FALSE(CohensKappa({}).known);
  EXPECT_EQ(CohensKappa({}).why, "no pairs");
  const Figure same = CohensKappa(Of({{1, 1}, {1, 1}}));
  EXPECT_FALSE(same.known);
  EXPECT_EQ(same.why, "every verdict is the same in both worlds");
  EXPECT_TRUE(CohensKappa(Of({{1, 0}, {1, 0}})).known) << "each constant, but not the same";
}

const std::vector<PolicyScore> kOrdered{{"a", 0.1, 0.2}, {"b", 0.5, 0.6}, {"c", 0.9, 1.0}};

TEST(Policies, EqualOrderHasNoViolation) {
  EXPECT_NEAR(ScoreCorrelation(kOrdered).value, 1, 1e-12);
  EXPECT_EQ(MeanMaximumRankViolation(kOrdered).value, 0);
}

// The simulator swaps a and b (real gap 0.4): worst gaps 0.4, 0.4, 0.
TEST(Policies, SwappedPoliciesCostTheirRealGap) {
  const std::vector<PolicyScore> swapped{{"a", 0.1, 0.6}, {"b", 0.5, 0.2}, {"c", 0.9, 1.0}};
  EXPECT_NEAR(MeanMaximumRankViolation(swapped).value, 0.8 / 3, 1e-12);
}

// All reversed: worst gaps 0.8, 0.4, 0.8; r = -1.
TEST(Policies, ReversedOrderIsTheWorst) {
  const std::vector<PolicyScore> reversed{{"a", 0.1, 1.0}, {"b", 0.5, 0.6}, {"c", 0.9, 0.2}};
  EXPECT_NEAR(MeanMaximumRankViolation(reversed).value, 2.0 / 3, 1e-12);
  EXPECT_NEAR(ScoreCorrelation(reversed).value, -1, 1e-12);
}

TEST(Policies, FewOrEqualPoliciesHaveNoOrder) {
  const std::vector<PolicyScore> two{kOrdered[0], kOrdered[1]};
  EXPECT_FALSE(ScoreCorrelation(two).known);
  EXPECT_EQ(MeanMaximumRankViolation(two).why, "fewer than 3 policies");
  std::vector<PolicyScore> equal = kOrdered;
  for (PolicyScore& policy : equal) policy.simulated = 1;
  EXPECT_EQ(ScoreCorrelation(equal).why, "all policies score the same in the simulator");
}

}  // namespace
}  // namespace wt
