// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/outcome.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "sim/math.h"
#include "sim/traffic/distribution.h"

namespace wt {
namespace {

constexpr f32 kNoShare = 1e-12f;  // a branch this rare has no moments

// Start and scale of the exponential that has the branch's mean and variance.
struct ShiftedExponential {
  f32 start, scale;
};

ShiftedExponential Fit(const Branch& b) {
  const f32 mean = b.first / b.share;
  const f32 deviation = std::sqrt(VarianceOf(mean, b.second / b.share));
  return {mean - deviation, deviation};
}

// What lies above the limit, as a share and moments of a shifted exponential.
Cut CutShifted(f32 mean, f32 second, f32 deviation, f32 limit) {
  const f32 ahead = limit - (mean - deviation);
  if (ahead <= 0.0f) return {1.0f, 0.0f, 0.0f};
  const f32 above = deviation > 0.0f ? FastExp(-std::min(ahead / deviation, 80.0f)) : 0.0f;
  const f32 above1 = above * (limit + deviation);
  const f32 above2 = above * (limit * (limit + 2.0f * deviation) + 2.0f * deviation * deviation);
  const f32 below1 = std::clamp(mean - above1, 0.0f, limit * (1.0f - above));
  return {above, below1, std::clamp(second - above2, 0.0f, limit * below1)};
}

// A branch of answers cut by its caller's timeout.
struct CutBranch {
  Branch in_time;
  Branch cut;  // share and moments of the timeout itself
};

// `starts_late`: no answer is faster than some timeout or pause that went before, and how often it
// went before is geometric: a shifted exponential fits, where the gamma reaches down to zero.
CutBranch CutOff(const Branch& b, f32 timeout, bool starts_late) {
  if (b.share < kNoShare) return {{}, {}};
  const f32 mean = b.first / b.share;
  const f32 variance = VarianceOf(mean, b.second / b.share);
  const f32 room = timeout - mean;
  if (room > 0.0f && room * room > kNeverMetSigmas * kNeverMetSigmas * variance) return {b, {}};
  const f32 deviation = std::sqrt(variance);
  const Cut cut = starts_late && deviation < mean
                      ? CutShifted(mean, b.second / b.share, deviation, timeout)
                      : CutAt(mean, variance, timeout);
  return {b.share * Branch{1.0f - cut.above, cut.below1, cut.below2},
          b.share * cut.above * Branch{1.0f, timeout, timeout * timeout}};
}

// False when no answer takes longer than `timeout`, whichever way it ends.
bool MayMeet(const Outcome& x, f32 timeout) {
  const auto rare = x.share < kNoShare;
  const Lanes share = rare ? Lanes{} + 1.0f : x.share;
  const Lanes mean = x.first / share;
  const Lanes spread = x.second / share - mean * mean;
  const Lanes variance = spread > 0.0f ? spread : Lanes{};
  const Lanes room = timeout - mean;
  const auto never =
      (room > 0.0f) & (room * room > kNeverMetSigmas * kNeverMetSigmas * variance);
  const auto fits = std::bit_cast<std::array<u64, 2>>(rare | never);
  return (fits[0] & fits[1]) != ~u64{0};
}

// Each way of ending cut by the caller's timeout, which is a failure.
Outcome CutAll(const Outcome& x, f32 timeout) {
  const CutBranch ok = CutOff(x.ok(), timeout, false);
  const CutBranch late = CutOff(x.late(), timeout, true);
  const CutBranch bad = CutOff(x.bad(), timeout, true);
  return {ok.in_time, late.in_time, ok.cut + late.cut + bad.in_time + bad.cut};
}

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
    const f32 next = std::min(x - excess / slope, bad);
    if (next == x) break;
    x = next;
  }
  return std::clamp(x / bad, 0.0f, 1.0f);
}

}  // namespace

