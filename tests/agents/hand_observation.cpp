// SPDX-License-Identifier: Apache-2.0
#include "tests/agents/hand_observation.h"

#include <cmath>

#include "agents/hash_draw.h"
#include "sim/api/check.h"

namespace wt {
namespace {

// Counter-based draws: the n-th number of a key.
class Draws {
 public:
  explicit Draws(u64 key) : key_(key) {}
  f32 Uniform() { return HashUniform(key_, 0, n_++); }
  u32 Below(u32 bound) { return static_cast<u32>(HashDraw(key_, 0, n_++) % bound); }

 private:
  u64 key_;
  u32 n_ = 0;
};

u32 FeatureNamed(EntityKind kind, std::string_view name) {
  const auto features = FeaturesOf(kind);
  for (u32 f = 0; f < features.size(); ++f) {
    if (features[f].name == name) return f;
  }
  WT_CHECK(false, "a test names a feature that exists");
}

}  // namespace

u32 AllMovesMask(EntityKind kind) {
  return static_cast<u32>((u64{1} << MovesOf(kind).size()) - 1);
}

HandObservation::HandObservation(u16 services, u16 workloads, u16 nodes, u16 edges) {
  shape_.slots = {1, services, workloads, nodes};
  shape_.edges = edges;
  features.assign(shape_.Floats(), 0.0f);
  masks.assign(shape_.Masks(), 0u);
  masks[0] = AllMovesMask(EntityKind::kCluster);
  edge_from.assign(edges, 0);
  edge_to.assign(edges, 0);
  service_workload.assign(services, 0);
}

ObservationView HandObservation::View() {
  return {shape_, features, masks, edge_from, edge_to, service_workload};
}

HandObservation& HandObservation::Add(EntityKind kind, u16 slot) {
  const ObservationView view = View();
  view.Plane(kind, 0)[slot] = 1.0f;
  view.Masks(kind)[slot] = AllMovesMask(kind);
  return *this;
}

HandObservation& HandObservation::Set(EntityKind kind, u16 slot, std::string_view feature,
                                      f32 value) {
  View().Plane(kind, FeatureNamed(kind, feature))[slot] = value;
  return *this;
}

HandObservation& HandObservation::SetGlobal(std::string_view feature, f32 value) {
  return Set(EntityKind::kCluster, 0, feature, value);
}

HandObservation RandomObservation(u64 key, u16 services, u16 workloads, u16 nodes, u16 edges) {
  HandObservation out(services, workloads, nodes, edges);
  const ObservationView view = out.View();
  Draws draws(key);
  u32 legal = 0;
  for (int k = 0; k < kEntityKinds; ++k) {
    const auto kind = static_cast<EntityKind>(k);
    const auto masks = view.Masks(kind);
    for (u16 s = 0; s < masks.size(); ++s) {
      const bool exists = kind == EntityKind::kCluster || draws.Uniform() < 0.7f;
      masks[s] = 0;
      for (u32 f = 0; f < FeaturesOf(kind).size(); ++f) {
        view.Plane(kind, f)[s] = draws.Uniform() < 0.5f ? 0.0f : 2.0f * draws.Uniform() - 0.5f;
      }
      if (kind != EntityKind::kCluster) view.Plane(kind, 0)[s] = exists ? 1.0f : 0.0f;
      if (!exists) continue;
      masks[s] = draws.Below(AllMovesMask(kind) + 1);
      legal += masks[s];
    }
  }
  if (legal == 0) view.Masks(EntityKind::kCluster)[0] = 1u << draws.Below(6);
  for (u16 e = 0; e < edges; ++e) {
    out.edge_from[e] = static_cast<u16>(draws.Below(services));
    out.edge_to[e] = static_cast<u16>(draws.Below(services));
  }
  for (u16& owner : out.service_workload) owner = static_cast<u16>(draws.Below(workloads + 1u));
  return out;
}

NetworkWeights RandomWeights(u32 width, u64 key) {
  NetworkWeights out(width);
  for (u32 l = 0; l < kLayers; ++l) {
    const LayerShape shape = ShapeOf(static_cast<Layer>(l), width);
    const f32 bound = std::sqrt(3.0f / static_cast<f32>(shape.in));
    for (u32 i = 0; i < out.layers[l].size(); ++i) {
      out.layers[l][i] = bound * (2.0f * HashUniform(key, l, i) - 1.0f);
    }
  }
  return out;
}

}  // namespace wt
