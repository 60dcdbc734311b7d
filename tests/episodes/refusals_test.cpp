// SPDX-License-Identifier: Apache-2.0
// A repair that is refused costs nothing, so where it is not refused must not tell where the fault
// is: whoever tries one kind of repair on everything until it is taken once wins hardly anything.
#include <gtest/gtest.h>

#include "agents/view.h"
#include "tests/episodes/lite.h"

namespace wt {
namespace {

// Waits until the fault, if any, has come; then the same repair on one object after the other, in
// the order of rows, until one was taken; then blames that one.
class UntilTaken final : public Policy {
 public:
  UntilTaken(EntityKind kind, u8 move) : kind_(kind), move_(move) {}
  std::string Name() const override { return "until-taken"; }
  u32 MemoryBytes() const override { return sizeof(u32); }
  void Act(std::span<PolicySlot> slots) override {
    for (PolicySlot& slot : slots) slot.chosen = LegalOr(slot.observation, Next(slot));
  }

 private:
  static constexpr u32 kWaits = 4;  // of a minute each

  Action Next(const PolicySlot& slot) const {
    constexpr u8 kMinute = MoveIndex(EntityKind::kCluster, Verb::kWait, 1);
    if (slot.step < kWaits) return {EntityKind::kCluster, kMinute, 0};
    return kind_ == EntityKind::kService ? On<EntityKind::kService>(slot)
                                         : On<EntityKind::kWorkload>(slot);
  }

  template <EntityKind kKind>
  Action On(const PolicySlot& slot) const {
    constexpr u8 kBlame = MoveIndex(kKind, Verb::kSubmit);
    const Rows<kKind> rows(slot.observation);
    u32& at = *static_cast<u32*>(slot.memory);
    for (u16 s = 0; s < rows.size(); ++s) {
      if (rows.At(FeatureIndex(kKind, "touched"), s) > 0) return {kKind, kBlame, s};
    }
    while (at < rows.size() && !rows.Legal(move_, static_cast<u16>(at))) ++at;
    return at < rows.size() ? Action{kKind, move_, static_cast<u16>(at++)} : kSayHealthy;
  }

  EntityKind kind_;
  u8 move_;
};

TEST(Refusals, NoRepairIsTakenWhereTheFaultIsAndRefusedElsewhere) {
  EvaluateOptions options;
  options.first_seed = 1;
  options.last_seed = 4;
  options.threads = 2;
  for (const EntityKind kind : {EntityKind::kService, EntityKind::kWorkload}) {
    for (u8 m = 0; m < MovesOf(kind).size(); ++m) {
      if (!IsRepair(MovesOf(kind)[m].verb)) continue;
      const PolicyFactory agent = [&] { return std::make_unique<UntilTaken>(kind, m); };
      const f64 mean = VerdictMean(Evaluate(Lite(), agent, options).episodes, true);
      EXPECT_LE(mean, 0.15) << MovesOf(kind)[m].meaning;
    }
  }
}

}  // namespace
}  // namespace wt
