// SPDX-License-Identifier: Apache-2.0
#include "agents/network.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "agents/dense.h"
#include "sim/api/fast_math.h"

namespace wt {
namespace {

constexpr u32 kGlobals = kGlobalFeatures.size();
constexpr std::size_t K(EntityKind kind) { return static_cast<std::size_t>(kind); }

// Everything of one forward pass.
class Pass {
 public:
  Pass(const NetworkWeights& weights, const ObservationView& view, NetworkScratch& scratch)
      : weights_(weights), view_(view), h_(weights.width), degrees_(scratch.degrees) {
    const u32 rows = view.shape.Masks();
    const std::size_t needed = static_cast<std::size_t>(rows) * h_ * 2 + 16u * h_ + 64;
    if (scratch.floats.size() < needed) scratch.floats.resize(needed);
    encoded_ = scratch.floats.data();
    pooled_ = encoded_ + static_cast<std::size_t>(rows) * h_;
    input_ = pooled_ + static_cast<std::size_t>(rows) * h_;
    context_ = input_ + 8u * h_ + 64;
    for (int k = 0, at = 0; k < kEntityKinds; ++k) {
      first_[static_cast<std::size_t>(k)] = static_cast<u32>(at);
      at += view.shape.slots[static_cast<std::size_t>(k)];
    }
  }

  void Run(std::span<f32> logits) {
    EncodeKind(EntityKind::kCluster, Layer::kEncodeGlobal);
    EncodeKind(EntityKind::kService, Layer::kEncodeService);
    EncodeKind(EntityKind::kWorkload, Layer::kEncodeWorkload);
    EncodeKind(EntityKind::kNode, Layer::kEncodeNode);
    Context();
    PoolEdges();
    f32* out = logits.data();
    Head(Layer::kHeadCluster, context_, out);
    out += kClusterMoves.size();
    out = Services(out);
    out = Workloads(out);
    Nodes(out);
  }

 private:
  f32* Encoded(EntityKind kind, u32 slot) { return encoded_ + (first_[K(kind)] + slot) * h_; }
  bool Exists(EntityKind kind, u32 slot) const {
    return kind == EntityKind::kCluster || view_.Plane(kind, 0)[slot] > 0.5f;
  }
  void Apply(Layer layer, const f32* x, f32* out) {
    Dense(weights_.layers[static_cast<std::size_t>(layer)].data(), ShapeOf(layer, h_), x, out);
  }
  void Head(Layer layer, const f32* x, f32* out) { Apply(layer, x, out); }

  void EncodeKind(EntityKind kind, Layer layer) {
    const u32 slots = view_.shape.slots[K(kind)];
    const u32 features = static_cast<u32>(FeaturesOf(kind).size());
    const f32* plane = view_.Plane(kind, 0).data();
    for (u32 s = 0; s < slots; ++s) {
      f32* out = Encoded(kind, s);
      if (!Exists(kind, s)) {
        std::fill_n(out, h_, 0.0f);
        continue;
      }
      for (u32 f = 0; f < features; ++f) input_[f] = plane[f * slots + s];
      Apply(layer, input_, out);
      Relu(out, h_);
    }
  }

  // Mean and maximum over the slots in use.
  void Pool(EntityKind kind, f32* mean, f32* most) {
    std::fill_n(mean, h_, 0.0f);
    if (most != nullptr) std::fill_n(most, h_, 0.0f);
    u32 count = 0;
    for (u32 s = 0; s < view_.shape.slots[K(kind)]; ++s) {
      if (!Exists(kind, s)) continue;
      ++count;
      const f32* e = Encoded(kind, s);
      for (u32 i = 0; i < h_; ++i) mean[i] += e[i];
      if (most == nullptr) continue;
      for (u32 i = 0; i < h_; ++i) most[i] = e[i] > most[i] ? e[i] : most[i];
    }
    if (count == 0) return;
    const f32 scale = 1.0f / static_cast<f32>(count);
    for (u32 i = 0; i < h_; ++i) mean[i] *= scale;
  }

