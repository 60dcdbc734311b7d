// SPDX-License-Identifier: Apache-2.0
#include "learners/torch_network.h"

#include <cstring>

namespace wt {
namespace {

constexpr std::size_t K(EntityKind kind) { return static_cast<std::size_t>(kind); }

torch::Tensor FromFloats(const f32* data, i64 rows, i64 columns) {
  return torch::from_blob(const_cast<f32*>(data), {rows, columns}, torch::kFloat32).clone();
}

// features [b][sum] -> per kind [b][slots][features]
void SplitFeatures(const RolloutBatch& batch, std::span<const u32> rows, TorchInputs& out) {
  const i64 b = static_cast<i64>(rows.size());
  const i64 floats = batch.shape.Floats();
  torch::Tensor all = torch::empty({b, floats});
  for (i64 i = 0; i < b; ++i) {
    std::memcpy(all.data_ptr<f32>() + i * floats,
                batch.features.data() +
                    static_cast<i64>(rows[static_cast<std::size_t>(i)]) * floats,
                static_cast<std::size_t>(floats) * sizeof(f32));
  }
  i64 at = 0;
  for (int k = 0; k < kEntityKinds; ++k) {
    const i64 slots = batch.shape.slots[static_cast<std::size_t>(k)];
    const i64 features = static_cast<i64>(FeaturesOf(static_cast<EntityKind>(k)).size());
    out.features[static_cast<std::size_t>(k)] =
        all.slice(1, at, at + slots * features).view({b, features, slots}).transpose(1, 2)
            .contiguous();
    at += slots * features;
  }
}

void GatherEdges(const RolloutBatch& batch, std::span<const u32> rows, TorchInputs& out) {
  const i64 b = static_cast<i64>(rows.size());
  const i64 services = batch.shape.slots[K(EntityKind::kService)];
  const i64 workloads = batch.shape.slots[K(EntityKind::kWorkload)];
  const i64 edges = batch.shape.edges;
  out.callees = torch::zeros({b, services, services});
  out.workload_of = torch::zeros({b, services, workloads});
  f32* callees = out.callees.data_ptr<f32>();
  f32* workload_of = out.workload_of.data_ptr<f32>();
  for (i64 i = 0; i < b; ++i) {
    const u32 row = rows[static_cast<std::size_t>(i)];
    const u16* from = batch.edges.data() + static_cast<i64>(batch.episode[row]) * 2 * edges;
    for (i64 e = 0; e < edges; ++e) {
      callees[(i * services + from[e]) * services + from[edges + e]] += 1.0f;
    }
    const u16* of = batch.service_workload.data() + static_cast<i64>(row) * services;
    for (i64 s = 0; s < services; ++s) {
      if (of[s] != 0) workload_of[(i * services + s) * workloads + of[s] - 1] = 1.0f;
    }
  }
  out.callees /= out.callees.sum(2, true).clamp_min(1.0);
  out.services_of = out.workload_of.transpose(1, 2).contiguous();
  out.services_of = out.services_of / out.services_of.sum(2, true).clamp_min(1.0);
}

void GatherLegal(const RolloutBatch& batch, std::span<const u32> rows, TorchInputs& out) {
  const i64 b = static_cast<i64>(rows.size());
  const u32 logits = LogitCount(batch.shape);
  out.legal = torch::zeros({b, static_cast<i64>(logits)}, torch::kBool);
  out.chosen = torch::zeros({b}, torch::kInt64);
  bool* legal = out.legal.data_ptr<bool>();
  for (i64 i = 0; i < b; ++i) {
    const u32 row = rows[static_cast<std::size_t>(i)];
    const u32* masks = batch.masks.data() + static_cast<std::size_t>(row) * batch.shape.Masks();
    bool* to = legal + i * logits;
    for (int k = 0; k < kEntityKinds; ++k) {
      const u32 moves = static_cast<u32>(MovesOf(static_cast<EntityKind>(k)).size());
      for (u16 s = 0; s < batch.shape.slots[static_cast<std::size_t>(k)]; ++s, ++masks) {
        for (u32 m = 0; m < moves; ++m) *to++ = (*masks >> m & 1u) != 0;
      }
    }
    out.chosen.data_ptr<i64>()[i] = batch.chosen[row];
  }
}

}  // namespace

TorchNetwork::TorchNetwork(const NetworkWeights& weights)
    : width(weights.width), blind(weights.blind) {
  for (int l = 0; l < kLayers; ++l) {
    const auto i = static_cast<std::size_t>(l);
    const LayerShape shape = ShapeOf(static_cast<Layer>(l), width);
    weight[i] = FromFloats(weights.layers[i].data(), shape.in, shape.out).requires_grad_(true);
    bias[i] = FromFloats(weights.layers[i].data() + shape.in * shape.out, 1, shape.out)
                  .view({shape.out}).clone().requires_grad_(true);
  }
}

NetworkWeights TorchNetwork::Export() const {
  NetworkWeights out(width);
  out.blind = blind;
  for (std::size_t l = 0; l < kLayers; ++l) {
    const torch::Tensor w = weight[l].detach().contiguous();
    const torch::Tensor b = bias[l].detach().contiguous();
    std::memcpy(out.layers[l].data(), w.data_ptr<f32>(),
                static_cast<std::size_t>(w.numel()) * sizeof(f32));
    std::memcpy(out.layers[l].data() + w.numel(), b.data_ptr<f32>(),
                static_cast<std::size_t>(b.numel()) * sizeof(f32));
  }
  return out;
}

std::vector<torch::Tensor> TorchNetwork::Parameters() const {
  std::vector<torch::Tensor> out;
  for (std::size_t l = 0; l < kLayers; ++l) {
    out.push_back(weight[l]);
    out.push_back(bias[l]);
  }
  return out;
}

TorchInputs GatherInputs(const RolloutBatch& batch, std::span<const u32> rows) {
  TorchInputs out;
  SplitFeatures(batch, rows, out);
  GatherEdges(batch, rows, out);
  GatherLegal(batch, rows, out);
  return out;
}

torch::Tensor TorchForward(const TorchNetwork& network, const TorchInputs& in) {
  const auto linear = [&](Layer layer, const torch::Tensor& x) {
    const auto l = static_cast<std::size_t>(layer);
    return torch::matmul(x, network.weight[l]) + network.bias[l];
  };
  const auto exists = [&](EntityKind kind) {
    return (in.features[K(kind)].slice(2, 0, 1) > 0.5).to(torch::kFloat32);  // [b][slots][1]
  };
  const torch::Tensor has_s = exists(EntityKind::kService);
  const torch::Tensor has_w = exists(EntityKind::kWorkload);
  const torch::Tensor has_n = exists(EntityKind::kNode);
  const torch::Tensor e_g =
      torch::relu(linear(Layer::kEncodeGlobal, in.features[K(EntityKind::kCluster)]));
  const torch::Tensor e_s =
      torch::relu(linear(Layer::kEncodeService, in.features[K(EntityKind::kService)])) * has_s;
  const torch::Tensor e_w =
      torch::relu(linear(Layer::kEncodeWorkload, in.features[K(EntityKind::kWorkload)])) * has_w;
  const torch::Tensor e_n =
      torch::relu(linear(Layer::kEncodeNode, in.features[K(EntityKind::kNode)])) * has_n;

  const auto mean = [](const torch::Tensor& e, const torch::Tensor& has) {
    return e.sum(1) / has.sum(1).clamp_min(1.0);
  };
  const torch::Tensor context = torch::relu(linear(
      Layer::kContext, torch::cat({e_g.squeeze(1), mean(e_s, has_s), e_s.amax(1),
                                   mean(e_w, has_w), e_w.amax(1), mean(e_n, has_n)}, 1)));
  const auto spread = [&](const torch::Tensor& like) {
    return context.unsqueeze(1).expand({like.size(0), like.size(1), context.size(1)});
  };
  const torch::Tensor s2 = torch::relu(linear(
      Layer::kService2, torch::cat({e_s, torch::bmm(in.callees, e_s),
                                    torch::bmm(in.workload_of, e_w), spread(e_s)}, 2)));
  const torch::Tensor w2 = torch::relu(linear(
      Layer::kWorkload2,
      torch::cat({e_w, torch::bmm(in.services_of, e_s), spread(e_w)}, 2)));
  const torch::Tensor n2 =
      torch::relu(linear(Layer::kNode2, torch::cat({e_n, spread(e_n)}, 2)));

  const i64 b = context.size(0);
  return torch::cat({linear(Layer::kHeadCluster, context).view({b, -1}),
                     (linear(Layer::kHeadService, s2) * has_s).view({b, -1}),
                     (linear(Layer::kHeadWorkload, w2) * has_w).view({b, -1}),
                     (linear(Layer::kHeadNode, n2) * has_n).view({b, -1})},
                    1);
}

}  // namespace wt
