// SPDX-License-Identifier: Apache-2.0
#include "sim/cluster/sim_cluster.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "sim/cluster/entities.h"
#include "sim/cluster/findings.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/transitions.h"
#include "tests/sim/cluster/shop.h"

namespace wt {
namespace {

constexpr EntityKind kC = EntityKind::kCluster;
constexpr EntityKind kS = EntityKind::kService;
constexpr EntityKind kW = EntityKind::kWorkload;
constexpr EntityKind kN = EntityKind::kNode;

TEST(SimCluster, SettledShopIsHealthy) {
  const SimCluster cluster = TheShop().StartCluster(3);
  const Observed seen(cluster);
  EXPECT_EQ(cluster.Shape().slots, (std::array<u16, kEntityKinds>{1, 16, 16, 16}));
  EXPECT_LT(seen.At(kC, "client_error"), 0.001f);
  EXPECT_NEAR(seen.At(kC, "client_p99"), 1.0f, 0.2f);
  EXPECT_NEAR(seen.At(kC, "client_rate"), std::log2(51.0f) / 10, 0.02f);
  EXPECT_EQ(seen.At(kC, "pods_unready"), 0);
  for (const char* name : {"web", "catalog", "catalog-db", "cart"}) {
    const u16 s = SlotNamed(cluster, kS, name), w = SlotNamed(cluster, kW, name);
    EXPECT_EQ(seen.At(kS, "exists", s), 1) << name;
    EXPECT_GT(seen.At(kS, "rate", s), 0.4f) << name;
    EXPECT_LT(seen.At(kS, "error", s), 0.001f) << name;
    EXPECT_GT(seen.At(kS, "endpoints", s), 0) << name;
    EXPECT_EQ(seen.At(kS, "is_entry", s), std::string_view(name) == "web" ? 1.0f : 0.0f);
    EXPECT_EQ(seen.At(kW, "unavailable", w), 0) << name;
    EXPECT_EQ(seen.At(kW, "has_service", w), 1) << name;
    EXPECT_EQ(seen.view.service_workload[s], w + 1) << name;
  }
  EXPECT_EQ(seen.view.shape.edges, 3);
  EXPECT_GT(seen.At(kN, "cpu", SlotNamed(cluster, kN, "node-1")), 0);
}

TEST(SimCluster, SlotsArePermutedByTheSeed) {
  std::array<bool, 16> used{};
  for (u64 seed = 1; seed <= 40; ++seed) {
    used[SlotNamed(TheShop().StartCluster(seed), kS, "catalog")] = true;
  }
  EXPECT_GE(std::count(used.begin(), used.end(), true), 10);
  EXPECT_EQ(SlotNamed(TheShop().StartCluster(5), kS, "cart"),
            SlotNamed(TheShop().StartCluster(5), kS, "cart"));
}

TEST(SimCluster, ObservingAndInvestigatingLeaveTheWorldUnchanged) {
  SimCluster::Options options;
  options.budget.steps = 10'000;
  SimCluster cluster = TheShop().StartCluster(4, options);
  cluster.Advance(47 * kSecond);
  const u64 before = HashWorld(cluster.world());
  for (const EntityKind kind : {kC, kS, kW, kN}) {
    const auto moves = MovesOf(kind);
    for (u16 slot = 0; slot < cluster.Shape().slots[static_cast<u32>(kind)]; ++slot) {
      for (u8 m = 0; m < moves.size(); ++m) {
        if (!IsInvestigation(moves[m].verb)) continue;
        const Action action{kind, m, slot};
        if (!cluster.Legal(action)) continue;
        EXPECT_TRUE(cluster.Apply(action).accepted);
        EXPECT_FALSE(cluster.LastResultText().empty()) << moves[m].meaning;
        const Observed seen(cluster);
      }
    }
  }
  EXPECT_EQ(HashWorld(cluster.world()), before);
  EXPECT_EQ(cluster.writes(), 0u);
}

// The k-th legal pair of entity and move, counted over and over; never submit.
Action LegalAction(const Observed& seen, u32 k) {
  std::vector<Action> legal;
  for (const EntityKind kind : {kC, kS, kW, kN}) {
    const auto masks = seen.view.Masks(kind);
    for (u16 slot = 0; slot < masks.size(); ++slot) {
      for (u8 move = 0; move < MovesOf(kind).size(); ++move) {
        if (MovesOf(kind)[move].verb == Verb::kSubmit) continue;
        if ((masks[slot] >> move & 1u) != 0) legal.push_back({kind, move, slot});
      }
    }
  }
  return legal[k % legal.size()];
}

TEST(SimCluster, WhoObservedBeforeSeesWhatWhoNeverDidSees) {
  SimCluster::Options options;
  options.budget.steps = 10'000;
  for (u32 seed = 1; seed <= 12; ++seed) {
    SimCluster watched = TheShop().StartCluster(seed, options);
    SimCluster unseen = TheShop().StartCluster(seed, options);
    for (u32 step = 0; step < 4 * seed; ++step) {
      const Action action = LegalAction(Observed(watched), step * 7919 + seed * 104'729);
      for (SimCluster* cluster : {&watched, &unseen}) {
        cluster->Apply(action);
        if (cluster == &watched) Observed between(watched);
        cluster->Advance(15 * kSecond);
      }
    }
    const Observed a(watched), b(unseen);
    EXPECT_EQ(a.features, b.features) << seed;
    EXPECT_EQ(a.masks, b.masks) << seed;
  }
}

TEST(SimCluster, MaskDependsOnExistenceAndBudgetOnly) {
  SimCluster::Options options;
  options.budget.steps = 2;
  SimCluster cluster = TheShop().StartCluster(6, options);
  Observed seen(cluster);
  for (u16 s = 0; s < 16; ++s) {
    const bool exists = !cluster.EntityName(kW, s).empty();
    EXPECT_EQ(seen.view.Masks(kW)[s], exists ? (1u << kWorkloadMoves.size()) - 1 : 0u);
  }
  const Action wait{kC, 0, 0};
  cluster.Apply(wait);
  EXPECT_TRUE(cluster.Apply(wait).accepted);
  const Observed after(cluster);
  EXPECT_FALSE(cluster.Apply(wait).accepted);
  const Action submit = MoveOn(cluster, kW, "cart", Verb::kSubmit);
  EXPECT_TRUE(cluster.Legal(submit));
  EXPECT_EQ(std::popcount(after.view.Masks(kW)[submit.slot]), 1);
}

TEST(SimCluster, ForkHasTheSameFuture) {
  SimCluster a = TheShop().StartCluster(7);
  a.Apply(MoveOn(a, kW, "catalog", Verb::kRestart));
  a.Advance(5 * kSecond);
  SimCluster b = a.Fork(TheShop().pool);
  for (SimCluster* cluster : {&a, &b}) {
    cluster->Apply(MoveOn(*cluster, kW, "web", Verb::kDeletePod));
    cluster->Advance(kMinute);
  }
  EXPECT_EQ(HashWorld(a.world()), HashWorld(b.world()));
  EXPECT_EQ(Observed(a).features, Observed(b).features);
  EXPECT_EQ(a.Written().size(), b.Written().size());
}

TEST(SimCluster, NewEntitiesTakeSpareSlotsAndGoneOnesLeaveThemEmpty) {
  SimCluster cluster = TheShop().StartCluster(8);
  const u16 cart = SlotNamed(cluster, kW, "cart"), web = SlotNamed(cluster, kW, "web");
  cluster.Apply(MoveOn(cluster, kW, "cart", Verb::kDescribe));
  EXPECT_EQ(Observed(cluster).At(kW, "described", cart), 1);
  EXPECT_TRUE(cluster.Apply(MoveOn(cluster, kW, "cart", Verb::kDeleteObject)).wrote);
  const Observed seen(cluster);
  EXPECT_EQ(cluster.EntityName(kW, cart), "");
  EXPECT_EQ(seen.At(kW, "exists", cart), 0);
  EXPECT_EQ(seen.At(kW, "described", cart), 0);
  EXPECT_EQ(seen.view.Masks(kW)[cart], 0u);
  EXPECT_EQ(SlotNamed(cluster, kW, "web"), web);
}

TEST(SimCluster, AcceptedWritesAreRecordedEvenWhenTheyChangeNothing) {
  SimCluster cluster = TheShop().StartCluster(9);
  const Action fix = MoveOn(cluster, kS, "catalog", Verb::kFixPort);
  EXPECT_EQ(cluster.OptionText(fix), "8081");
  const u32 version = cluster.world().header().resource_version;
  EXPECT_TRUE(cluster.Apply(fix).wrote);
  EXPECT_EQ(cluster.world().header().resource_version, version);
  ASSERT_EQ(cluster.Written().size(), 1u);
  EXPECT_EQ(cluster.Written()[0].kind, ObjectKind::kService);
  EXPECT_EQ(Observed(cluster).At(kS, "touched", fix.slot), 0.25f);
}

TEST(SimCluster, DeletedPodCountsForItsWorkload) {
  SimCluster cluster = TheShop().StartCluster(10);
  EXPECT_TRUE(cluster.Apply(MoveOn(cluster, kW, "web", Verb::kDeletePod)).wrote);
  ASSERT_EQ(cluster.Written().size(), 1u);
  EXPECT_EQ(cluster.Written()[0].kind, ObjectKind::kPod);
  EXPECT_EQ(cluster.Written()[0].workload_row, RowNamed(cluster, kW, "web"));
  cluster.Advance(kMinute);
  EXPECT_EQ(Observed(cluster).At(kW, "unavailable", SlotNamed(cluster, kW, "web")), 0);
}

TEST(SimCluster, OptionsComeFromWhatTheClusterShows) {
  const SimCluster cluster = TheShop().StartCluster(11);
  const auto text = [&](EntityKind kind, const char* name, Verb verb, u8 option = 0) {
    return cluster.OptionText(MoveOn(cluster, kind, name, verb, option));
  };
  EXPECT_EQ(text(kW, "catalog", Verb::kUndo), "to revision 1");
  EXPECT_EQ(text(kW, "catalog", Verb::kUndo, 1), "nothing to offer");
  EXPECT_EQ(text(kW, "catalog", Verb::kSetImage), "shop/catalog:1");
  EXPECT_EQ(text(kW, "catalog", Verb::kSetResources), "memory limit 256Mi");
  EXPECT_EQ(text(kW, "cart", Verb::kRestoreConfig), "ConfigMap shop-config");
  EXPECT_EQ(text(kW, "web", Verb::kRestoreConfig), "nothing to offer");
  EXPECT_EQ(text(kS, "catalog", Verb::kFixSelector), "catalog");
  EXPECT_EQ(text(kS, "catalog", Verb::kFixSelector, 1), "catalog-db");
  const Action scale = MoveOn(cluster, kW, "cart", Verb::kScale, 3);
  EXPECT_EQ(cluster.FindMove(kW, RowNamed(cluster, kW, "cart"), Verb::kScale, 3), scale);
}

TEST(SimCluster, FreeFormPatchIsAWriteOfTheAgent) {
  SimCluster cluster = TheShop().StartCluster(12);
  const auto done = cluster.ApplyPatch("deployment/web", "merge", R"({"spec":{"replicas":3}})");
  ASSERT_TRUE(done.ok()) << done.error().Text();
  cluster.Advance(kMinute);
  EXPECT_EQ(Observed(cluster).At(kW, "ready", SlotNamed(cluster, kW, "web")), 3.0f / 8);
  EXPECT_EQ(cluster.writes(), 1u);
  EXPECT_FALSE(cluster.ApplyPatch("deployment/none", "merge", "{}").ok());
  EXPECT_FALSE(cluster.ApplyPatch("nonsense", "merge", "{}").ok());
}

TEST(SimCluster, DrainEmptiesANode) {
  SimCluster cluster = TheShop().StartCluster(13);
  const u32 row = RowNamed(cluster, kN, "node-1");
  EXPECT_TRUE(cluster.Apply(MoveOn(cluster, kN, "node-1", Verb::kDrain)).wrote);
  cluster.Advance(2 * kMinute);
  EXPECT_EQ(cluster.world().At<Node>(row).pods, 0u);
  EXPECT_EQ(Observed(cluster).At(kC, "pods_unready"), 0);
}

TEST(SimCluster, EveryWrittenObjectIsListedHoweverManyThereAre) {
  SimCluster cluster = TheShop().StartCluster(13);
  while (cluster.Written().size() <= SimCluster::kWrittenUsual) {
    const u32 pod = WorstPod(cluster.View(), RowNamed(cluster, kW, "web"), 0);
    const std::string name = "pod/" + PodName(cluster.View(), pod);
    ASSERT_TRUE(cluster.ApplyPatch(name, "merge", R"({"metadata":{"labels":{"a":"b"}}})"));
    Sim sim = cluster.View();
    DeletePod(sim, pod);
    cluster.Advance(2 * kMinute);
  }
  ASSERT_GT(cluster.Written().size(), SimCluster::kWrittenUsual);
  ASSERT_TRUE(cluster.ApplyPatch("service/web", "merge", R"({"metadata":{"labels":{"a":"b"}}})"));
  EXPECT_EQ(cluster.Written().back().kind, ObjectKind::kService);
}

TEST(SimCluster, APatchedPodCountsForItsWorkload) {
  SimCluster cluster = TheShop().StartCluster(13);
  const u32 pod = cluster.ValueOf(MoveOn(cluster, kW, "web", Verb::kDeletePod)).value;
  ASSERT_TRUE(cluster.ApplyPatch("pod/" + PodName(cluster.View(), pod), "merge",
                                 R"({"metadata":{"labels":{"a":"b"}}})"));
  ASSERT_EQ(cluster.Written().size(), 1u);
  EXPECT_EQ(cluster.Written()[0].workload_row, RowNamed(cluster, kW, "web"));
}

TEST(SimCluster, ScrapeNoiseIsAFunctionOfSeedServiceAndScrape) {
  SimCluster cluster = TheShop().StartCluster(14);
  const Observed first(cluster), again(cluster);
  EXPECT_EQ(first.features, again.features);
  cluster.Advance(15 * kSecond);
  const u16 web = SlotNamed(cluster, kS, "web");
  EXPECT_NE(first.At(kS, "rate", web), Observed(cluster).At(kS, "rate", web));
}

TEST(FindInLog, FatalLinesSayWhatIsMissing) {
  const auto found = [](const std::vector<std::string>& texts, i32 at_ms = 1000) {
    std::vector<LogLine> lines;
    for (const std::string& text : texts) lines.push_back({at_ms, text});
    return FindInLog(lines, 2000);
  };
  EXPECT_TRUE(found({"INFO starting geo", "FATAL required setting DbUri is missing"}).missing_key);
  EXPECT_TRUE(found({"FATAL cannot read configuration app: no such file or directory"})
                  .missing_key);
  EXPECT_FALSE(found({"WARN required setting DbUri is missing, using a default"}).missing_key);
  EXPECT_TRUE(found({"FATAL cannot connect to consul:8500, giving up"}).dependency);
  EXPECT_FALSE(found({"INFO starting geo", "INFO listening on :8083"}).dependency);
  EXPECT_TRUE(found({"INFO deleted pod geo-7d9f-x2x4x"}).calls_api);
  EXPECT_FALSE(found({"INFO starting geo"}).calls_api);
}

TEST(FindInLog, CallsThatFailCountWhenTheyAreManyAndFresh) {
  const LogLine failed{0, "ERROR nearby: call to geo/nearby failed: context deadline exceeded"};
  std::vector<LogLine> lines(kFailedCallLines - 1, failed);
  EXPECT_FALSE(FindInLog(lines, 1000).dependency);
  lines.push_back(failed);
  EXPECT_TRUE(FindInLog(lines, 1000).dependency);
  EXPECT_FALSE(FindInLog(lines, 61'000).dependency);
}

}  // namespace
}  // namespace wt