  void Context() {
    std::memcpy(input_, Encoded(EntityKind::kCluster, 0), h_ * sizeof(f32));
    Pool(EntityKind::kService, input_ + h_, input_ + 2 * h_);
    Pool(EntityKind::kWorkload, input_ + 3 * h_, input_ + 4 * h_);
    Pool(EntityKind::kNode, input_ + 5 * h_, nullptr);
    Apply(Layer::kContext, input_, context_);
    Relu(context_, h_);
  }

  // pooled_[service] = mean of its callees; pooled_[workload] = mean of its services.
  void PoolEdges() {
    const u32 services = view_.shape.slots[K(EntityKind::kService)];
    const u32 workloads = view_.shape.slots[K(EntityKind::kWorkload)];
    pooled_services_ = pooled_;
    pooled_workloads_ = pooled_ + services * h_;
    std::fill_n(pooled_, (services + workloads) * h_, 0.0f);
    degrees_.assign(services + workloads, 0);
    u16* degree = degrees_.data();
    const auto add = [&](f32* to, const f32* from) {
      for (u32 i = 0; i < h_; ++i) to[i] += from[i];
    };
    for (u32 e = 0; e < view_.shape.edges; ++e) {
      add(pooled_services_ + view_.edge_from[e] * h_,
          Encoded(EntityKind::kService, view_.edge_to[e]));
      ++degree[view_.edge_from[e]];
    }
    for (u32 s = 0; s < services; ++s) {
      const u32 w = view_.service_workload[s];
      if (w == 0 || !Exists(EntityKind::kService, s)) continue;
      add(pooled_workloads_ + (w - 1) * h_, Encoded(EntityKind::kService, s));
      ++degree[services + w - 1];
    }
    for (u32 r = 0; r < services + workloads; ++r) {
      if (degree[r] < 2) continue;
      const f32 scale = 1.0f / static_cast<f32>(degree[r]);
      for (u32 i = 0; i < h_; ++i) pooled_[r * h_ + i] *= scale;
    }
  }

  f32* Services(f32* out) {
    f32* hidden = input_ + 6 * h_;
    for (u32 s = 0; s < view_.shape.slots[K(EntityKind::kService)]; ++s) {
      f32* row = out + s * kServiceMoves.size();
      if (!Exists(EntityKind::kService, s)) {
        std::fill_n(row, kServiceMoves.size(), 0.0f);
        continue;
      }
      const u32 w = view_.service_workload[s];
      std::memcpy(input_, Encoded(EntityKind::kService, s), h_ * sizeof(f32));
      std::memcpy(input_ + h_, pooled_services_ + s * h_, h_ * sizeof(f32));
      if (w == 0) std::fill_n(input_ + 2 * h_, h_, 0.0f);
      else std::memcpy(input_ + 2 * h_, Encoded(EntityKind::kWorkload, w - 1), h_ * sizeof(f32));
      std::memcpy(input_ + 3 * h_, context_, h_ * sizeof(f32));
      Apply(Layer::kService2, input_, hidden);
      Relu(hidden, h_);
      Head(Layer::kHeadService, hidden, row);
    }
    return out + view_.shape.slots[K(EntityKind::kService)] * kServiceMoves.size();
  }

  f32* Workloads(f32* out) {
    f32* hidden = input_ + 6 * h_;
    for (u32 w = 0; w < view_.shape.slots[K(EntityKind::kWorkload)]; ++w) {
      f32* row = out + w * kWorkloadMoves.size();
      if (!Exists(EntityKind::kWorkload, w)) {
        std::fill_n(row, kWorkloadMoves.size(), 0.0f);
        continue;
      }
      std::memcpy(input_, Encoded(EntityKind::kWorkload, w), h_ * sizeof(f32));
      std::memcpy(input_ + h_, pooled_workloads_ + w * h_, h_ * sizeof(f32));
      std::memcpy(input_ + 2 * h_, context_, h_ * sizeof(f32));
      Apply(Layer::kWorkload2, input_, hidden);
      Relu(hidden, h_);
      Head(Layer::kHeadWorkload, hidden, row);
    }
    return out + view_.shape.slots[K(EntityKind::kWorkload)] * kWorkloadMoves.size();
  }

