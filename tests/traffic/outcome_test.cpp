// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/outcome.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/api/fast_math.h"
#include "sim/traffic/wide.h"

namespace wt {
namespace {

void ExpectEqual(const Branch& a, const Branch& b, f32 within = 1e-5f) {
  EXPECT_NEAR(a.share, b.share, within);
  EXPECT_NEAR(a.first, b.first, within);
  EXPECT_NEAR(a.second, b.second, within);
}

const Outcome kSure{{1, 2, 8}, {}, {}};                               // exponential, mean 2
const Outcome kShaky{{0.7f, 0.7f, 1.4f}, {}, {0.3f, 0.03f, 0.003f}};  // fails fast

TEST(Outcome, SequenceAddsMeansAndVariances) {
  const Outcome both = Then(kSure, kSure);
  EXPECT_FLOAT_EQ(both.ok().first, 4);
  EXPECT_FLOAT_EQ(VarianceOf(both.ok().first, both.ok().second), 8);
}

TEST(Outcome, AFailureEndsTheSequence) {
  const Outcome both = Then(kShaky, kSure);
  EXPECT_FLOAT_EQ(both.ok().share, 0.7f);
  EXPECT_FLOAT_EQ(both.bad().share, 0.3f);
  EXPECT_FLOAT_EQ(both.bad().first, 0.03f);  // nothing after it
  EXPECT_FLOAT_EQ(both.ok().first, 0.7f + 0.7f * 2);
}

TEST(Outcome, SequenceIsAssociative) {
  const Outcome late{{0.5f, 0.5f, 1}, {0.2f, 0.4f, 1}, {0.3f, 0.9f, 3}};
  const Outcome left = Then(Then(kShaky, late), kSure);
  const Outcome right = Then(kShaky, Then(late, kSure));
  ExpectEqual(left.ok(), right.ok());
  ExpectEqual(left.late(), right.late());
  ExpectEqual(left.bad(), right.bad());
}

TEST(Outcome, LanesDoWhatTheBranchesSay) {
  const Outcome a{{0.5f, 0.5f, 1}, {0.2f, 0.4f, 1}, {0.3f, 0.9f, 3}};
  const Outcome b{{0.6f, 0.1f, 0.5f}, {0.1f, 0.7f, 6}, {0.3f, 0.2f, 0.4f}};
  const Outcome both = Then(a, b);
  ExpectEqual(both.ok(), a.ok() * b.ok());
  ExpectEqual(both.late(), a.ok() * b.late() + a.late() * (b.ok() + b.late()));
  ExpectEqual(both.bad(), a.bad() + (a.ok() + a.late()) * b.bad());
  EXPECT_EQ(both.share[3] + both.first[3] + both.second[3], 0);
  ExpectEqual(Forgiven(a).late(), a.late() + a.bad());
  ExpectEqual(Forgiven(a).bad(), {});
  const Outcome again = Retry(a, {.retries_max = 1, .backoff_s = 0.5f, .retry_budget = 5}).outcome;
  const Branch retry = a.bad() * Branch{1.0f, 0.5f, 0.25f};
  ExpectEqual(again.ok(), a.ok());
  ExpectEqual(again.late(), a.late() + retry * (a.ok() + a.late()));
  ExpectEqual(again.bad(), retry * a.bad());
}

TEST(Outcome, RetriesBySharesAreThoseOfTheWholeOutcome) {
  for (const f32 bad : {0.0f, 0.05f, 0.3f, 1.0f}) {
    for (const RetryRule& rule : {RetryRule{0, 0, 1}, RetryRule{1, 0, 0.1f}, RetryRule{3, 0, 2}}) {
      const Retried whole = Retry({{1 - bad, 0, 0}, {}, {bad, 0, 0}}, rule);
      const RetriedShare share = RetryShares(bad, rule);
      EXPECT_EQ(share.attempts, whole.attempts);
      EXPECT_EQ(share.bad, whole.outcome.bad().share);
    }
  }
}

TEST(Wide, ExponentialHasTheBitsOfTheScalarOne) {
  for (f32 from = -200; from < 200; from += 0.37f) {
    Wide x = Wide{} + from;
    x[3] += 0.11f;
    const Wide before = x;
    Exp2Of(x);
    for (u32 i = 0; i < kWide; ++i) EXPECT_EQ(x[i], FastExp2(before[i]));
  }
}

TEST(Outcome, MaximumOfExponentialsIsExact) {
  const Outcome a{{1, 1, 2}, {}, {}}, b{{1, 0.5f, 0.5f}, {}, {}};
  const Outcome slower = Beside(a, b);
  EXPECT_NEAR(slower.ok().first, 1 + 0.5f - 1.0f / 3, 1e-5f);
  EXPECT_NEAR(slower.ok().second, 2 + 0.5f - 2.0f / 9, 1e-5f);
}

TEST(Outcome, MaximumWithAConstantIsExact) {
  const Outcome constant{{1, 1, 1}, {}, {}}, exponential{{1, 1, 2}, {}, {}};
  EXPECT_NEAR(Beside(constant, exponential).ok().first, 1 + std::exp(-1.0f), 1e-4f);
}

TEST(Outcome, SideBySideFailsWhenEitherFails) {
  const Outcome both = Beside(kShaky, kShaky);
  EXPECT_NEAR(both.ok().share, 0.49f, 1e-6f);
  EXPECT_NEAR(both.bad().share, 0.51f, 1e-6f);
}

TEST(Outcome, RetriesMultiplyFailureProbabilities) {
  const Retried r = Retry(kShaky, {.retries_max = 2, .backoff_s = 0.5f, .retry_budget = 5});
  EXPECT_NEAR(r.outcome.bad().share, 0.027f, 1e-6f);
  EXPECT_NEAR(r.attempts, 1 + 0.3f + 0.09f, 1e-6f);
  EXPECT_NEAR(r.outcome.ok().share, 0.7f, 1e-6f);
  // Mean: attempts' times and the pauses between them.
  EXPECT_NEAR(Total(r.outcome).first, r.attempts * (0.7f + 0.03f) + 0.39f * 0.5f, 1e-5f);
}

TEST(Outcome, ABudgetLimitsTheRetries) {
  const Outcome dead{{0, 0, 0}, {}, {1, 0.1f, 0.01f}};
  EXPECT_NEAR(Retry(dead, {.retries_max = 10, .retry_budget = 0.2f}).attempts, 1.2f, 1e-3f);
  EXPECT_NEAR(Retry(dead, {.retries_max = 10, .retry_budget = 0}).attempts, 1, 1e-6f);
  EXPECT_NEAR(Retry(dead, {.retries_max = 3, .retry_budget = 5}).attempts, 4, 1e-6f);
  const Retried r = Retry(kShaky, {.retries_max = 2, .retry_budget = 0.1f});
  EXPECT_NEAR(r.attempts, 1.1f, 1e-3f);
  EXPECT_NEAR(r.outcome.bad().share, 1 - 0.7f * 1.1f, 1e-3f);  // successes = 0.7 per attempt
}

TEST(Outcome, AnAttemptIsCutByItsTimeout) {
  const Outcome seen = Attempt({{1, 1, 2}, {}, {}}, {.timeout_s = 1});
  EXPECT_NEAR(seen.bad().share, std::exp(-1.0f), 0.012f);
  EXPECT_NEAR(Total(seen).first, 1 - std::exp(-1.0f), 0.02f);  // E[min(X, 1)]
  const Outcome lost = Attempt({}, {.reach = 0.25f, .connect_fail_s = 100, .timeout_s = 2});
  EXPECT_FLOAT_EQ(lost.bad().share, 0.75f);
  EXPECT_FLOAT_EQ(lost.bad().first, 1.5f);
}

}  // namespace
}  // namespace wt
