// SPDX-License-Identifier: Apache-2.0
// A probe without ticks: when its published result flips, given since when and until when the
// outcome is what. Pure arithmetic on milliseconds; outcomes are constant between two changes, so
// one flip is one event. Equal to a worker that runs tick by tick (tests/sim/kubelet_probe_test).
// Source: Kubernetes v1.35 pkg/kubelet/prober/worker.go.
#pragma once

#include "sim/api/ints.h"

namespace wt {

inline constexpr i32 kNeverMs = INT32_MAX;

struct ProbeTicks {
  i32 base_ms = 0;       // a tick at base + k * period
  i32 period_ms = 10'000;
  i32 eligible_ms = 0;   // ticks before this are skipped
  u16 failures = 3, successes = 1;  // thresholds
};

// From `from_ms` on the check fails; from `passes_ms` on it succeeds (kNeverMs: it does not,
// <= from_ms: it succeeds at once).
struct ProbeFuture {
  i32 from_ms = 0;
  i32 passes_ms = kNeverMs;
};

struct ProbeFlip {
  i32 fails_ms = kNeverMs;     // failure threshold reached at this tick
  i32 succeeds_ms = kNeverMs;  // success threshold reached at this tick
  i32 first_fail_ms = kNeverMs, last_fail_ms = kNeverMs;  // failing ticks; last: kNeverMs = open
};

// First tick at or after both `at_ms` and the eligible instant.
i32 TickFrom(const ProbeTicks& ticks, i32 at_ms);
ProbeFlip FindFlip(const ProbeTicks& ticks, ProbeFuture future);

}  // namespace wt
