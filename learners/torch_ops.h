// SPDX-License-Identifier: Apache-2.0
// The two products that the networks are made of, as torch operations with kernels of our own:
// the same bits whatever BLAS is installed (Debian's libtorch is content with the reference BLAS,
// which is some ten times slower at these sizes).
#pragma once

#include <torch/torch.h>

namespace wt {

// x [..., in], weight [in, out], bias [out] -> [..., out]. Contiguous float32.
torch::Tensor DenseOp(const torch::Tensor& x, const torch::Tensor& weight,
                      const torch::Tensor& bias);

// shares [b, n, m], constant and mostly zero; rows [b, m, h] -> [b, n, h]: weighted sums of rows.
torch::Tensor PoolOp(const torch::Tensor& shares, const torch::Tensor& rows);

}  // namespace wt
