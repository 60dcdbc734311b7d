// SPDX-License-Identifier: Apache-2.0
// Float elementary functions with the same bits on every build (no libm, no table): for the flow
// solver, features and policies.
#pragma once

#include <bit>

#include "sim/api/ints.h"

namespace wt {

// 2^x; relative error < 2e-6 for |x| <= 126, clamped outside.
inline f32 FastExp2(f32 x) {
  x = x > -127.0f ? x : -127.0f;  // below -126 the scale is 0; no branch, so loops vectorise
  x = x < 126.0f ? x : 126.0f;
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

// log2(x) for normal x > 0. Absolute error < 5e-7 relative to max(1, |log2 x|).
inline f32 FastLog2(f32 x) {
  const u32 bits = std::bit_cast<u32>(x);
  const u32 above = bits - 0x3f3504f3u;  // sqrt(1/2): the mantissa lands in [sqrt(1/2), sqrt(2))
  const f32 exponent = static_cast<f32>(static_cast<i32>(above) >> 23);
  const f32 mantissa = std::bit_cast<f32>((above & 0x007fffffu) + 0x3f3504f3u);
  const f32 z = (mantissa - 1.0f) / (mantissa + 1.0f);
  const f32 z2 = z * z;
  f32 p = 3.2059890e-1f;  // 2 / (9 ln 2), then 7, 5, 3, 1: log(m) = 2 atanh(z)
  p = p * z2 + 4.1219858e-1f;
  p = p * z2 + 5.7707802e-1f;
  p = p * z2 + 9.6179669e-1f;
  p = p * z2 + 2.8853901f;
  return exponent + p * z;
}
inline f32 FastLog(f32 x) { return FastLog2(x) * 0.69314718f; }

}  // namespace wt
