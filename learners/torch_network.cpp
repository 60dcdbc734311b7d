// SPDX-License-Identifier: Apache-2.0
#include "learners/torch_network.h"

#include <algorithm>
#include <cstring>

#include "learners/torch_ops.h"

namespace wt {
namespace {

constexpr std::size_t K(EntityKind kind) { return static_cast<std::size_t>(kind); }

torch::Tensor FromFloats(const f32* data, i64 rows, i64 columns) {
  return torch::from_blob(const_cast<f32*>(data), {rows, columns}, torch::kFloat32).clone();
}

// The slots in use of each decision, so that empty ones cost nothing: a decision's i-th column of
// a kind is its i-th slot in use; decisions with fewer are padded with columns of zeros.
struct Columns {
  std::array<i64, kEntityKinds> count{};                        // columns of each kind
  std::array<std::vector<std::vector<u16>>, kEntityKinds> slot;  // [kind][decision] -> slots
  std::array<std::vector<std::vector<i32>>, kEntityKinds> of;    // [kind][decision][slot], -1 none
};

Columns UsedSlots(const RolloutBatch& batch, std::span<const u32> rows) {
  Columns out;
  const u32 floats = batch.shape.Floats();
  u32 at = 0;
  for (std::size_t k = 0; k < kEntityKinds; ++k) {
    const u32 slots = batch.shape.slots[k];
    out.count[k] = 1;
    for (const u32 row : rows) {
      const f32* exists = batch.features.data() + static_cast<std::size_t>(row) * floats + at;
      std::vector<u16> used;
      std::vector<i32> of(slots, -1);
      for (u16 s = 0; s < slots; ++s) {
        if (k != 0 && exists[s] < 0.5f) continue;
        of[s] = static_cast<i32>(used.size());
        used.push_back(s);
      }
      out.count[k] = std::max(out.count[k], static_cast<i64>(used.size()));
      out.slot[k].push_back(std::move(used));
      out.of[k].push_back(std::move(of));
    }
    at += slots * static_cast<u32>(FeaturesOf(static_cast<EntityKind>(k)).size());
  }
  return out;
}

void GatherFeatures(const RolloutBatch& batch, std::span<const u32> rows, const Columns& columns,
                    TorchInputs& out) {
  const i64 b = static_cast<i64>(rows.size());
  const u32 floats = batch.shape.Floats();
  u32 at = 0;
  for (std::size_t k = 0; k < kEntityKinds; ++k) {
    const u32 slots = batch.shape.slots[k];
    const i64 features = static_cast<i64>(FeaturesOf(static_cast<EntityKind>(k)).size());
    out.features[k] = torch::zeros({b, columns.count[k], features});
    f32* to = out.features[k].data_ptr<f32>();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const f32* plane = batch.features.data() + static_cast<std::size_t>(rows[i]) * floats + at;
      for (const u16 slot : columns.slot[k][i]) {
        for (i64 f = 0; f < features; ++f) *to++ = plane[f * slots + slot];
      }
      to += (columns.count[k] - static_cast<i64>(columns.slot[k][i].size())) * features;
    }
    at += slots * static_cast<u32>(features);
  }
}

void GatherEdges(const RolloutBatch& batch, std::span<const u32> rows, const Columns& columns,
                 TorchInputs& out) {
  const i64 b = static_cast<i64>(rows.size());
  const i64 services = columns.count[K(EntityKind::kService)];
  const i64 workloads = columns.count[K(EntityKind::kWorkload)];
  const i64 edges = batch.shape.edges;
  out.callees = torch::zeros({b, services, services});
  out.workload_of = torch::zeros({b, services, workloads});
  f32* callees = out.callees.data_ptr<f32>();
  f32* workload_of = out.workload_of.data_ptr<f32>();
  for (i64 i = 0; i < b; ++i) {
    const u32 row = rows[static_cast<std::size_t>(i)];
    const auto& service = columns.of[K(EntityKind::kService)][static_cast<std::size_t>(i)];
    const auto& workload = columns.of[K(EntityKind::kWorkload)][static_cast<std::size_t>(i)];
    const u16* from = batch.edges.data() + static_cast<i64>(batch.episode[row]) * 2 * edges;
    std::vector<f32> degree(service.size(), 0.0f);
    for (i64 e = 0; e < edges; ++e) degree[from[e]] += 1.0f;
    for (i64 e = 0; e < edges; ++e) {
      const i32 caller = service[from[e]], callee = service[from[edges + e]];
      if (caller < 0 || callee < 0) continue;
      callees[(i * services + caller) * services + callee] += 1.0f / degree[from[e]];
    }
    const u16* of = batch.service_workload.data() +
                    static_cast<std::size_t>(row) * batch.shape.slots[K(EntityKind::kService)];
    for (std::size_t s = 0; s < service.size(); ++s) {
      if (of[s] == 0 || service[s] < 0 || workload[of[s] - 1u] < 0) continue;
      workload_of[(i * services + service[s]) * workloads + workload[of[s] - 1u]] = 1.0f;
    }
  }
  out.services_of = out.workload_of.transpose(1, 2).contiguous();
  out.services_of = out.services_of / out.services_of.sum(2, true).clamp_min(1.0);
}

void GatherLegal(const RolloutBatch& batch, std::span<const u32> rows, const Columns& columns,
                 TorchInputs& out) {
  const i64 b = static_cast<i64>(rows.size());
  i64 logits = 0;
  for (std::size_t k = 0; k < kEntityKinds; ++k) {
    logits += columns.count[k] * static_cast<i64>(MovesOf(static_cast<EntityKind>(k)).size());
  }
  out.legal = torch::zeros({b, logits}, torch::kBool);
  out.chosen = torch::zeros({b}, torch::kInt64);
  for (i64 i = 0; i < b; ++i) {
    const u32 row = rows[static_cast<std::size_t>(i)];
    const u32* masks = batch.masks.data() + static_cast<std::size_t>(row) * batch.shape.Masks();
    bool* to = out.legal.data_ptr<bool>() + i * logits;
    i64 column = 0;
    u32 flat = 0;
    for (std::size_t k = 0; k < kEntityKinds; ++k) {
      const u32 moves = static_cast<u32>(MovesOf(static_cast<EntityKind>(k)).size());
      const auto& used = columns.slot[k][static_cast<std::size_t>(i)];
      for (std::size_t c = 0; c < used.size(); ++c) {
        for (u32 m = 0; m < moves; ++m) {
          const i64 index = column + static_cast<i64>(c * moves + m);
          to[index] = (masks[used[c]] >> m & 1u) != 0;
          if (batch.chosen[row] == flat + used[c] * moves + m) {
            out.chosen.data_ptr<i64>()[i] = index;
          }
        }
      }
      column += columns.count[k] * moves;
      flat += batch.shape.slots[k] * moves;
      masks += batch.shape.slots[k];
    }
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
  const Columns columns = UsedSlots(batch, rows);
  GatherFeatures(batch, rows, columns, out);
  GatherEdges(batch, rows, columns, out);
  GatherLegal(batch, rows, columns, out);
  for (std::size_t k = 0; k < kEntityKinds; ++k) {
    for (const u16 slot : columns.slot[k].front()) out.first_slots[k].push_back(slot);
    out.columns[k] = columns.count[k];
  }
  return out;
}

torch::Tensor TorchForward(const TorchNetwork& network, const TorchInputs& in) {
  const auto linear = [&](Layer layer, const torch::Tensor& x) {
    const auto l = static_cast<std::size_t>(layer);
    return DenseOp(x, network.weight[l], network.bias[l]);
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
      Layer::kService2, torch::cat({e_s, PoolOp(in.callees, e_s),
                                    PoolOp(in.workload_of, e_w), spread(e_s)}, 2)));
  const torch::Tensor w2 = torch::relu(linear(
      Layer::kWorkload2,
      torch::cat({e_w, PoolOp(in.services_of, e_s), spread(e_w)}, 2)));
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
