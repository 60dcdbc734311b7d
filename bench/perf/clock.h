// SPDX-License-Identifier: Apache-2.0
// The two clocks of bench/perf, in seconds.
#pragma once

#include <time.h>

#include "sim/api/ints.h"

namespace wt {

inline f64 ClockSeconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<f64>(now.tv_sec) + static_cast<f64>(now.tv_nsec) * 1e-9;
}
inline f64 ThreadCpuSeconds() { return ClockSeconds(CLOCK_THREAD_CPUTIME_ID); }
inline f64 WallSeconds() { return ClockSeconds(CLOCK_MONOTONIC); }

}  // namespace wt
