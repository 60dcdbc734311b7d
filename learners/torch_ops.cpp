// SPDX-License-Identifier: Apache-2.0
#include "learners/torch_ops.h"

#include <algorithm>
#include <vector>

#include "agents/dense.h"

namespace wt {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

constexpr u32 kBlock = 64;  // rows whose gradients are summed while they are in the cache

struct DenseFunction : Function<DenseFunction> {
  static torch::Tensor forward(AutogradContext* ctx, torch::Tensor x, torch::Tensor weight,
                               torch::Tensor bias) {
    ctx->save_for_backward({x, weight});
    ctx->saved_data["wants_x"] = x.requires_grad();
    std::vector<i64> sizes = x.sizes().vec();
    sizes.back() = weight.size(1);
    torch::Tensor y = torch::empty(sizes);
    const u32 in = static_cast<u32>(weight.size(0)), out = static_cast<u32>(weight.size(1));
    const f32* from = x.data_ptr<f32>();
    f32* to = y.data_ptr<f32>();
    for (i64 r = 0; r < x.numel() / in; ++r, from += in, to += out) {
      AddRows(bias.data_ptr<f32>(), from, in, 1, weight.data_ptr<f32>(), out, to, out);
    }
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list above) {
    const auto saved = ctx->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight = saved[1];
    const torch::Tensor dy = above[0].contiguous();
    const u32 in = static_cast<u32>(weight.size(0)), out = static_cast<u32>(weight.size(1));
    const i64 rows = x.numel() / in;
    torch::Tensor dx;
    if (ctx->saved_data["wants_x"].toBool()) {
      dx = torch::empty_like(x);
      const torch::Tensor transposed = weight.t().contiguous();
      const std::vector<f32> zero(in, 0.0f);
      for (i64 r = 0; r < rows; ++r) {
        AddRows(zero.data(), dy.data_ptr<f32>() + r * out, out, 1, transposed.data_ptr<f32>(), in,
                dx.data_ptr<f32>() + r * in, in);
      }
    }
    torch::Tensor dw = torch::zeros_like(weight), db = torch::zeros({weight.size(1)});
    const f32 one = 1.0f;
    for (i64 r = 0; r < rows; r += kBlock) {
      const u32 n = static_cast<u32>(std::min<i64>(kBlock, rows - r));
      const f32* from = x.data_ptr<f32>() + r * in;
      const f32* down = dy.data_ptr<f32>() + r * out;
      for (u32 i = 0; i < in; ++i) {
        f32* to = dw.data_ptr<f32>() + i * out;
        AddRows(to, from + i, n, in, down, out, to, out);
      }
      AddRows(db.data_ptr<f32>(), &one, n, 0, down, out, db.data_ptr<f32>(), out);
    }
    return {dx, dw, db};
  }
};

// to[i] += share * from[i] for every share that is not 0. `back`: from n to m instead.
void Spread(const torch::Tensor& shares, const f32* from, f32* to, i64 h, bool back) {
  const i64 b = shares.size(0), n = shares.size(1), m = shares.size(2);
  const f32* share = shares.data_ptr<f32>();
  for (i64 d = 0; d < b; ++d) {
    for (i64 i = 0; i < n; ++i) {
      for (i64 j = 0; j < m; ++j, ++share) {
        if (*share == 0.0f) continue;
        const f32* source = from + (back ? d * n + i : d * m + j) * h;
        f32* target = to + (back ? d * m + j : d * n + i) * h;
        for (i64 k = 0; k < h; ++k) target[k] += *share * source[k];
      }
    }
  }
}

struct PoolFunction : Function<PoolFunction> {
  static torch::Tensor forward(AutogradContext* ctx, torch::Tensor shares, torch::Tensor rows) {
    ctx->save_for_backward({shares});
    const i64 h = rows.size(2);
    torch::Tensor out = torch::zeros({shares.size(0), shares.size(1), h});
    Spread(shares, rows.data_ptr<f32>(), out.data_ptr<f32>(), h, false);
    return out;
  }
  static variable_list backward(AutogradContext* ctx, variable_list above) {
    const torch::Tensor shares = ctx->get_saved_variables()[0];
    const torch::Tensor dy = above[0].contiguous();
    const i64 h = dy.size(2);
    torch::Tensor down = torch::zeros({shares.size(0), shares.size(2), h});
    Spread(shares, dy.data_ptr<f32>(), down.data_ptr<f32>(), h, true);
    return {torch::Tensor(), down};
  }
};

}  // namespace

torch::Tensor DenseOp(const torch::Tensor& x, const torch::Tensor& weight,
                      const torch::Tensor& bias) {
  return DenseFunction::apply(x.contiguous(), weight, bias);
}

torch::Tensor PoolOp(const torch::Tensor& shares, const torch::Tensor& rows) {
  return PoolFunction::apply(shares.contiguous(), rows.contiguous());
}

}  // namespace wt