  void Nodes(f32* out) {
    f32* hidden = input_ + 6 * h_;
    for (u32 n = 0; n < view_.shape.slots[K(EntityKind::kNode)]; ++n) {
      f32* row = out + n * kNodeMoves.size();
      if (!Exists(EntityKind::kNode, n)) {
        std::fill_n(row, kNodeMoves.size(), 0.0f);
        continue;
      }
      std::memcpy(input_, Encoded(EntityKind::kNode, n), h_ * sizeof(f32));
      std::memcpy(input_ + h_, context_, h_ * sizeof(f32));
      Apply(Layer::kNode2, input_, hidden);
      Relu(hidden, h_);
      Head(Layer::kHeadNode, hidden, row);
    }
  }

  const NetworkWeights& weights_;
  const ObservationView& view_;
  u32 h_;
  std::vector<u16>& degrees_;
  std::array<u32, kEntityKinds> first_{};
  f32* encoded_ = nullptr;           // [rows][h]
  f32* pooled_ = nullptr;            // [services + workloads][h]
  f32* pooled_services_ = nullptr;
  f32* pooled_workloads_ = nullptr;
  f32* input_ = nullptr;             // 8h + 64
  f32* context_ = nullptr;           // h
};

class NetworkPolicy final : public Policy {
 public:
  NetworkPolicy(std::shared_ptr<const NetworkWeights> weights, bool greedy, std::string name)
      : weights_(std::move(weights)), greedy_(greedy), name_(std::move(name)) {}
  std::string Name() const override { return name_; }
  void Act(std::span<PolicySlot> slots) override {
    for (PolicySlot& slot : slots) {
      if (weights_->blind) MakeBlind(slot.observation);
      logits_.resize(LogitCount(slot.observation.shape));
      Forward(*weights_, slot.observation, logits_, scratch_);
      const f32 uniform = greedy_ ? -1.0f : HashUniform(slot.key, slot.step, 1);
      const Choice choice = Choose(slot.observation, logits_, uniform);
      slot.chosen = choice.action;
      slot.log_prob = choice.log_prob;
    }
  }

