// SPDX-License-Identifier: Apache-2.0
// Float elementary functions with the same bits on every build (no libm, no table): for the flow
// solver, features and policies.
#pragma once

#include <bit>

#include "sim/api/ints.h"

namespace wt {

// 2^x; relative error < 2e-6 for |x| <= 126, clamped outside.
inline f32 FastExp2(f32 x) {
  if (x < -126.0f) return 0.0f;
  if (x > 126.0f) x = 126.0f;
  const f32 whole = static_cast<f32>(static_cast<i32>(x + 127.0f)) - 127.0f;  // floor
  const f32 f = x - whole;
  f32 p = 1.8775767e-3f;
  p = p * f + 8.9893397e-3f;
  p = p * f + 5.5826318e-2f;
  p = p * f + 2.4015361e-1f;
  p = p * f + 6.9315308e-1f;
  p = p * f + 9.9999994e-1f;
  return p * std::bit_cast<f32>((static_cast<i32>(whole) + 127) << 23);
}
inline f32 FastExp(f32 x) { return FastExp2(x * 1.44269504f); }

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
inline f32 FastLog(f32 x) { return FastLog2(x) * 0.69314718f; }

}  // namespace wt
