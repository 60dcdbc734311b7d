// SPDX-License-Identifier: Apache-2.0
// What an agent sees: planes of floats in the caller's memory. Layout of `features`: kinds in
// EntityKind order; within a kind feature-major, [feature][slot]. `masks`: kinds in the same
// order, one u32 per slot, bit m = move m of that kind is legal now.
// Size: shape.Floats() floats, shape.Masks() words, 2 * shape.edges + slots links.
#pragma once

#include <span>

#include "sim/api/spec.h"

namespace wt {

struct ObservationView {
  ObservationShape shape;
  std::span<f32> features;
  std::span<u32> masks;
  std::span<u16> edge_from, edge_to;    // service slots, caller -> callee; constant in an episode
  std::span<u16> service_workload;      // per service slot: workload slot + 1 behind it, 0 = none

  // Feature `f` of all slots of `kind`.
  std::span<f32> Plane(EntityKind kind, u32 f) const {
    u32 at = 0;
    for (int k = 0; k < static_cast<int>(kind); ++k) {
      at += shape.slots[static_cast<std::size_t>(k)] *
            static_cast<u32>(FeaturesOf(static_cast<EntityKind>(k)).size());
    }
    const u32 slots = shape.slots[static_cast<std::size_t>(kind)];
    return features.subspan(at + f * slots, slots);
  }
  std::span<u32> Masks(EntityKind kind) const {
    u32 at = 0;
    for (int k = 0; k < static_cast<int>(kind); ++k) at += shape.slots[static_cast<std::size_t>(k)];
    return masks.subspan(at, shape.slots[static_cast<std::size_t>(kind)]);
  }
};

}  // namespace wt
