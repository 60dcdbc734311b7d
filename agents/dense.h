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

// Eight floats in a register (two, where the CPU's are shorter), and eight anywhere in memory: a
// typedef, since in an alias declaration Clang drops the weaker alignment.
using Eight = f32 __attribute__((vector_size(32)));
typedef f32 EightAt __attribute__((vector_size(32), aligned(4), may_alias));

// to[k] = start[k] + sum over i of x[i * x_stride] rows[i * row_stride + k], k < 8 kEights. The
// sums stay in registers.
template <u32 kEights>
inline void AddRows(const f32* start, const f32* x, u32 n, u32 x_stride, const f32* rows,
                    u32 row_stride, f32* to) {
  Eight sum[kEights];
  for (u32 k = 0; k < kEights; ++k) sum[k] = reinterpret_cast<const EightAt*>(start)[k];
  for (u32 i = 0; i < n; ++i, x += x_stride, rows += row_stride) {
    const f32 value = *x;
    for (u32 k = 0; k < kEights; ++k) sum[k] += value * reinterpret_cast<const EightAt*>(rows)[k];
  }
  for (u32 k = 0; k < kEights; ++k) reinterpret_cast<EightAt*>(to)[k] = sum[k];
}

// The same over `wide` columns.
inline void AddRows(const f32* start, const f32* x, u32 n, u32 x_stride, const f32* rows,
                    u32 row_stride, f32* to, u32 wide) {
  u32 k = 0;
  for (; k + 32 <= wide; k += 32) {
    AddRows<4>(start + k, x, n, x_stride, rows + k, row_stride, to + k);
  }
  for (; k + 8 <= wide; k += 8) {
    AddRows<1>(start + k, x, n, x_stride, rows + k, row_stride, to + k);
  }
  if (k == wide) return;
  f32 sum[8] = {};
  for (u32 j = 0; j < wide - k; ++j) sum[j] = start[k + j];
  for (u32 i = 0; i < n; ++i) {
    const f32 value = x[i * x_stride];
    for (u32 j = 0; j < wide - k; ++j) sum[j] += value * rows[i * row_stride + k + j];
  }
  for (u32 j = 0; j < wide - k; ++j) to[k + j] = sum[j];
}

// out = bias + x W. `layer`: W [in][out] row-major, then bias [out].
inline void Dense(const f32* layer, LayerShape shape, const f32* x, f32* out) {
  AddRows(layer + shape.in * shape.out, x, shape.in, 1, layer, shape.out, out, shape.out);
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