Branch Slower(const Branch& a, const Branch& b) {
  const f32 share = a.share * b.share;
  if (share < kNoShare) return {share, 0.0f, 0.0f};
  // From the later start on, either the other one is over (exponential of the later) or both run
  // (memoryless: maximum of two exponentials).
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

Outcome Beside(const Outcome& a, const Outcome& b) {
  const Branch ok = Slower(a.ok(), b.ok());
  if (a.share[1] + a.share[2] + b.share[1] + b.share[2] == 0.0f) return Sure(ok);
  const Branch late =
      Slower(a.ok(), b.late()) + Slower(a.late(), b.ok()) + Slower(a.late(), b.late());
  const Branch good = b.ok() + b.late();
  const Branch bad =
      Slower(a.ok() + a.late(), b.bad()) + Slower(a.bad(), good) + Slower(a.bad(), b.bad());
  return {ok, late, bad};
}

Outcome Attempt(const Outcome& response, const AttemptLimits& limits) {
  const f32 timeout = std::max(limits.timeout_s, 0.0f);
  const f32 taken = limits.reach * (1.0f - limits.refuse);
  const f32 lost_s = std::min(limits.connect_fail_s, timeout);
  if (limits.reach <= 0.0f) {  // the same with fewer steps
    return {Lanes{0, 0, 1, 0}, Lanes{0, 0, lost_s, 0}, Lanes{0, 0, lost_s * lost_s, 0}};
  }
  Outcome in_time = response;
  if (MayMeet(response, timeout)) in_time = CutAll(response, timeout);
  Outcome r = Times(taken, in_time);
  const f32 lost = 1.0f - limits.reach;
  r.first += Lanes{0, 0, lost * lost_s, 0};
  r.second += Lanes{0, 0, lost * (lost_s * lost_s), 0};
  r.share[2] = std::max(1.0f - r.share[0] - r.share[1], 0.0f);
  return r;
}

RetriedShare RetryShares(f32 bad, const RetryRule& rule) {
  RetriedShare r{bad, 1.0f};
  if (!MayRetry(bad, rule.retries_max)) return r;
  const f32 again = RetryShare(bad, rule.retries_max, rule.retry_budget);
  const f32 retry = again * bad;
  f32 reached = 1.0f;
  for (u32 k = 0; k < rule.retries_max && reached >= 1e-5f; ++k) {
    r.bad = (1.0f - again) * bad + retry * r.bad;
    r.attempts = 1.0f + retry * r.attempts;
    reached *= retry;
  }
  return r;
}

Retried Retry(const Outcome& attempt, const RetryRule& rule) {
  Retried r{attempt, 1.0f};
  const f32 bad = attempt.share[2];
  if (!MayRetry(bad, rule.retries_max)) return r;
  const f32 again = RetryShare(bad, rule.retries_max, rule.retry_budget);
  const f32 pause = std::max(rule.backoff_s, 0.0f);
  const Branch retry = again * attempt.bad() * Branch{1.0f, pause, pause * pause};
  const Outcome each{Lanes{} + retry.share, Lanes{} + retry.first, Lanes{} + retry.second};
  const Lanes gives_up{1.0f, 1.0f, 1.0f - again, 0.0f};
  const Outcome at_once{gives_up * attempt.share, gives_up * attempt.first,
                        gives_up * attempt.second};
  const auto good = [](Lanes x) {  // -, ok + late, bad
    return __builtin_shufflevector(x, PairSum(x), 3, 5, 2, 3);
  };
  f32 reached = 1.0f;  // probability that this many retries are made
  for (u32 k = 0; k < rule.retries_max; ++k) {
    const Outcome& rest = r.outcome;
    r.outcome = Plus(at_once, Times(each, {good(rest.share), good(rest.first), good(rest.second)}));
    r.attempts = 1.0f + retry.share * r.attempts;
    reached *= retry.share;
    if (reached < 1e-5f) break;
  }
  return r;
}

}  // namespace wt
