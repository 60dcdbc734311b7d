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

// INVARIANT: shares sum to 1 up to rounding. The default is an instant success.
struct Outcome {
  Branch ok{1, 0, 0};  // success at the first try of everything
  Branch late;         // success after some call was tried again or an optional one failed
  Branch bad;          // failure
};

inline Branch Total(const Outcome& x) { return x.ok + x.late + x.bad; }

// Time, then x.
inline Outcome After(const Moments& time, const Outcome& x) {
  const Branch t{1.0f, time.first, time.second};
  if (x.late.share + x.bad.share == 0.0f) return {t * x.ok, {}, {}};
  return {t * x.ok, t * x.late, t * x.bad};
}

// a, then b unless a failed.
inline Outcome Then(const Outcome& a, const Outcome& b) {
  return {a.ok * b.ok, a.ok * b.late + a.late * (b.ok + b.late),
          a.bad + (a.ok + a.late) * b.bad};
}

// x with this probability, else nothing (instant success).
inline Outcome Sometimes(f32 probability, const Outcome& x) {
  return {Branch{1.0f - probability, 0.0f, 0.0f} + probability * x.ok, probability * x.late,
          probability * x.bad};
}

// x with this probability, else y.
inline Outcome Mixed(f32 probability, const Outcome& x, const Outcome& y) {
  const f32 other = 1.0f - probability;
  return {probability * x.ok + other * y.ok, probability * x.late + other * y.late,
          probability * x.bad + other * y.bad};
}

// x whose failure does no harm but still takes its time.
inline Outcome Forgiven(const Outcome& x) { return {x.ok, x.late + x.bad, {}}; }

// An instant failure with this probability, else x.
inline Outcome FailsFirst(f32 probability, const Outcome& x) {
  const f32 goes_on = 1.0f - probability;
  return {goes_on * x.ok, goes_on * x.late,
          Branch{probability, 0.0f, 0.0f} + goes_on * x.bad};
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
// O(retries_max), ends early when more retries change nothing.
Retried Retry(const Outcome& attempt, const RetryRule& rule);

}  // namespace wt
