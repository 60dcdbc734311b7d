// SPDX-License-Identifier: Apache-2.0
// How long something takes and how it ends: the first two moments of a duration, kept apart for
// three ways of ending. Composition of calls is algebra on these nine numbers, exact for
// independent parts (docs/traffic.md, "Outcomes"). The split matters: a retry after a lost packet
// takes a timeout longer than a first success, failures are much faster (connection refused) or
// much slower (packets lost) than successes, and two moments of such a mixture say little about
// its tail or about the share that meets a caller's timeout.
// Every function maps finite, non-negative numbers to finite, non-negative numbers.
#pragma once

#include "sim/api/ints.h"

namespace wt {

// Mean and second moment of a duration.
struct Moments {
  f32 first = 0;   // s
  f32 second = 0;  // s^2
};

inline f32 VarianceOf(f32 first, f32 second) {
  const f32 v = second - first * first;
  return v > 0.0f ? v : 0.0f;
}

// One way of ending. Moments are not divided by the share: first = E[duration; ends so].
struct Branch {
  f32 share = 0;
  f32 first = 0;   // s
  f32 second = 0;  // s^2
};

inline Branch operator+(const Branch& a, const Branch& b) {
  return {a.share + b.share, a.first + b.first, a.second + b.second};
}
inline Branch operator*(f32 p, const Branch& b) { return {p * b.share, p * b.first, p * b.second}; }
// One after the other.
inline Branch operator*(const Branch& a, const Branch& b) {
  return {a.share * b.share, a.first * b.share + a.share * b.first,
          a.second * b.share + 2.0f * a.first * b.first + a.share * b.second};
}

// Four numbers that are computed side by side; each has the bits of the scalar expression.
using Lanes = f32 __attribute__((vector_size(16)));

// In the first two lanes the sum of both; the others are of no use.
inline Lanes PairSum(Lanes a) { return a + __builtin_shufflevector(a, a, 1, 0, 2, 3); }

// Three ways of ending, one per lane (the fourth is 0):
//   ok    success at the first try of everything
//   late  success after some call was tried again or an optional one failed
//   bad   failure
// INVARIANT: shares sum to 1 up to rounding. The default is an instant success.
struct Outcome {
  Lanes share{1, 0, 0, 0}, first{}, second{};

  Outcome() = default;
  Outcome(Lanes shares, Lanes firsts, Lanes seconds)
      : share(shares), first(firsts), second(seconds) {}
  Outcome(const Branch& ok, const Branch& late, const Branch& bad)
      : share{ok.share, late.share, bad.share, 0},
        first{ok.first, late.first, bad.first, 0},
        second{ok.second, late.second, bad.second, 0} {}

