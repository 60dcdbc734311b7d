// SPDX-License-Identifier: Apache-2.0
// How quantities become features: the scalings that sim/api/spec.h names. Pure, branch-light,
// without libm, so the same bits on every build.
#pragma once

#include "sim/api/fast_math.h"
#include "sim/api/ints.h"

namespace wt {

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
