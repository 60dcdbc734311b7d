// SPDX-License-Identifier: Apache-2.0
// Reading an observation by names: feature indices found at compile time, slots that are alive,
// moves that are legal.
#pragma once

#include <bit>
#include <string_view>

#include "sim/api/observation.h"

namespace wt {

// Index of the feature `name` of `kind`; a misspelt name does not compile.
consteval u32 FeatureIndex(EntityKind kind, std::string_view name) {
  const auto features = FeaturesOf(kind);
  for (u32 i = 0; i < features.size(); ++i) {
    if (features[i].name == name) return i;
  }
  throw "no such feature";
}

// Index of the move (verb, option) of `kind`; a missing one does not compile.
consteval u8 MoveIndex(EntityKind kind, Verb verb, u8 option = 0) {
  const auto moves = MovesOf(kind);
  for (u8 i = 0; i < moves.size(); ++i) {
    if (moves[i].verb == verb && moves[i].option == option) return i;
  }
  throw "no such move";
}

// Features of one kind, read by slot.
template <EntityKind kKind>
class Rows {
 public:
  explicit Rows(const ObservationView& view)
      : features_(view.Plane(kKind, 0).data()),
        masks_(view.Masks(kKind)),
        slots_(view.shape.slots[static_cast<std::size_t>(kKind)]) {}
  u16 size() const { return slots_; }
  f32 At(u32 feature, u16 slot) const { return features_[feature * slots_ + slot]; }
  bool Exists(u16 slot) const { return At(0, slot) > 0.5f; }
  bool Legal(u8 move, u16 slot) const { return (masks_[slot] >> move & 1u) != 0; }

 private:
  const f32* features_;
  std::span<const u32> masks_;
  u16 slots_;
};
using ServiceRows = Rows<EntityKind::kService>;
using WorkloadRows = Rows<EntityKind::kWorkload>;
using NodeRows = Rows<EntityKind::kNode>;

inline f32 Global(const ObservationView& view, u32 feature) {
  return view.Plane(EntityKind::kCluster, feature)[0];
}

inline constexpr Action kWaitOneStep{EntityKind::kCluster,
                                     MoveIndex(EntityKind::kCluster, Verb::kWait), 0};
inline constexpr Action kSayHealthy{EntityKind::kCluster,
                                    MoveIndex(EntityKind::kCluster, Verb::kSubmit), 0};

inline bool IsLegal(const ObservationView& view, const Action& action) {
  const auto masks = view.Masks(action.kind);
  return action.slot < masks.size() && (masks[action.slot] >> action.move & 1u) != 0;
}

// `wanted` if it is legal, else waiting, else saying that nothing is wrong, else the first legal
// move. REQUIRES: at least one legal move.
inline Action LegalOr(const ObservationView& view, const Action& wanted) {
  for (const Action& action : {wanted, kWaitOneStep, kSayHealthy}) {
    if (IsLegal(view, action)) return action;
  }
  for (int k = 0; k < kEntityKinds; ++k) {
    const auto kind = static_cast<EntityKind>(k);
    const auto masks = view.Masks(kind);
    for (u16 s = 0; s < masks.size(); ++s) {
      if (masks[s] != 0) return {kind, static_cast<u8>(std::countr_zero(masks[s])), s};
    }
  }
  return wanted;
}

}  // namespace wt
