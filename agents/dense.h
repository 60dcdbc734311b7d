// SPDX-License-Identifier: Apache-2.0
// Dense layers of small networks, one row at a time: sums run in a fixed order, so a row gives the
// same bits alone and in a batch.
#pragma once

#include "agents/hash_draw.h"
#include "sim/api/ints.h"

namespace wt {

struct LayerShape {
  u32 in = 0, out = 0;
};

// out = bias + x W. `layer`: W [in][out] row-major, then bias [out]; the inner loop runs over
// outputs, so that it vectorises.
inline void Dense(const f32* layer, LayerShape shape, const f32* x, f32* out) {
  const f32* bias = layer + shape.in * shape.out;
  for (u32 o = 0; o < shape.out; ++o) out[o] = bias[o];
  for (u32 i = 0; i < shape.in; ++i) {
    const f32 value = x[i];
    if (value == 0.0f) continue;  // features and ReLU outputs are mostly zero
    const f32* row = layer + i * shape.out;
    for (u32 o = 0; o < shape.out; ++o) out[o] += value * row[o];
  }
}

inline void Relu(f32* x, u32 n) {
  for (u32 i = 0; i < n; ++i) x[i] = x[i] > 0.0f ? x[i] : 0.0f;
}

// Weights of layer number `l` uniform in +-bound, from the key alone; biases are left.
inline void DrawWeights(f32* layer, LayerShape shape, f32 bound, u64 key, u32 l) {
  for (u32 i = 0; i < shape.in * shape.out; ++i) {
    layer[i] = bound * (2.0f * HashUniform(key, l, i) - 1.0f);
  }
}

}  // namespace wt
