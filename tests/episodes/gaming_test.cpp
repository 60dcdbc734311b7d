// SPDX-License-Identifier: Apache-2.0
// Ways to a verdict of 1 that must not lead there, tried on every faulty scenario of the catalog.
#include <gtest/gtest.h>

#include <optional>

#include "agents/view.h"
#include "episodes/ground_truth.h"
#include "episodes/oracle.h"
#include "faults/fault_schedule.h"
#include "tests/episodes/lite.h"

namespace wt {
namespace {

// Knows the answer and uses it as told: `decide` is asked at every step.
class Cheater final : public SeeingPolicy {
 public:
  using Decide = Action (*)(const SimCluster& cluster, u32 step);
  explicit Cheater(Decide decide) : decide_(decide) {}
  std::string Name() const override { return "cheater"; }
  void Show(std::span<const SimCluster* const> clusters) override { clusters_ = clusters; }
  void Act(std::span<PolicySlot> slots) override {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      slots[i].chosen = decide_(*clusters_[i], slots[i].step);
    }
  }

 private:
  Decide decide_;
  std::span<const SimCluster* const> clusters_;
};

RootCause TruthIn(const SimCluster& cluster) {
  const Sim sim = cluster.View();
  return TruthOf(sim, sim.At<Fault>(PlannedFaults(cluster.world())[0]));
}

// The first move of this verb on what the first fault is about to hit; else a wait.
Action OnTarget(const SimCluster& cluster, Verb verb) {
  const Fault& fault = cluster.world().At<Fault>(PlannedFaults(cluster.world())[0]);
  const bool service = static_cast<ObjectKind>(fault.target_kind) == ObjectKind::kService;
  const EntityKind kind = service ? EntityKind::kService : EntityKind::kWorkload;
  const std::optional<u16> slot = cluster.SlotOf(kind, fault.target_row);
  for (u8 m = 0; slot && m < MovesOf(kind).size(); ++m) {
    if (MovesOf(kind)[m].verb == verb) return {kind, m, *slot};
  }
  return kWaitOneStep;
}

Action Blame(const SimCluster& cluster) {
  const RootCause truth = TruthIn(cluster);
  const std::optional<u16> slot = cluster.SlotOf(truth.entity, truth.entity_row);
  return slot ? OnTarget(cluster, Verb::kSubmit) : kWaitOneStep;
}

void ExpectNoneSolved(Cheater::Decide decide) {
  u32 tried = 0;
  for (u32 s = 0; s < Catalog().setups.size(); ++s) {
    const ScenarioSetup& setup = Catalog().setups[s];
    if (setup.scenario.Healthy()) continue;
    for (const u64 seed : {3, 4}) {
      WorldPool pool;
      Cheater cheater(decide);
      const EpisodeRequest request{&setup, s, seed};
      const EpisodeResult e = RunChunk({&request, 1}, cheater, pool, {})[0];
      EXPECT_FALSE(e.errored) << e.error;
      EXPECT_LT(e.verdict, 1) << Describe(e);
      ++tried;
    }
  }
  EXPECT_GE(tried, 40u);
}

TEST(Gaming, NamingTheCauseBeforeItIsThereDetectsNothing) {
  ExpectNoneSolved([](const SimCluster& cluster, u32) { return Blame(cluster); });
}

TEST(Gaming, DeletingTheTargetBeforeTheFaultComesIsNoRepair) {
  ExpectNoneSolved([](const SimCluster& cluster, u32 step) {
    return step == 0 ? OnTarget(cluster, Verb::kDeleteObject) : kWaitOneStep;
  });
}

TEST(Gaming, UndoingTheTargetBeforeTheFaultComesIsNoRepair) {
  ExpectNoneSolved([](const SimCluster& cluster, u32 step) {
    return step == 0 ? OnTarget(cluster, Verb::kUndo) : kWaitOneStep;
  });
}

TEST(Gaming, DeletingTheTargetAfterTheFaultIsNoRepair) {
  ExpectNoneSolved([](const SimCluster& cluster, u32) {
    const SimTime fault = FirstFaultAt(cluster.world());
    return cluster.Now() > fault + kMinute && cluster.writes() == 0
               ? OnTarget(cluster, Verb::kDeleteObject)
               : kWaitOneStep;
  });
}

TEST(Gaming, RestartingTheTargetForeverIsNoRepair) {
  ExpectNoneSolved(
      [](const SimCluster& cluster, u32) { return OnTarget(cluster, Verb::kRestart); });
}

}  // namespace
}  // namespace wt