 private:
  std::shared_ptr<const NetworkWeights> weights_;
  bool greedy_;
  std::string name_;
  std::vector<f32> logits_;
  NetworkScratch scratch_;
};

// Calls visit(kind, slot, move, logit) for every legal pair, in a fixed order.
template <class F>
void ForEachLegal(const ObservationView& view, std::span<const f32> logits, F visit) {
  u32 at = 0;
  for (int k = 0; k < kEntityKinds; ++k) {
    const auto kind = static_cast<EntityKind>(k);
    const auto masks = view.Masks(kind);
    const u32 moves = static_cast<u32>(MovesOf(kind).size());
    for (u16 s = 0; s < masks.size(); ++s) {
      for (u32 mask = masks[s]; mask != 0; mask &= mask - 1) {
        const u8 move = static_cast<u8>(std::countr_zero(mask));
        visit(kind, s, move, logits[at + move]);
      }
      at += moves;
    }
  }
}

}  // namespace

std::string_view LayerName(Layer layer) {
  static constexpr std::array<std::string_view, kLayers> kNames{
      "encode_global", "encode_service", "encode_workload", "encode_node",
      "context",       "service2",       "workload2",       "node2",
      "head_cluster",  "head_service",   "head_workload",   "head_node"};
  return kNames[static_cast<std::size_t>(layer)];
}

LayerShape ShapeOf(Layer layer, u32 h) {
  switch (layer) {
    case Layer::kEncodeGlobal: return {kGlobals, h};
    case Layer::kEncodeService: return {kServiceFeatures.size(), h};
    case Layer::kEncodeWorkload: return {kWorkloadFeatures.size(), h};
    case Layer::kEncodeNode: return {kNodeFeatures.size(), h};
    case Layer::kContext: return {6 * h, h};
    case Layer::kService2: return {4 * h, h};
    case Layer::kWorkload2: return {3 * h, h};
    case Layer::kNode2: return {2 * h, h};
    case Layer::kHeadCluster: return {h, kClusterMoves.size()};
    case Layer::kHeadService: return {h, kServiceMoves.size()};
    case Layer::kHeadWorkload: return {h, kWorkloadMoves.size()};
    case Layer::kHeadNode: return {h, kNodeMoves.size()};
    case Layer::kCount: break;
  }
  return {};
}

NetworkWeights::NetworkWeights(u32 the_width) : width(the_width) {
  for (int l = 0; l < kLayers; ++l) {
    const LayerShape shape = ShapeOf(static_cast<Layer>(l), width);
    layers[static_cast<std::size_t>(l)].assign((shape.in + 1) * shape.out, 0.0f);
  }
}

u32 NetworkWeights::Parameters() const {
  std::size_t sum = 0;
  for (const auto& layer : layers) sum += layer.size();
  return static_cast<u32>(sum);
}

void MakeBlind(const ObservationView& view) {
  for (u32 f = 0; f < kGlobals; ++f) {
    const bool clock = kGlobalFeatures[f].name == "time_used" ||
                       kGlobalFeatures[f].name == "steps_used";
    if (!clock) view.Plane(EntityKind::kCluster, f)[0] = 0.0f;
  }
  for (int k = 1; k < kEntityKinds; ++k) {
    const auto kind = static_cast<EntityKind>(k);
    for (u32 f = 1; f < FeaturesOf(kind).size(); ++f) {  // 0 is `exists`
      std::ranges::fill(view.Plane(kind, f), 0.0f);
    }
  }
  std::ranges::fill(view.edge_from, u16{0});  // links tell a workload that nobody calls
  std::ranges::fill(view.edge_to, u16{0});
  std::ranges::fill(view.service_workload, u16{0});
}

u32 LogitCount(const ObservationShape& shape) {
  u32 sum = 0;
  for (int k = 0; k < kEntityKinds; ++k) {
    sum += shape.slots[static_cast<std::size_t>(k)] *
           static_cast<u32>(MovesOf(static_cast<EntityKind>(k)).size());
  }
  return sum;
}

void Forward(const NetworkWeights& weights, const ObservationView& view, std::span<f32> logits,
             NetworkScratch& scratch) {
  Pass(weights, view, scratch).Run(logits);
}

Choice Choose(const ObservationView& view, std::span<const f32> logits, f32 uniform) {
  f32 most = -3e38f;
  Choice best;
  ForEachLegal(view, logits, [&](EntityKind kind, u16 slot, u8 move, f32 logit) {
    if (logit > most) {
      most = logit;
      best.action = {kind, move, slot};
    }
  });
  f32 total = 0;
  ForEachLegal(view, logits,
               [&](EntityKind, u16, u8, f32 logit) { total += FastExp(logit - most); });
  if (uniform < 0) {
    best.log_prob = -FastLog(total);
    return best;
  }
  const f32 target = uniform * total;
  f32 sum = 0;
  Choice chosen = best;
  chosen.log_prob = -FastLog(total);
  bool found = false;
  ForEachLegal(view, logits, [&](EntityKind kind, u16 slot, u8 move, f32 logit) {
    if (found) return;
    sum += FastExp(logit - most);
    if (sum > target) {
      found = true;
      chosen.action = {kind, move, slot};
      chosen.log_prob = logit - most - FastLog(total);
    }
  });
  return chosen;
}

std::unique_ptr<Policy> MakeNetworkPolicy(std::shared_ptr<const NetworkWeights> weights,
                                          bool greedy, std::string name) {
  return std::make_unique<NetworkPolicy>(std::move(weights), greedy, std::move(name));
}

}  // namespace wt
