// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "agents/all_policies.h"
#include "agents/hash_draw.h"
#include "agents/network.h"
#include "agents/view.h"
#include "tests/agents/hand_observation.h"

namespace wt {
namespace {

constexpr EntityKind kC = EntityKind::kCluster;
constexpr EntityKind kS = EntityKind::kService;
constexpr EntityKind kW = EntityKind::kWorkload;

// One episode of a policy: its memory and the count of decisions.
class Player {
 public:
  explicit Player(std::unique_ptr<Policy> policy, u64 key = 1)
      : policy_(std::move(policy)), key_(key), memory_((policy_->MemoryBytes() + 7) / 8) {}
  Action Next(HandObservation& observation) {
    PolicySlot slot;
    slot.observation = observation.View();
    slot.key = key_;
    slot.step = step_++;
    slot.memory = memory_.empty() ? nullptr : memory_.data();
    policy_->Act({&slot, 1});
    return slot.chosen;
  }

 private:
  std::unique_ptr<Policy> policy_;
  u64 key_;
  u32 step_ = 0;
  std::vector<u64> memory_;
};

TEST(Policies, NoPolicyEverChoosesAnIllegalMove) {
  std::vector<std::string> names;
  for (const PolicyEntry& entry : AllPolicies()) names.emplace_back(entry.name);
  names.emplace_back("network");
  const auto weights = std::make_shared<const NetworkWeights>(RandomWeights(8, 5));
  for (const std::string& name : names) {
    for (u64 episode = 0; episode < 60; ++episode) {
      Player player(name == "network" ? MakeNetworkPolicy(weights, episode % 2 == 0, name)
                                      : MakePolicy(name),
                    episode);
      for (u64 step = 0; step < 30; ++step) {
        const u64 key = Mix(episode * 100 + step);
        HandObservation o = RandomObservation(key, 8, 16, 8, 5);
        if (key % 3 == 0) o.masks[0] = 0;                      // not even waiting is legal
        if (key % 3 == 1) o.masks[0] = AllMovesMask(kC);
        bool any = false;
        for (const u32 mask : o.masks) any = any || mask != 0;
        if (!any) continue;
        const Action action = player.Next(o);
        ASSERT_TRUE(IsLegal(o.View(), action))
            << name << ", episode " << episode << ", step " << step << ": kind "
            << static_cast<int>(action.kind) << " move " << int{action.move} << " slot "
            << action.slot;
      }
    }
  }
}

TEST(Policies, ANameLeadsToThePolicyOfThatName) {
  for (const PolicyEntry& entry : AllPolicies()) {
    ASSERT_NE(MakePolicy(entry.name), nullptr);
    EXPECT_EQ(MakePolicy(entry.name)->Name(), entry.name);
  }
  EXPECT_EQ(MakePolicy("ruel"), nullptr);
}

TEST(NoOp, SaysAtOnceThatNothingIsWrong) {
  HandObservation o(8, 8, 8);
  EXPECT_EQ(Player(MakeNoOp()).Next(o), kSayHealthy);
}

TEST(Random, ReachesEveryLegalMoveAboutEquallyOften) {
  HandObservation o(8, 8, 8);
  o.Add(kS, 2).Add(kW, 5);
  const u32 legal = kClusterMoves.size() + kServiceMoves.size() + kWorkloadMoves.size();
  std::map<std::tuple<int, int, int>, int> counts;
  constexpr int kDraws = 42'000;
  for (int i = 0; i < kDraws; ++i) {
    const Action a = Player(MakeRandom(), static_cast<u64>(i)).Next(o);
    ++counts[{static_cast<int>(a.kind), a.slot, a.move}];
  }
  EXPECT_EQ(counts.size(), legal);
  const f64 expected = static_cast<f64>(kDraws) / legal;
  f64 chi_square = 0;  // 41 degrees of freedom: 99.99 % lie below 84
  for (const auto& [move, count] : counts) {
    chi_square += (count - expected) * (count - expected) / expected;
  }
  EXPECT_LT(chi_square, 84.0);
}

TEST(Random, DependsOnTheKeyAndTheStepOnly) {
  HandObservation o = RandomObservation(3, 8, 8, 8, 4);
  Player a(MakeRandom(), 9), b(MakeRandom(), 9);
  std::set<std::tuple<int, int, int>> seen;
  for (int i = 0; i < 20; ++i) {
    const Action action = a.Next(o);
    EXPECT_EQ(action, b.Next(o));
    seen.insert({static_cast<int>(action.kind), action.slot, action.move});
  }
  EXPECT_GT(seen.size(), 5u);
}

// Verbs in the order of their first use, over one pass.
std::vector<Verb> VerbsOf(Player& player, HandObservation& o, int steps) {
  std::vector<Verb> verbs;
  for (int i = 0; i < steps; ++i) {
    const Verb verb = MoveOf(player.Next(o)).verb;
    if (verbs.empty() || verbs.back() != verb) verbs.push_back(verb);
  }
  return verbs;
}

TEST(Sweep, GoesThroughUndoPortSelectorScaleOverAllEntitiesAndStartsAgain) {
  HandObservation o(8, 8, 8);
  for (u16 s : {u16{1}, u16{4}}) o.Add(kS, s);
  for (u16 w : {u16{0}, u16{3}, u16{7}}) o.Add(kW, w);
  Player player(MakeSweep());
  EXPECT_EQ(VerbsOf(player, o, 10),
            (std::vector{Verb::kUndo, Verb::kFixPort, Verb::kFixSelector, Verb::kScale}));
  EXPECT_EQ(player.Next(o), (Action{kW, MoveIndex(kW, Verb::kUndo), 0}));
}

TEST(Sweep, TouchesEachEntityOnceInAPass) {
  HandObservation o(8, 8, 8);
  for (u16 w : {u16{0}, u16{3}, u16{7}}) o.Add(kW, w);
  Player player(MakeSweep());
  std::vector<u16> slots;
  for (int i = 0; i < 3; ++i) slots.push_back(player.Next(o).slot);
  EXPECT_EQ(slots, (std::vector<u16>{0, 3, 7}));
}

TEST(RestartEverything, RestartsAllWorkloadsAgainAndAgain) {
  HandObservation o(8, 8, 8);
  o.Add(kW, 2).Add(kW, 6).Add(kS, 0);
  Player player(MakeRestartEverything());
  for (int round = 0; round < 3; ++round) {
    for (const u16 slot : {u16{2}, u16{6}}) {
      EXPECT_EQ(player.Next(o), (Action{kW, MoveIndex(kW, Verb::kRestart), slot}));
    }
  }
}

TEST(DeleteEverything, DeletesEachObjectOnceAndThenWaits) {
  HandObservation o(8, 8, 8);
  o.Add(kW, 2).Add(kW, 6).Add(kS, 1);
  Player player(MakeDeleteEverything());
  EXPECT_EQ(player.Next(o), (Action{kW, MoveIndex(kW, Verb::kDeleteObject), 2}));
  EXPECT_EQ(player.Next(o), (Action{kW, MoveIndex(kW, Verb::kDeleteObject), 6}));
  EXPECT_EQ(player.Next(o), (Action{kS, MoveIndex(kS, Verb::kDeleteObject), 1}));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(player.Next(o), kWaitOneStep);
}

TEST(ScaleToZero, ScalesEachWorkloadOnceAndThenWaits) {
  HandObservation o(8, 8, 8);
  o.Add(kW, 0).Add(kW, 1).Add(kS, 1);
  Player player(MakeScaleToZero());
  EXPECT_EQ(player.Next(o), (Action{kW, MoveIndex(kW, Verb::kScale, 0), 0}));
  EXPECT_EQ(player.Next(o), (Action{kW, MoveIndex(kW, Verb::kScale, 0), 1}));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(player.Next(o), kWaitOneStep);
}

}  // namespace
}  // namespace wt
