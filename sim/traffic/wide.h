// SPDX-License-Identifier: Apache-2.0
// Eight numbers computed side by side, with the bits of the scalar expressions on every machine
// (a compiler without such registers makes several instructions of one). For reductions, whose
// order is then fixed by the eight lanes.
#pragma once

#include <cstring>

#include "sim/api/ints.h"

namespace wt {

inline constexpr u32 kWide = 8;
using Wide = f32 __attribute__((vector_size(4 * kWide)));
using WideInts = i32 __attribute__((vector_size(4 * kWide)));

// By reference: how such numbers are passed by value depends on the machine.
inline void Load(const f32* from, Wide& x) { std::memcpy(&x, from, sizeof(x)); }
inline void Store(const Wide& x, f32* to) { std::memcpy(to, &x, sizeof(x)); }

// x = FastExp2(x) (sim/api/fast_math.h), lane by lane.
inline void Exp2Of(Wide& x) {
  x = x > -127.0f ? x : Wide{} - 127.0f;
  x = x < 126.0f ? x : Wide{} + 126.0f;
  const WideInts floor = __builtin_convertvector(x + 127.0f, WideInts);
  const Wide whole = __builtin_convertvector(floor, Wide) - 127.0f;
  const Wide f = x - whole;
  Wide p = Wide{} + 1.8775767e-3f;
  p = p * f + 8.9893397e-3f;
  p = p * f + 5.5826318e-2f;
  p = p * f + 2.4015361e-1f;
  p = p * f + 6.9315308e-1f;
  p = p * f + 9.9999994e-1f;
  const WideInts scale = (__builtin_convertvector(whole, WideInts) + 127) << 23;
  Wide power;
  std::memcpy(&power, &scale, sizeof(power));
  x = p * power;
}

// ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7))
inline f32 SumOfLanes(const Wide& x) {
  const Wide halves = x + __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3);
  const Wide quarters = halves + __builtin_shufflevector(halves, halves, 2, 3, 0, 1, 6, 7, 4, 5);
  return quarters[0] + quarters[1];
}
// REQUIRES: no lane is NaN.
inline f32 LargestLane(const Wide& x) {
  const Wide far = __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3);
  const Wide halves = x > far ? x : far;
  const Wide next = __builtin_shufflevector(halves, halves, 2, 3, 0, 1, 6, 7, 4, 5);
  const Wide quarters = halves > next ? halves : next;
  return quarters[0] > quarters[1] ? quarters[0] : quarters[1];
}

}  // namespace wt
