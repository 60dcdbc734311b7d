// SPDX-License-Identifier: Apache-2.0
// What holds for every scenario of the catalog, whatever it is about.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "agents/hash_draw.h"
#include "episodes/ground_truth.h"
#include "faults/fault_schedule.h"
#include "tests/episodes/lite.h"

namespace wt {
namespace {

constexpr u64 kSeed = 5;

StartedEpisode StartOf(const ScenarioSetup& setup, WorldPool& pool) {
  Result<StartedEpisode> started = StartEpisode(setup, pool, kSeed);
  EXPECT_TRUE(started.ok()) << (started.ok() ? "" : started.error().Text());
  return std::move(*started);
}

void RunOn(const ScenarioSetup& setup, World& world, WorldPool& pool, SimTime by) {
  Sim sim{*setup.blueprint, world, pool, nullptr, &kFaultHooks};
  RunWorld(sim, world.header().now_ns + by);
}

// The same episode with `change` done to each of its faults.
template <class Change>
ScenarioSetup With(const ScenarioSetup& setup, Change change) {
  ScenarioSetup out = setup;
  for (FaultSpec& fault : out.scenario.faults) change(fault);
  return out;
}

TEST(AnyScenario, ASavedWorldComesBackEqualAndHasTheSameFuture) {
  for (const ScenarioSetup& setup : Catalog().setups) {
    WorldPool pool, other;
    StartedEpisode started = StartOf(setup, pool);
    started.cluster.Advance(4 * kMinute);
    World& world = started.cluster.world();
    World loaded = other.Load(SaveWorld(world));
    EXPECT_EQ(HashWorld(loaded), HashWorld(world)) << setup.scenario.name;
    RunOn(setup, world, pool, 3 * kMinute);
    RunOn(setup, loaded, other, 3 * kMinute);
    EXPECT_EQ(HashWorld(loaded), HashWorld(world)) << setup.scenario.name;
  }
}

Action AnyLegal(const SimCluster& cluster, u64& draw) {
  while (true) {
    draw = Mix(draw);
    const auto kind = static_cast<EntityKind>(draw % kEntityKinds);
    const Action action{kind, static_cast<u8>((draw >> 8) % MovesOf(kind).size()),
                        static_cast<u16>((draw >> 16) %
                                         cluster.Shape().slots[static_cast<u32>(kind)])};
    if (cluster.Legal(action) && MoveOf(action).verb != Verb::kSubmit) return action;
  }
}

TEST(AnyScenario, AForkUnderTheSameActionsIsTheSame) {
  for (const ScenarioSetup& setup : Catalog().setups) {
    WorldPool pool;
    StartedEpisode started = StartOf(setup, pool);
    started.cluster.Advance(3 * kMinute);
    SimCluster fork = started.cluster.Fork(pool);
    u64 draw = kSeed;
    for (int i = 0; i < 12; ++i) {
      const Action action = AnyLegal(started.cluster, draw);
      EXPECT_EQ(started.cluster.Apply(action).accepted, fork.Apply(action).accepted);
      started.cluster.Advance(15 * kSecond);
      fork.Advance(15 * kSecond);
    }
    EXPECT_EQ(HashWorld(fork.world()), HashWorld(started.cluster.world())) << setup.scenario.name;
  }
}

TEST(AnyScenario, MasksFitTheMovesAndEpisodesEndWithinTheirLimits) {
  for (u32 s = 0; s < Catalog().setups.size(); ++s) {
    const ScenarioSetup& setup = Catalog().setups[s];
    WorldPool pool;
    const EpisodeLimits limits = StartOf(setup, pool).limits;
    ChunkOptions options;
    options.on_step = [&](const StepView& step) {
      const ObservationView& view = step.slot->observation;
      for (int k = 0; k < kEntityKinds; ++k) {
        const auto kind = static_cast<EntityKind>(k);
        const auto masks = view.Masks(kind);
        for (u16 slot = 0; slot < masks.size(); ++slot) {
          EXPECT_LE(std::bit_width(masks[slot]), static_cast<int>(MovesOf(kind).size()));
          if (kind != EntityKind::kCluster && view.Plane(kind, 0)[slot] < 0.5f) {
            EXPECT_EQ(masks[slot], 0u) << "nobody lives there";
          }
        }
      }
    };
    const EpisodeRequest request{&setup, s, kSeed};
    const EpisodeResult e = RunChunk({&request, 1}, *Agent("random")(), pool, options)[0];
    EXPECT_FALSE(e.errored) << e.error;
    EXPECT_TRUE(e.verdict >= -1 && e.verdict <= 1);
    EXPECT_NE(e.terminated, e.truncated);
    EXPECT_LE(e.steps, limits.budget.steps);
    EXPECT_LE(e.end, limits.budget.time + 5 * kMinute) << "one wait may pass the limit";
  }
}

// The World but for when its faults come: their times and their pending events.
u64 HashWithoutSchedule(const SimCluster& cluster, WorldPool& pool) {
  World copy = pool.Fork(cluster.world());
  for (const u32 f : PlannedFaults(copy)) {
    copy.At<Fault>(f).at_ns = 0;
    Cancel(copy, SimEvent::kFault, f);
  }
  return HashWorld(copy);
}

// All that an agent sees: features and masks.
std::pair<std::vector<f32>, std::vector<u32>> Seen(const SimCluster& cluster) {
  const ObservationShape shape = cluster.Shape();
  std::vector<f32> features(shape.Floats());
  std::vector<u32> masks(shape.Masks());
  std::vector<u16> edges(2u * shape.edges), service_workload(shape.slots[1]);
  cluster.Observe({shape, features, masks, {edges.data(), shape.edges},
                   {edges.data() + shape.edges, shape.edges}, service_workload});
  return {std::move(features), std::move(masks)};
}

TEST(AnyScenario, NothingIsDifferentBeforeTheFault) {
  u32 scenarios = 0;
  std::vector<std::string> unnoticed;
  for (const ScenarioSetup& setup : Catalog().setups) {
    if (setup.scenario.Healthy()) continue;
    const ScenarioSetup later = With(setup, [](FaultSpec& fault) {
      fault.at = Distribution::Of(Unit::kDuration, 100 * 3600e9);
    });
    WorldPool pool;
    SimCluster faulty = std::move(StartOf(setup, pool).cluster);
    SimCluster healthy = std::move(StartOf(later, pool).cluster);
    const SimTime fault = FirstFaultAt(faulty.world());
    ASSERT_GT(fault, 0) << setup.scenario.name;
    ASSERT_NE(HashWorld(faulty.world()), HashWorld(healthy.world()));
    const auto expect_equal = [&] {
      EXPECT_EQ(HashWithoutSchedule(faulty, pool), HashWithoutSchedule(healthy, pool))
          << setup.scenario.name << " at " << ToSeconds(faulty.Now());
      EXPECT_EQ(Seen(faulty), Seen(healthy)) << setup.scenario.name;
    };
    expect_equal();
    while (faulty.Now() < fault - 1) {
      const SimTime by = std::min<SimTime>(5 * kSecond, fault - 1 - faulty.Now());
      faulty.Advance(by);
      healthy.Advance(by);
      expect_equal();
    }
    ASSERT_EQ(faulty.Now(), fault - 1);
    faulty.Advance(1);
    healthy.Advance(1);
    EXPECT_NE(HashWithoutSchedule(faulty, pool), HashWithoutSchedule(healthy, pool))
        << setup.scenario.name << ": the comparison above means it";
    f32 apart = 0;
    for (int i = 0; i < 40; ++i) {
      faulty.Advance(15 * kSecond);
      healthy.Advance(15 * kSecond);
      apart = std::max(apart, faulty.world().header().client.error -
                                  healthy.world().header().client.error);
    }
    ++scenarios;
    if (apart <= 0.01f) unnoticed.push_back(setup.scenario.name);
  }
  EXPECT_GE(scenarios, 20u);
  EXPECT_EQ(unnoticed, std::vector<std::string>())
      << "clients notice every fault, so the comparison above means it";
}

TEST(AnyScenario, RevertingEveryFaultLeadsBackToAServedState) {
  for (const ScenarioSetup& setup : Catalog().setups) {
    if (setup.scenario.Healthy()) continue;
    const ScenarioSetup reverted = With(setup, [](FaultSpec& fault) {
      fault.duration = Distribution::Of(Unit::kDuration, 120e9);
    });
    WorldPool pool;
    SimCluster cluster = std::move(StartOf(reverted, pool).cluster);
    cluster.Advance(20 * kMinute);
    EXPECT_TRUE(AllCausesGone(cluster.View())) << setup.scenario.name;
    EXPECT_LE(cluster.world().header().client.error, 0.01f) << setup.scenario.name;
  }
}

// Twelve steps of an agent, with precompiled edges and the memo of edits on or off.
u64 HashOf(const ScenarioSetup& setup, const char* agent, WriteSwitches switches) {
  Switches() = switches;
  WorldPool pool;
  const EpisodeRequest request{&setup, 0, kSeed, 0, -1, false, 12};
  const EpisodeResult e = RunChunk({&request, 1}, *Agent(agent)(), pool, {})[0];
  Switches() = {};
  EXPECT_FALSE(e.errored) << e.error;
  return e.hash;
}

TEST(AnyScenario, PrecompiledRevisionsAndMemoChangeSpeedOnly) {
  for (const ScenarioSetup& setup : Catalog().setups) {
    for (const char* agent : {"oracle", "random", "sweep"}) {
      const std::string what = setup.scenario.name + " " + agent;
      const u64 slow = HashOf(setup, agent, {false, false});
      EXPECT_EQ(HashOf(setup, agent, {true, false}), slow) << what << ": edges alone";
      EXPECT_EQ(HashOf(setup, agent, {false, true}), slow) << what << ": memo, filling";
      EXPECT_EQ(HashOf(setup, agent, {false, true}), slow) << what << ": memo, filled";
      EXPECT_EQ(HashOf(setup, agent, {true, true}), slow) << what << ": both";
    }
  }
}

TEST(AnyScenario, InvariantsHoldAfterEveryEvent) {
  for (u32 s = 0; s < Catalog().setups.size(); ++s) {
    WorldPool pool;
    ChunkOptions options;
    options.check_invariants = true;
    const EpisodeRequest request{&Catalog().setups[s], s, kSeed, 0, -1, false, 12};
    const EpisodeResult e = RunChunk({&request, 1}, *Agent("rule")(), pool, options)[0];
    EXPECT_FALSE(e.errored) << e.error;
  }
}

}  // namespace
}  // namespace wt
