// SPDX-License-Identifier: Apache-2.0
// How quantities become features: the scalings that sim/api/spec.h names. Pure, branch-light,
// without libm, so the same bits on every build.
#pragma once

#include <bit>

#include "sim/api/ints.h"
#include "sim/math.h"

namespace wt {

// log2(x) for normal x > 0; absolute error < 2e-6. With m in [1, 2): log2 m = 2/ln 2 *
// artanh(t), t = (m - 1) / (m + 1) <= 1/3, five terms of its series.
inline f32 FastLog2(f32 x) {
  const u32 bits = std::bit_cast<u32>(x);
  const i32 exponent = static_cast<i32>(bits >> 23) - 127;
  const f32 m = std::bit_cast<f32>((bits & 0x7fffffu) | 0x3f800000u);
  const f32 t = (m - 1.0f) / (m + 1.0f);
  const f32 t2 = t * t;
  f32 p = 1.0f / 9.0f;
  p = p * t2 + 1.0f / 7.0f;
  p = p * t2 + 1.0f / 5.0f;
  p = p * t2 + 1.0f / 3.0f;
  p = p * t2 + 1.0f;
  return static_cast<f32>(exponent) + 2.88539008f * t * p;
}

// log2(1 + x) / scale for x >= 0.
inline f32 LogScaled(f32 x, f32 scale) { return FastLog2(1.0f + x) / scale; }

// 2^(-minutes / half_life) of an age in milliseconds; an age before the start of time counts.
inline f32 Recency(i32 age_ms, f32 half_life_min) {
  const f32 minutes = static_cast<f32>(age_ms) / 60000.0f;
  return FastExp2(-minutes / half_life_min);
}

inline f32 Share(u32 part, u32 whole) {
  return whole == 0 ? 0.0f : static_cast<f32>(part) / static_cast<f32>(whole);
}

}  // namespace wt
