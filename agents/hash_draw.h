// SPDX-License-Identifier: Apache-2.0
// An agent's own randomness: a hash of (episode key, step, index), no state.
// splitmix64, S. Vigna, public domain constants.
#pragma once

#include "sim/api/ints.h"

namespace wt {

constexpr u64 Mix(u64 x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}
constexpr u64 HashDraw(u64 key, u32 step, u32 index) {
  return Mix(Mix(key ^ (static_cast<u64>(step) << 32 | index)));
}
// Uniform in [0, 1).
constexpr f32 HashUniform(u64 key, u32 step, u32 index) {
  return static_cast<f32>(HashDraw(key, step, index) >> 40) * 0x1p-24f;
}

}  // namespace wt