  Branch ok() const { return Of(0); }
  Branch late() const { return Of(1); }
  Branch bad() const { return Of(2); }
  Branch Of(int way) const { return {share[way], first[way], second[way]}; }
  bool AlwaysOk() const { return share[1] + share[2] == 0.0f; }
};

// Never anything but ok.
inline Outcome Sure(const Branch& ok) {
  return {Lanes{ok.share, 0, 0, 0}, Lanes{ok.first, 0, 0, 0}, Lanes{ok.second, 0, 0, 0}};
}

inline Branch Total(const Outcome& x) { return x.ok() + x.late() + x.bad(); }

// Lane by lane: sum, and one after the other.
inline Outcome Plus(const Outcome& a, const Outcome& b) {
  return {a.share + b.share, a.first + b.first, a.second + b.second};
}
inline Outcome Times(const Outcome& a, const Outcome& b) {
  return {a.share * b.share, a.first * b.share + a.share * b.first,
          a.second * b.share + 2.0f * a.first * b.first + a.share * b.second};
}
inline Outcome Times(f32 p, const Outcome& x) {
  return {p * x.share, p * x.first, p * x.second};
}

// Time, then x.
inline Outcome After(const Moments& time, const Outcome& x) {
  return {x.share, time.first * x.share + x.first,
          time.second * x.share + 2.0f * time.first * x.first + x.second};
}

// a, then b unless a failed: (ok ok, ok late + late (ok + late), bad + (ok + late) bad).
inline Outcome Then(const Outcome& a, const Outcome& b) {
  constexpr Lanes kNone{}, kDone{0, 0, 1, 0};
  const auto goes_on = [](Lanes x) {  // ok, ok, ok + late
    return __builtin_shufflevector(x, PairSum(x), 0, 0, 4, 7);
  };
  const auto ends = [kNone](Lanes x) {  // -, late, bad
    return __builtin_shufflevector(x, kNone, 4, 1, 2, 3);
  };
  const auto good = [](Lanes x, Lanes done) {  // -, ok + late, done
    return __builtin_shufflevector(PairSum(x), done, 4, 1, 6, 7);
  };
  const Outcome straight =
      Times({goes_on(a.share), goes_on(a.first), goes_on(a.second)}, b);
  const Outcome around = Times({ends(a.share), ends(a.first), ends(a.second)},
                               {good(b.share, kDone), good(b.first, kNone), good(b.second, kNone)});
  return Plus(straight, around);
}

// x with this probability, else nothing (instant success).
inline Outcome Sometimes(f32 probability, const Outcome& x) {
  if (probability == 1.0f) return x;
  Outcome r = Times(probability, x);
  r.share += Lanes{1.0f - probability, 0, 0, 0};
  return r;
}

// x with this probability, else y.
inline Outcome Mixed(f32 probability, const Outcome& x, const Outcome& y) {
  return Plus(Times(probability, x), Times(1.0f - probability, y));
}

// x whose failure does no harm but still takes its time.
inline Outcome Forgiven(const Outcome& x) {
  const auto forgive = [](Lanes v) {  // ok, late + bad, -
    const Lanes sum = v + __builtin_shufflevector(v, v, 3, 2, 3, 3);
    return __builtin_shufflevector(sum, Lanes{}, 0, 1, 6, 7);
  };
  return {forgive(x.share), forgive(x.first), forgive(x.second)};
}

// An instant failure with this probability, else x.
inline Outcome FailsFirst(f32 probability, const Outcome& x) {
  Outcome r = Times(1.0f - probability, x);
  r.share += Lanes{0, 0, probability, 0};
  return r;
}

// The slower of two durations. Each is taken as a shifted exponential of its mean and variance, for
// which the maximum has a closed form.
Branch Slower(const Branch& a, const Branch& b);

// Both side by side, done when the slower is done; fails when either fails.
Outcome Beside(const Outcome& a, const Outcome& b);

// A timeout this many standard deviations above the mean of a clean answer is taken as never met:
// < 2e-5 for an exponential tail, < 1e-3 for a log-normal one of cv2 = 2.
inline constexpr f32 kNeverMetSigmas = 10.0f;

// How one attempt of a call meets its callee.
struct AttemptLimits {
  f32 reach = 1;           // share of attempts that meet a process
  f32 refuse = 0;          // share of those it refuses at once (queue full)
  f32 connect_fail_s = 0;  // time until an attempt that meets none fails
  f32 timeout_s = 1;       // the caller gives up; the callee goes on working
};
// One attempt as its caller sees it, given what the callee does with an accepted request.
Outcome Attempt(const Outcome& response, const AttemptLimits& limits);

// An attempt repeated after failures.
struct RetryRule {
  u32 retries_max = 0;
  f32 backoff_s = 0;      // constant pause before each retry
  f32 retry_budget = 1;   // mean retries per call at most; above it a share of retries is skipped
};
struct Retried {
  Outcome outcome;
  f32 attempts = 1;  // mean attempts per call
};
// The same when nothing is asked but how often: share of calls that fail for good, given that of
// attempts.
struct RetriedShare {
  f32 bad = 0;
  f32 attempts = 1;
};
RetriedShare RetryShares(f32 bad, const RetryRule& rule);
// O(retries_max), ends early when more retries change nothing.
Retried Retry(const Outcome& attempt, const RetryRule& rule);
// Otherwise nothing is tried again: both give what they are given.
inline bool MayRetry(f32 bad, u32 retries_max) { return retries_max != 0 && bad >= 1e-7f; }

}  // namespace wt
