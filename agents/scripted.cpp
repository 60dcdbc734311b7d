// SPDX-License-Identifier: Apache-2.0
// Controls and cheats: what must not win. They never look at features beyond "a slot is in use".
#include <array>
#include <bit>

#include "agents/all_policies.h"
#include "agents/hash_draw.h"
#include "agents/view.h"

namespace wt {
namespace {

class NoOp final : public Policy {
 public:
  std::string Name() const override { return "no-op"; }
  void Act(std::span<PolicySlot> slots) override {
    for (PolicySlot& slot : slots) slot.chosen = LegalOr(slot.observation, kSayHealthy);
  }
};

class Random final : public Policy {
 public:
  std::string Name() const override { return "random"; }
  void Act(std::span<PolicySlot> slots) override {
    for (PolicySlot& slot : slots) slot.chosen = Draw(slot);
  }

 private:
  static Action Draw(const PolicySlot& slot) {
    u32 legal = 0;
    for (const u32 mask : slot.observation.masks) legal += static_cast<u32>(std::popcount(mask));
    if (legal == 0) return kWaitOneStep;
    u32 left = static_cast<u32>(HashDraw(slot.key, slot.step, 0) % legal);
    for (int k = 0; k < kEntityKinds; ++k) {
      const auto kind = static_cast<EntityKind>(k);
      const auto masks = slot.observation.Masks(kind);
      for (u16 s = 0; s < masks.size(); ++s) {
        const u32 count = static_cast<u32>(std::popcount(masks[s]));
        if (left >= count) {
          left -= count;
          continue;
        }
        u32 mask = masks[s];
        while (left-- > 0) mask &= mask - 1;
        return {kind, static_cast<u8>(std::countr_zero(mask)), s};
      }
    }
    return kWaitOneStep;
  }
};

struct Template {
  EntityKind kind;
  u8 move;
};

// Goes through all slots with each move of a list in turn, whatever the cluster shows, and waits
// when the list is through (or starts again).
template <std::size_t kCount>
class EachInTurn final : public Policy {
 public:
  EachInTurn(std::string name, std::array<Template, kCount> list, bool again)
      : name_(std::move(name)), list_(list), again_(again) {}
  std::string Name() const override { return name_; }
  u32 MemoryBytes() const override { return sizeof(u32); }
  void Act(std::span<PolicySlot> slots) override {
    for (PolicySlot& slot : slots) slot.chosen = LegalOr(slot.observation, NextOf(slot));
  }

 private:
  Action NextOf(const PolicySlot& slot) const {
    u32& at = *static_cast<u32*>(slot.memory);
    const u32 widest = Widest(slot.observation.shape);
    const u32 total = static_cast<u32>(kCount) * widest;
    for (u32 tried = 0; tried < total; ++tried) {
      if (at >= total) {
        if (!again_) return kWaitOneStep;
        at = 0;
      }
      const Template& t = list_[at / widest];
      const Action action{t.kind, t.move, static_cast<u16>(at % widest)};
      ++at;
      if (action.slot < slot.observation.shape.slots[static_cast<std::size_t>(t.kind)] &&
          IsLegal(slot.observation, action)) {
        return action;
      }
    }
    return kWaitOneStep;
  }
  static u32 Widest(const ObservationShape& shape) {
    u32 widest = 1;
    for (const u16 s : shape.slots) widest = s > widest ? s : widest;
    return widest;
  }

  std::string name_;
  std::array<Template, kCount> list_;
  bool again_;
};

constexpr EntityKind kService = EntityKind::kService;
constexpr EntityKind kWorkload = EntityKind::kWorkload;

}  // namespace

std::unique_ptr<Policy> MakeNoOp() { return std::make_unique<NoOp>(); }
std::unique_ptr<Policy> MakeRandom() { return std::make_unique<Random>(); }

std::unique_ptr<Policy> MakeSweep() {
  return std::make_unique<EachInTurn<4>>(
      "sweep",
      std::array{Template{kWorkload, MoveIndex(kWorkload, Verb::kUndo)},
                 Template{kService, MoveIndex(kService, Verb::kFixPort)},
                 Template{kService, MoveIndex(kService, Verb::kFixSelector)},
                 Template{kWorkload, MoveIndex(kWorkload, Verb::kScale, 1)}},
      true);
}

std::unique_ptr<Policy> MakeRestartEverything() {
  return std::make_unique<EachInTurn<1>>(
      "restart-everything", std::array{Template{kWorkload, MoveIndex(kWorkload, Verb::kRestart)}},
      true);
}

std::unique_ptr<Policy> MakeDeleteEverything() {
  return std::make_unique<EachInTurn<2>>(
      "delete-everything",
      std::array{Template{kWorkload, MoveIndex(kWorkload, Verb::kDeleteObject)},
                 Template{kService, MoveIndex(kService, Verb::kDeleteObject)}},
      false);
}

std::unique_ptr<Policy> MakeScaleToZero() {
  return std::make_unique<EachInTurn<1>>(
      "scale-to-zero", std::array{Template{kWorkload, MoveIndex(kWorkload, Verb::kScale, 0)}},
      false);
}

}  // namespace wt
