// SPDX-License-Identifier: Apache-2.0
// Observations made by hand or at random, with memory of their own.
#pragma once

#include <string_view>
#include <vector>

#include "agents/network.h"
#include "sim/api/observation.h"

namespace wt {

class HandObservation {
 public:
  // All slots empty, nothing legal but the moves of the cluster.
  HandObservation(u16 services, u16 workloads, u16 nodes, u16 edges = 0);

  const ObservationShape& shape() const { return shape_; }
  ObservationView View();

  // Puts an entity into a slot; all its moves are legal.
  HandObservation& Add(EntityKind kind, u16 slot);
  // REQUIRES: a feature of that name.
  HandObservation& Set(EntityKind kind, u16 slot, std::string_view feature, f32 value);
  HandObservation& SetGlobal(std::string_view feature, f32 value);

  std::vector<f32> features;
  std::vector<u32> masks;
  std::vector<u16> edge_from, edge_to, service_workload;

 private:
  ObservationShape shape_;
};

u32 AllMovesMask(EntityKind kind);

// Entities in some of the slots, any features, edges, owners and masks; at least one legal move.
// Deterministic in the key.
HandObservation RandomObservation(u64 key, u16 services, u16 workloads, u16 nodes, u16 edges);

// Every weight and bias uniform in +-sqrt(3 / inputs), so that logits are of order 1.
NetworkWeights RandomWeights(u32 width, u64 key);

}  // namespace wt
