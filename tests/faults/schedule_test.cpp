// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "faults/looks.h"
#include "faults/newcomers.h"
#include "faults/noise.h"
#include "tests/faults/fault_run.h"

namespace wt {
namespace {

constexpr EntityKind kW = EntityKind::kWorkload;

TEST(FaultTable, HoldsTenKindsAndNoFault) {
  std::set<std::string_view> ids;
  for (const FaultKind* kind : AllFaults()) ids.insert(kind->id);
  EXPECT_EQ(ids.size(), 11u);
  for (const FaultKind* kind : AllFaults()) {
    EXPECT_EQ(FindFault(kind->id), kind);
    if (kind == &kNoFault) continue;
    EXPECT_TRUE(kind->fit && kind->draw && kind->inject && kind->revert && kind->truth &&
                kind->repair && kind->cause_gone && kind->to_real)
        << kind->id;
  }
  EXPECT_EQ(FindFault("none"), nullptr);
}

TEST(PlanFault, AnyTargetIsDrawnAmongThoseThatClientsNotice) {
  std::set<u32> targets;
  for (u64 seed = 1; seed <= 60; ++seed) {
    targets.insert(Plan("service-target-port-wrong", "", seed).fault().target_row);
  }
  EXPECT_EQ(targets.size(), 4u);
}

TEST(PlanFault, AServiceNamesTheWorkloadBehindItAndBack) {
  Shop& shop = TheShop();
  SimCluster cluster = shop.StartCluster(1);
  Sim sim = cluster.View();
  FaultPlan plan = PlanOf("image-not-found", "catalog");
  plan.target_kind = ObjectKind::kService;
  EXPECT_TRUE(PlanFault(sim, plan).ok());
  FaultPlan other = PlanOf("service-target-port-wrong", "cart");
  other.target_kind = ObjectKind::kDeployment;
  EXPECT_TRUE(PlanFault(sim, other).ok());
  FaultPlan config = PlanOf("configmap-key-missing", "");
  config.target_kind = ObjectKind::kConfigMap;
  config.target_name = shop.Id("shop-config");
  const auto row = PlanFault(sim, config);
  ASSERT_TRUE(row.ok()) << row.error().Text();
  const Fault& fault = sim.At<Fault>(*row);
  EXPECT_EQ(sim.Text(fault.target_name), "cart");
  const RootCause truth = TruthOf(sim, fault);
  EXPECT_EQ(truth.kind, ObjectKind::kConfigMap);
  EXPECT_EQ(sim.Text(truth.name), "shop-config");
  EXPECT_EQ(truth.entity, EntityKind::kWorkload);
  EXPECT_EQ(sim.Text(sim.At<Deployment>(truth.entity_row).name), "cart");
}

TEST(PlanFault, RefusesWhatCannotBeOrHasNoEffect) {
  SimCluster cluster = TheShop().StartCluster(1);
  Sim sim = cluster.View();
  const auto text = [&](const FaultPlan& plan) {
    const auto planned = PlanFault(sim, plan);
    return planned.ok() ? std::string("planned") : planned.error().Text();
  };
  FaultPlan plan = PlanOf("service-target-port-wrong", "catalog");
  plan.with[0] = {true, 8081, 0};
  EXPECT_EQ(text(plan), "port 8081 is served by this workload; expected one that is not");
  plan = PlanOf("memory-limit-too-small", "catalog");
  plan.with[1] = {true, 1e9, 0};
  EXPECT_EQ(text(plan), "a limit of 953Mi is enough for catalog, which needs 60Mi");
  plan = PlanOf("image-not-found", "catalog");
  plan.with[0] = {true, 0, TheShop().Id("/healthz")};
  EXPECT_EQ(text(plan), "planned");
  plan = PlanOf("configmap-key-missing", "web");
  EXPECT_TRUE(text(plan).starts_with("target: web cannot carry configmap-key-missing (it lacks what "
                                     "the fault breaks, or is so already)"))
      << text(plan);
  plan.target_name = TheShop().Id("node-1");
  EXPECT_EQ(text(plan), "target: there is no node-1");
  EXPECT_EQ(text(PlanOf("no-fault", "")), "planned");
}

TEST(PlanFault, ATargetThatIsGoneWhenTheTimeComesIsMissed) {
  FaultRun run = Plan("replicas-zero", "cart", 5);
  run.cluster.Apply(MoveOn(run.cluster, EntityKind::kWorkload, "cart", Verb::kDeleteObject));
  Watch(run.cluster, 2 * kMinute);
  EXPECT_FALSE(WasInjected(run.fault()));
  EXPECT_EQ(static_cast<FaultStage>(run.fault().stage), FaultStage::kMissed);
}

constexpr const char* kRogue = "(the rogue)";
std::string RogueOf(const FaultRun& run) {
  return std::string(run.sim().Text(TruthOf(run.sim(), run.fault()).name));
}

TEST(RepeatedPodKill, StopsWhileTheKillerDoesNotRun) {
  FaultRun run = Plan("repeated-pod-kill", "catalog-db", 6);
  Watch(run.cluster, 3 * kMinute);
  const std::string rogue = RogueOf(run);
  const Action stop = MoveOn(run.cluster, EntityKind::kWorkload, rogue, Verb::kScale, 0);
  EXPECT_TRUE(run.cluster.Apply(stop).wrote);
  EXPECT_TRUE(CauseGone(run.sim(), run.fault()));
  Watch(run.cluster, kMinute);
  EXPECT_LT(Mean(Watch(run.cluster, 5 * kMinute).error), 0.001f);
  const Action resume = MoveOn(run.cluster, EntityKind::kWorkload, rogue, Verb::kScale, 1);
  EXPECT_TRUE(run.cluster.Apply(resume).wrote);
  EXPECT_FALSE(CauseGone(run.sim(), run.fault()));
  EXPECT_GT(Mean(Watch(run.cluster, 5 * kMinute).error), 0.01f);
}

TEST(Findings, TellTheFaultsApart) {
  struct Expect {
    const char* kind;
    const char* target;
    Verb verb;
    EntityKind entity;
    const char* name;
    const char* feature;
  };
  constexpr EntityKind kS = EntityKind::kService;
  for (const Expect& e : {
           Expect{"service-target-port-wrong", "catalog", Verb::kDescribe, kS, "catalog",
                  "port_undeclared"},
           Expect{"service-selector-no-match", "catalog", Verb::kDescribe, kS, "catalog",
                  "no_selected_pods"},
           Expect{"service-target-port-wrong", "catalog", Verb::kTraces, kS, "catalog",
                  "trace_refused"},
           Expect{"image-not-found", "catalog", Verb::kDescribe, kW, "catalog", "waiting_image"},
           Expect{"command-not-executable", "catalog", Verb::kDescribe, kW, "catalog",
                  "run_error"},
           Expect{"memory-limit-too-small", "catalog", Verb::kDescribe, kW, "catalog",
                  "oom_killed"},
           Expect{"node-selector-no-such-node", "catalog", Verb::kDescribe, kW, "catalog",
                  "unschedulable"},
           Expect{"liveness-wrong-target", "catalog-db", Verb::kEvents, kW, "catalog-db",
                  "probe_kills"},
           Expect{"repeated-pod-kill", "catalog-db", Verb::kEvents, kW, "catalog-db",
                  "pods_killed"},
           Expect{"repeated-pod-kill", "catalog-db", Verb::kLogs, kW, kRogue,
                  "calls_api"},
           Expect{"configmap-key-missing", "cart", Verb::kHistory, kW, "cart", "config_changed"},
           Expect{"replicas-zero", "cart", Verb::kHistory, kW, "cart", "changed"},
       }) {
    FaultRun run = Plan(e.kind, e.target, 9);
    Watch(run.cluster, kInjectAt + 3 * kMinute);
    const bool of_rogue = std::string_view(e.name) == kRogue;
    const std::string name = of_rogue ? RogueOf(run) : e.name;
    const Action look = MoveOn(run.cluster, e.entity, name, e.verb);
    EXPECT_TRUE(run.cluster.Apply(look).accepted);
    EXPECT_GT(Observed(run.cluster).At(e.entity, e.feature, look.slot), 0.2f)
        << e.kind << " " << e.feature << "\n" << run.cluster.LastResultText();
    SimCluster healthy = TheShop().StartCluster(9);
    Watch(healthy, kInjectAt + 3 * kMinute);
    if (of_rogue) continue;
    const Action same = MoveOn(healthy, e.entity, e.name, e.verb);
    healthy.Apply(same);
    EXPECT_EQ(Observed(healthy).At(e.entity, e.feature, same.slot) > 0.5f, false) << e.feature;
  }
}

TEST(RepeatedPodKill, ItsLogTellsOfThePodsItDeletedAndOfNothingBefore) {
  FaultRun run = Plan("repeated-pod-kill", "catalog-db", 9);
  Watch(run.cluster, kInjectAt + 15 * kSecond);  // the first kill comes 20 s after it, at least
  const Action look = MoveOn(run.cluster, kW, RogueOf(run), Verb::kLogs);
  EXPECT_TRUE(run.cluster.Apply(look).accepted);
  EXPECT_EQ(Observed(run.cluster).At(kW, "calls_api", look.slot), 0);
  EXPECT_EQ(run.cluster.LastResultText().find("deleted"), std::string::npos);
  Watch(run.cluster, 2 * kMinute);
  EXPECT_TRUE(run.cluster.Apply(look).accepted);
  EXPECT_EQ(Observed(run.cluster).At(kW, "calls_api", look.slot), 1);
  const std::string log = run.cluster.LastResultText();
  EXPECT_NE(log.find("INFO deleted pod catalog-db-"), std::string::npos) << log;
}

TEST(Newcomers, ComeUpInTheirTimeAndAreNoPartOfACause) {
  SimCluster cluster = TheShop().StartCluster(3);
  Sim sim = cluster.View();
  PlanNewcomers(sim, 3);
  EXPECT_TRUE(PlannedFaults(cluster.world()).empty());
  const auto unserved = [&] {
    u32 count = 0;
    const Observed seen(cluster);
    for (u16 w = 0; w < seen.view.shape.slots[static_cast<u32>(kW)]; ++w) {
      count += seen.At(kW, "exists", w) > 0.5f && seen.At(kW, "has_service", w) < 0.5f &&
               seen.At(kW, "ready", w) > 0;
    }
    return count;
  };
  Watch(cluster, kNewcomersFrom - kSecond);
  const u32 at_start = unserved();
  const Series after = Watch(cluster, kNewcomersUntil + kMinute);
  EXPECT_EQ(unserved(), at_start + 3);
  EXPECT_LT(Mean(after.error), 0.001f);
}

TEST(Newcomers, LookLikeTheRogueAndDoNotTakeItsName) {
  for (u64 seed = 1; seed <= 20; ++seed) {
    FaultRun run = Plan("repeated-pod-kill", "catalog-db", seed);
    Sim sim = run.sim();
    PlanNewcomers(sim, 4);
    Watch(run.cluster, kNewcomersUntil + kMinute);
    std::set<std::string> names;
    u32 of_a_look = 0;
    for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
      const std::string name(sim.Text(sim.At<Deployment>(d).name));
      EXPECT_TRUE(names.insert(name).second) << name;
      of_a_look += std::any_of(std::begin(kLooks), std::end(kLooks),
                               [&](const Look& look) { return look.name == name; });
    }
    EXPECT_EQ(of_a_look, 5u);
    EXPECT_TRUE(names.contains(RogueOf(run)));
  }
}

TEST(Noise, HealsItselfAndIsAFunctionOfTheSeed) {
  const auto run = [](u64 seed, f32 intensity) {
    SimCluster cluster = TheShop().StartCluster(seed);
    Sim sim = cluster.View();
    PlanNoise(sim, intensity, true);
    return cluster;
  };
  SimCluster a = run(3, 1.0f), b = run(3, 1.0f), quiet = run(3, 0.0f);
  const Series noisy = Watch(a, 10 * kMinute);
  EXPECT_EQ(noisy, Watch(b, 10 * kMinute));
  EXPECT_NE(noisy, Watch(quiet, 10 * kMinute));
  EXPECT_LT(Mean(noisy.error), 0.02f);
  EXPECT_TRUE(PlannedFaults(a.world()).empty());
  for (const char* name : {"web", "catalog", "catalog-db", "cart"}) {
    const u32 row = RowNamed(a, EntityKind::kWorkload, name);
    EXPECT_GE(a.world().At<Deployment>(row).status_ready,
              a.world().At<Deployment>(row).replicas - 1);
  }
}

}  // namespace
}  // namespace wt
