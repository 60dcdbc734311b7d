// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/load.h"

#include <algorithm>

namespace wt {
namespace {

SimTime FloorDivide(SimTime a, SimTime b) {
  const SimTime q = a / b;
  return q * b > a ? q - 1 : q;
}

// 72: of a diurnal load a step is 5 degrees.
SimTime StepOf(SimTime length) { return std::clamp(length / 72, kLoadStepMin, kLoadStepMax); }

// Steps count from `start`; the last step of a ramp may be shorter.
SimTime StepStart(SimTime at, SimTime start, SimTime step) {
  return start + FloorDivide(at - start, step) * step;
}

f32 RampAt(const LoadPattern& p, SimTime at) {
  if (at < p.start) return p.base_rps;
  if (at >= p.start + p.duration) return p.peak_rps;
  const SimTime step = StepOf(p.duration);
  const SimTime begin = StepStart(at, p.start, step) - p.start;
  const SimTime end = std::min(begin + step, p.duration);
  const f64 share = static_cast<f64>(begin + end) / (2.0 * static_cast<f64>(p.duration));
  const f64 base = static_cast<f64>(p.base_rps);
  return static_cast<f32>(base + (static_cast<f64>(p.peak_rps) - base) * share);
}

f32 DiurnalAt(const LoadPattern& p, SimTime at) {
  const SimTime step = StepOf(p.period);
  const SimTime middle = StepStart(at, p.start, step) + step / 2 - p.start;
  const SimTime phase = middle - FloorDivide(middle, p.period) * p.period;
  const f64 sine = SineOfTurns(static_cast<f64>(phase) / static_cast<f64>(p.period));
  const f64 base = static_cast<f64>(p.base_rps);
  const f64 rate = base + (static_cast<f64>(p.peak_rps) - base) * sine;
  return rate > 0.0 ? static_cast<f32>(rate) : 0.0f;
}

// Time since the latest burst began; negative before the first.
SimTime IntoBurst(const LoadPattern& p, SimTime at) {
  if (at < p.start) return -1;
  return at - StepStart(at, p.start, p.period);
}

bool Before(SimTime at, const LoadPoint& point) { return at < point.at; }

}  // namespace

f64 SineOfTurns(f64 x) {
  x -= static_cast<f64>(static_cast<i64>(x));  // (-1, 1)
  if (x < 0.0) x += 1.0;                       // [0, 1]
  if (x > 0.75) {
    x -= 1.0;
  } else if (x > 0.25) {
    x = 0.5 - x;
  }
  // Taylor series of sin(y), |y| <= pi / 2: seven terms leave < (pi / 2)^15 / 15! = 6.7e-10.
  const f64 y = x * 6.283185307179586;
  const f64 y2 = y * y;
  f64 sum = 1.0;
  for (int k = 13; k >= 3; k -= 2) sum = 1.0 - sum * y2 / static_cast<f64>(k * (k - 1));
  return y * sum;
}

f32 RateAt(const LoadPattern& pattern, SimTime at) {
  switch (pattern.kind) {
    case LoadKind::kConstant:
      return pattern.base_rps;
    case LoadKind::kRamp:
      return RampAt(pattern, at);
    case LoadKind::kDiurnal:
      return DiurnalAt(pattern, at);
    case LoadKind::kSpike:
      return at >= pattern.start && at < pattern.start + pattern.duration ? pattern.peak_rps
                                                                          : pattern.base_rps;
    case LoadKind::kBurst: {
      const SimTime into = IntoBurst(pattern, at);
      return into >= 0 && into < pattern.duration ? pattern.peak_rps : pattern.base_rps;
    }
    case LoadKind::kReplay: {
      const auto next =
          std::upper_bound(pattern.points.begin(), pattern.points.end(), at, Before);
      return next == pattern.points.begin() ? pattern.base_rps : (next - 1)->rps;
    }
  }
  return pattern.base_rps;
}

SimTime NextChange(const LoadPattern& pattern, SimTime at) {
  switch (pattern.kind) {
    case LoadKind::kConstant:
      return kForever;
    case LoadKind::kRamp: {
      const SimTime end = pattern.start + pattern.duration;
      if (at < pattern.start) return pattern.start;
      if (at >= end) return kForever;
      const SimTime step = StepOf(pattern.duration);
      return std::min(StepStart(at, pattern.start, step) + step, end);
    }
    case LoadKind::kDiurnal: {
      const SimTime step = StepOf(pattern.period);
      return StepStart(at, pattern.start, step) + step;
    }
    case LoadKind::kSpike:
      if (at < pattern.start) return pattern.start;
      return at < pattern.start + pattern.duration ? pattern.start + pattern.duration : kForever;
    case LoadKind::kBurst: {
      const SimTime into = IntoBurst(pattern, at);
      if (into < 0) return pattern.start;
      return at - into + (into < pattern.duration ? pattern.duration : pattern.period);
    }
    case LoadKind::kReplay: {
      const auto next =
          std::upper_bound(pattern.points.begin(), pattern.points.end(), at, Before);
      return next == pattern.points.end() ? kForever : next->at;
    }
  }
  return kForever;
}

}  // namespace wt
