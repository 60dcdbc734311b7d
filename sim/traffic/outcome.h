// SPDX-License-Identifier: Apache-2.0
// How long something takes and how it ends: the first two moments of a duration, kept apart for
// success and failure. Composition of calls is algebra on these six numbers, exact for independent
// parts (docs/traffic.md, "Outcomes"). The split matters: failures are often much faster
// (connection refused) or much slower (packets lost) than successes, and only successes can be
// turned into failures by a caller's timeout.
// Every function maps finite, non-negative numbers to finite, non-negative numbers.
#pragma once

#include "sim/api/ints.h"

namespace wt {

// Moments are not divided by the probability: ok1 = E[duration; success] in s, ok2 in s^2.
// INVARIANT: ok + bad = 1 up to rounding. The default is an instant success.
struct Outcome {
  f32 ok = 1, ok1 = 0, ok2 = 0;
  f32 bad = 0, bad1 = 0, bad2 = 0;
};

// Mean and second moment of a duration that cannot fail.
struct Moments {
  f32 first = 0;   // s
  f32 second = 0;  // s^2
};

inline f32 Mean(const Outcome& x) { return x.ok1 + x.bad1; }
inline f32 SecondMoment(const Outcome& x) { return x.ok2 + x.bad2; }
inline f32 VarianceOf(f32 first, f32 second) {
  const f32 v = second - first * first;
  return v > 0.0f ? v : 0.0f;
}

// A delay, then x.
inline Outcome After(Moments delay, const Outcome& x) {
  Outcome r = x;
  r.ok1 = x.ok1 + delay.first * x.ok;
  r.ok2 = x.ok2 + 2.0f * delay.first * x.ok1 + delay.second * x.ok;
  r.bad1 = x.bad1 + delay.first * x.bad;
  r.bad2 = x.bad2 + 2.0f * delay.first * x.bad1 + delay.second * x.bad;
  return r;
}

// a, then b unless a failed.
inline Outcome Then(const Outcome& a, const Outcome& b) {
  Outcome r;
  r.ok = a.ok * b.ok;
  r.ok1 = a.ok1 * b.ok + a.ok * b.ok1;
  r.ok2 = a.ok2 * b.ok + 2.0f * a.ok1 * b.ok1 + a.ok * b.ok2;
  r.bad = a.bad + a.ok * b.bad;
  r.bad1 = a.bad1 + a.ok1 * b.bad + a.ok * b.bad1;
  r.bad2 = a.bad2 + a.ok2 * b.bad + 2.0f * a.ok1 * b.bad1 + a.ok * b.bad2;
  return r;
}

// x with this probability, else nothing (instant success).
inline Outcome Sometimes(f32 probability, const Outcome& x) {
  return {1.0f - probability * x.bad, probability * x.ok1,  probability * x.ok2,
          probability * x.bad,        probability * x.bad1, probability * x.bad2};
}

// x whose failure does no harm but still takes its time.
inline Outcome Forgiven(const Outcome& x) {
  return {1.0f, x.ok1 + x.bad1, x.ok2 + x.bad2, 0.0f, 0.0f, 0.0f};
}

// An instant failure with this probability, else x.
inline Outcome FailsFirst(f32 probability, const Outcome& x) {
  const f32 goes_on = 1.0f - probability;
  return {goes_on * x.ok,
          goes_on * x.ok1,
          goes_on * x.ok2,
          probability + goes_on * x.bad,
          goes_on * x.bad1,
          goes_on * x.bad2};
}

// Both side by side, done when the slower is done; fails when either fails.
// Each duration is taken as a shifted exponential of its mean and variance, for which the maximum
// has a closed form.
Outcome Beside(const Outcome& a, const Outcome& b);

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
