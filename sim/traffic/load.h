// SPDX-License-Identifier: Apache-2.0
// Offered load over time: open loop, requests per second at the entries. Piecewise constant, so
// that an idle world costs no events: the caller solves at NextChange and nowhere between.
// Smooth patterns are cut into steps; a step has the rate of its middle.
#pragma once

#include <span>

#include "sim/api/ints.h"
#include "sim/api/time.h"

namespace wt {

enum class LoadKind : u8 {
  kConstant,  // base_rps
  kRamp,      // base_rps before start, peak_rps after start + duration, linear between
  kDiurnal,   // base_rps + (peak_rps - base_rps) * sine of the period; lowest value 0
  kSpike,     // peak_rps in [start, start + duration), else base_rps
  kBurst,     // the same again every period
  kReplay,    // points, each rate holding until the next point; base_rps before the first
};

struct LoadPoint {
  SimTime at = 0;
  f32 rps = 0;
};

// REQUIRES: rates finite and >= 0; duration and period > 0 where used; burst: duration < period;
// points in ascending order of time. `points` belongs to the Blueprint and outlives the pattern.
struct LoadPattern {
  LoadKind kind = LoadKind::kConstant;
  f32 base_rps = 0;
  f32 peak_rps = 0;
  SimTime start = 0;     // diurnal: an upward crossing of base_rps
  SimTime duration = 0;
  SimTime period = 0;
  std::span<const LoadPoint> points = {};
};

// Smooth patterns change every min(15 s, length / 72), but not more often than every second.
inline constexpr SimTime kLoadStepMax = 15 * kSecond;
inline constexpr SimTime kLoadStepMin = kSecond;

// Offered requests per second at an instant; >= 0. O(1), replay O(log points).
f32 RateAt(const LoadPattern& pattern, SimTime at);

// First instant after `at` at which RateAt may differ; kForever if there is none.
SimTime NextChange(const LoadPattern& pattern, SimTime at);

// sin(2 pi x) for |x| < 2^31. Absolute error < 1e-9.
f64 SineOfTurns(f64 x);

}  // namespace wt
