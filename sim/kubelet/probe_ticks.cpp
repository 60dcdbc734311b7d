// SPDX-License-Identifier: Apache-2.0
#include "sim/kubelet/probe_ticks.h"

namespace wt {

i32 TickFrom(const ProbeTicks& ticks, i32 at_ms) {
  const i32 earliest = at_ms > ticks.eligible_ms ? at_ms : ticks.eligible_ms;
  if (earliest <= ticks.base_ms) return ticks.base_ms;
  const i64 periods = (static_cast<i64>(earliest) - ticks.base_ms + ticks.period_ms - 1) /
                      ticks.period_ms;
  return static_cast<i32>(ticks.base_ms + periods * ticks.period_ms);
}

ProbeFlip FindFlip(const ProbeTicks& ticks, ProbeFuture future) {
  ProbeFlip flip;
  const i32 first = TickFrom(ticks, future.from_ms);
  const i32 span = ticks.period_ms * (ticks.failures - 1);
  if (future.passes_ms == kNeverMs) {
    flip.first_fail_ms = first;
    flip.fails_ms = first + span;
    return flip;
  }
  const i32 pass = future.passes_ms > future.from_ms ? TickFrom(ticks, future.passes_ms) : first;
  flip.succeeds_ms = pass + ticks.period_ms * (ticks.successes - 1);
  if (pass > first) {
    flip.first_fail_ms = first;
    flip.last_fail_ms = pass - ticks.period_ms;
    if (first + span <= flip.last_fail_ms) flip.fails_ms = first + span;
  }
  return flip;
}

}  // namespace wt
