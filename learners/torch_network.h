// SPDX-License-Identifier: Apache-2.0
// The network of agents/network.h in libtorch, over a batch of decisions. Included by the two
// files of this folder that include torch.
#pragma once

#include <torch/torch.h>

#include <array>
#include <vector>

#include "agents/network.h"
#include "learners/rollouts.h"

namespace wt {

struct TorchNetwork {
  u32 width = 32;
  bool blind = false;
  std::array<torch::Tensor, kLayers> weight, bias;  // [in][out], [out]

  explicit TorchNetwork(const NetworkWeights& weights);
  NetworkWeights Export() const;
  std::vector<torch::Tensor> Parameters() const;  // in file order: weight, bias, ...
};

// Decisions `rows` of a batch as tensors; slots in use only, see torch_network.cpp.
struct TorchInputs {
  std::array<torch::Tensor, kEntityKinds> features;  // [b][columns][features]
  std::array<i64, kEntityKinds> columns{};
  std::array<std::vector<u16>, kEntityKinds> first_slots;  // slots of the first decision's columns
  torch::Tensor callees;            // [b][services][services], rows sum to 1 or 0
  torch::Tensor workload_of;        // [b][services][workloads], one-hot or 0
  torch::Tensor services_of;        // [b][workloads][services], rows sum to 1 or 0
  torch::Tensor legal;              // [b][logits] bool
  torch::Tensor chosen;             // [b] int64
};
TorchInputs GatherInputs(const RolloutBatch& batch, std::span<const u32> rows);

// [b][logits], in the order of Forward (agents/network.h) but for columns in place of slots.
torch::Tensor TorchForward(const TorchNetwork& network, const TorchInputs& inputs);

}  // namespace wt
