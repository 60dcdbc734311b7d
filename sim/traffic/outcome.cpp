// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/outcome.h"

#include <algorithm>
#include <cmath>

#include "sim/math.h"
#include "sim/traffic/distribution.h"

namespace wt {
namespace {

// A timeout this many standard deviations above the mean is never met: < 2e-5 for an exponential
// tail, < 1e-3 for a log-normal one of cv2 = 2.
constexpr f32 kFarSigmas = 10.0f;

// One of the two branches of an outcome: its probability and unnormalised moments.
struct Branch {
  f32 share, first, second;
};

// Start and scale of the exponential that has the branch's mean and variance.
struct ShiftedExponential {
  f32 start, scale;
};

ShiftedExponential Fit(const Branch& b) {
  const f32 mean = b.first / b.share;
  const f32 deviation = std::sqrt(VarianceOf(mean, b.second / b.share));
  return {mean - deviation, deviation};
}

// The slower of two durations, both branches taken: from the later start on, either the other one
// is over (exponential of the later) or both run (memoryless: maximum of two exponentials).
Branch Slower(const Branch& a, const Branch& b) {
  const f32 share = a.share * b.share;
  if (share < 1e-12f) return {share, 0.0f, 0.0f};
  ShiftedExponential early = Fit(a), late = Fit(b);
  if (early.start > late.start) std::swap(early, late);
  const f32 ahead = late.start - early.start;
  f32 runs = 0.0f;
  if (early.scale > 0.0f) runs = FastExp(-std::min(ahead / early.scale, 80.0f));
  const f32 x = early.scale, y = late.scale;
  const f32 both = x + y > 0.0f ? x * y / (x + y) : 0.0f;  // mean of the faster
  const f32 rest1 = runs * (x + y - both) + (1.0f - runs) * y;
  const f32 rest2 =
      2.0f * (runs * (x * x + y * y - both * both) + (1.0f - runs) * y * y);
  const f32 mean = std::max(late.start + rest1, 0.0f);
  const f32 second = late.start * late.start + 2.0f * late.start * rest1 + rest2;
  return {share, share * mean, share * std::max(second, mean * mean)};
}

bool FarAbove(const Branch& b, f32 limit) {
  const f32 mean = b.first / b.share;
  const f32 room = limit - mean;
  const f32 variance = VarianceOf(mean, b.second / b.share);
  return room > 0.0f && room * room > kFarSigmas * kFarSigmas * variance;
}

Cut CutBranch(const Branch& b, f32 limit) {
  if (FarAbove(b, limit)) return {0.0f, b.first / b.share, b.second / b.share};
  const f32 mean = b.first / b.share;
  return CutAt(mean, VarianceOf(mean, b.second / b.share), limit);
}

}  // namespace

Outcome Beside(const Outcome& a, const Outcome& b) {
  const Branch a_ok{a.ok, a.ok1, a.ok2}, b_ok{b.ok, b.ok1, b.ok2};
  const Branch good = Slower(a_ok, b_ok);
  Outcome r{good.share, good.first, good.second, 0.0f, 0.0f, 0.0f};
  if (a.bad == 0.0f && b.bad == 0.0f) return r;
  const Branch a_bad{a.bad, a.bad1, a.bad2}, b_bad{b.bad, b.bad1, b.bad2};
  for (const Branch& part : {Slower(a_ok, b_bad), Slower(a_bad, b_ok), Slower(a_bad, b_bad)}) {
    r.bad1 += part.first;
    r.bad2 += part.second;
  }
  r.bad = std::max(1.0f - r.ok, 0.0f);
  return r;
}

Outcome Attempt(const Outcome& response, const AttemptLimits& limits) {
  const f32 timeout = std::max(limits.timeout_s, 0.0f);
  const f32 taken = limits.reach * (1.0f - limits.refuse);
  const f32 lost = 1.0f - limits.reach;
  const f32 lost_s = std::min(limits.connect_fail_s, timeout);
  Outcome r{0.0f, 0.0f, 0.0f, 0.0f, lost * lost_s, lost * lost_s * lost_s};
  const f32 answered = taken * response.ok;
  if (answered > 1e-12f) {
    const Cut cut = CutBranch({response.ok, response.ok1, response.ok2}, timeout);
    r.ok = answered * (1.0f - cut.above);
    r.ok1 = answered * cut.below1;
    r.ok2 = answered * cut.below2;
    r.bad1 += answered * cut.above * timeout;
    r.bad2 += answered * cut.above * timeout * timeout;
  }
  const f32 failed = taken * response.bad;
  if (failed > 1e-12f) {
    const Cut cut = CutBranch({response.bad, response.bad1, response.bad2}, timeout);
    r.bad1 += failed * (cut.below1 + cut.above * timeout);
    r.bad2 += failed * (cut.below2 + cut.above * timeout * timeout);
  }
  r.bad = std::max(1.0f - r.ok, 0.0f);
  return r;
}

namespace {

// Share of failures that may be retried so that x + x^2 + ... + x^n, x = share * bad, keeps to the
// budget. The sum is convex: Newton's method from a point left of the solution converges.
f32 RetryShare(f32 bad, u32 retries, f32 budget) {
  if (budget <= 0.0f) return 0.0f;
  const u32 terms = std::min(retries, 64u);
  const auto sum = [terms](f32 x, f32* slope) {
    f32 value = 0.0f;
    *slope = 0.0f;
    for (u32 k = 0; k < terms; ++k) {
      *slope = *slope * x + 1.0f + value;
      value = x * (1.0f + value);
    }
    return value;
  };
  f32 slope = 0.0f;
  if (sum(bad, &slope) <= budget) return 1.0f;
  f32 x = std::min(budget / (1.0f + budget), bad);  // solution for n without end
  for (int pass = 0; pass < 6; ++pass) {
    const f32 excess = sum(x, &slope) - budget;
    x = std::min(x - excess / slope, bad);
  }
  return std::clamp(x / bad, 0.0f, 1.0f);
}

}  // namespace

Retried Retry(const Outcome& attempt, const RetryRule& rule) {
  Retried r{attempt, 1.0f};
  const f32 bad = attempt.bad;
  if (rule.retries_max == 0 || bad < 1e-7f) return r;
  const f32 again = RetryShare(bad, rule.retries_max, rule.retry_budget);
  const f32 pause = std::max(rule.backoff_s, 0.0f);
  const f32 step = again * bad;
  const f32 bad1 = again * (attempt.bad1 + pause * bad);
  const f32 bad2 = again * (attempt.bad2 + 2.0f * pause * attempt.bad1 + pause * pause * bad);
  f32 reached = 1.0f;  // probability that this many retries are made
  for (u32 k = 0; k < rule.retries_max; ++k) {
    const Outcome rest = r.outcome;
    const f32 stop = 1.0f - again;
    r.outcome.ok = attempt.ok + step * rest.ok;
    r.outcome.ok1 = attempt.ok1 + bad1 * rest.ok + step * rest.ok1;
    r.outcome.ok2 = attempt.ok2 + bad2 * rest.ok + 2.0f * bad1 * rest.ok1 + step * rest.ok2;
    r.outcome.bad = stop * bad + step * rest.bad;
    r.outcome.bad1 = stop * attempt.bad1 + bad1 * rest.bad + step * rest.bad1;
    r.outcome.bad2 = stop * attempt.bad2 + bad2 * rest.bad + 2.0f * bad1 * rest.bad1 +
                     step * rest.bad2;
    r.attempts = 1.0f + step * r.attempts;
    reached *= step;
    if (reached < 1e-5f) break;
  }
  return r;
}

}  // namespace wt
