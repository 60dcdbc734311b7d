// SPDX-License-Identifier: Apache-2.0
// What holds for every fault kind: nothing before its time, a symptom that clients notice, a cause
// that stays until it is repaired by legal moves, a revert that heals, and for object faults the
// same future as the same patch from a client.
#include <gtest/gtest.h>

#include <cctype>
#include <ostream>

#include "tests/faults/fault_run.h"

namespace wt {
namespace {

struct Case {
  const char* kind;
  const char* target;
  const char* field;   // of the truth
  const char* object;  // its name
  f32 symptom;         // mean share of failing client requests, minutes 2 to 4 after
  const char* patch;   // what a person would type: strategic patch of the target
  const char* with = nullptr;  // the value in the patch, as the fault's parameter; null = drawn
};

void PrintTo(const Case& of, std::ostream* out) { *out << of.kind << " on " << of.target; }

#define WT_CONTAINER(fields) \
  R"({"spec":{"template":{"spec":{"containers":[{"name":"main",)" fields R"(}]}}}})"
constexpr Case kCases[] = {
    {"service-target-port-wrong", "catalog", "spec.ports[0].targetPort", "catalog", 0.95f,
     R"({"spec":{"ports":[{"port":8081,"targetPort":9999}]}})", "9999"},
    {"service-selector-no-match", "catalog", "spec.selector", "catalog", 0.95f,
     R"({"spec":{"selector":{"tier":"web"}}})", "tier=web"},
    {"replicas-zero", "cart", "spec.replicas", "cart", 0.95f, R"({"spec":{"replicas":0}})"},
    {"image-not-found", "catalog", "spec.template.spec.containers[0].image", "catalog", 0.95f,
     WT_CONTAINER(R"("image":"shop/catalog:1.19.7")"), "1.19.7"},
    {"command-not-executable", "catalog", "spec.template.spec.containers[0].command", "catalog",
     0.95f, WT_CONTAINER(R"("command":["/app/bin/start"])"), "/app/bin/start"},
    {"configmap-key-missing", "cart", "data.", "shop-config", 0.95f, nullptr},
    {"memory-limit-too-small", "catalog",
     "spec.template.spec.containers[0].resources.limits.memory", "catalog", 0.95f,
     WT_CONTAINER(R"("resources":{"limits":{"memory":"30Mi"},"requests":{"memory":"30Mi"}})"),
     "0.5"},
    {"liveness-wrong-target", "catalog-db", "spec.template.spec.containers[0].livenessProbe",
     "catalog-db", 0.2f, WT_CONTAINER(R"("livenessProbe":{"httpGet":{"path":"/livez"}})"),
     "/livez"},
    {"node-selector-no-such-node", "catalog", "spec.template.spec.nodeSelector", "catalog", 0.95f,
     R"({"spec":{"template":{"spec":{"nodeSelector":{"kubernetes.io/hostname":"node-21"}}}}})",
     "node-21"},
    {"repeated-pod-kill", "catalog-db", "spec.replicas", "", 0.05f, nullptr},
};
#undef WT_CONTAINER

class EveryKind : public testing::TestWithParam<Case> {
 protected:
  static constexpr u64 kSeed = 21;
  FaultRun run_ = Plan(GetParam().kind, GetParam().target, kSeed);

  // The same with the value that `patch` has.
  static FaultRun PlanFixed() {
    const Case& of = GetParam();
    FaultPlan plan = PlanOf(of.kind, of.target);
    u32 at = 0;
    while (at + 1 < plan.kind->parameters.size() &&
           plan.kind->parameters[at].type != ParameterType::kText) {
      ++at;  // of several the one that is a text
    }
    if (plan.kind->parameters[at].type != ParameterType::kText) at = 0;
    SimCluster::Options options;
    options.budget.steps = 10'000;
    FaultRun run{TheShop().StartCluster(kSeed, options), 0};
    Sim sim = run.cluster.View();
    ParameterValue& value = plan.with[at];
    value.given = true;
    if (plan.kind->parameters[at].type == ParameterType::kText) {
      value.text = InternString(sim, of.with);
    } else {
      value.number = std::stod(of.with);
    }
    const Result<u32> row = PlanFault(sim, plan);
    EXPECT_TRUE(row.ok()) << (row.ok() ? "" : row.error().Text());
    run.row = *row;
    return run;
  }
  bool object_fault_ = run_.fault().kind != NumberOf(kRepeatedPodKill);
};

TEST_P(EveryKind, ChangesNothingBeforeItsTime) {
  SimCluster healthy = TheShop().StartCluster(kSeed);
  EXPECT_EQ(run_.cluster.world().header().next_born, healthy.world().header().next_born);
  EXPECT_EQ(Watch(run_.cluster, 55 * kSecond), Watch(healthy, 55 * kSecond));
  EXPECT_EQ(Specs(run_.cluster), Specs(healthy));
  EXPECT_EQ(Observed(run_.cluster).features, Observed(healthy).features);
  EXPECT_FALSE(WasInjected(run_.fault()));
}

TEST_P(EveryKind, ClientsNoticeAndTheCauseStays) {
  const Series before = Watch(run_.cluster, kInjectAt - 5 * kSecond);
  EXPECT_LT(Mean(before.error), 0.001f);
  Watch(run_.cluster, 2 * kMinute + 5 * kSecond);
  ASSERT_TRUE(WasInjected(run_.fault()));
  const Series after = Watch(run_.cluster, 2 * kMinute);
  EXPECT_GE(Mean(after.error), GetParam().symptom);
  Watch(run_.cluster, 15 * kMinute);
  EXPECT_FALSE(CauseGone(run_.sim(), run_.fault()));
}

TEST_P(EveryKind, TruthNamesObjectAndField) {
  Watch(run_.cluster, 2 * kMinute);
  const RootCause cause = TruthOf(run_.sim(), run_.fault());
  const std::string_view name = run_.sim().Text(cause.name);
  EXPECT_FALSE(name.empty());
  if (*GetParam().object != 0) {
    EXPECT_EQ(name, GetParam().object);
  }
  EXPECT_EQ(run_.sim().Text(cause.ns), "shop");
  EXPECT_EQ(cause.field.substr(0, std::string_view(GetParam().field).size()), GetParam().field);
  EXPECT_NE(cause.entity_row, 0u);
  EXPECT_FALSE(CauseObjects(run_.sim(), run_.fault()).empty());
}

TEST_P(EveryKind, ItsRepairIsMadeOfLegalMovesAndHeals) {
  Watch(run_.cluster, kInjectAt + 90 * kSecond);
  const std::vector<RepairStep> steps = RepairOf(run_.sim(), run_.fault());
  ASSERT_FALSE(steps.empty());
  for (const RepairStep& step : steps) {
    const auto action = run_.cluster.FindMove(step.entity, step.row, step.verb, step.value);
    ASSERT_TRUE(action.has_value());
    ASSERT_TRUE(run_.cluster.Legal(*action));
    EXPECT_TRUE(run_.cluster.Apply(*action).wrote);
    run_.cluster.Advance(15 * kSecond);
  }
  EXPECT_TRUE(CauseGone(run_.sim(), run_.fault()));
  Watch(run_.cluster, 2 * kMinute);
  EXPECT_LT(Mean(Watch(run_.cluster, kMinute).error), 0.001f);
}

TEST_P(EveryKind, DoingNothingOrRestartingDoesNotEndIt) {
  Watch(run_.cluster, kInjectAt + 60 * kSecond);
  for (const char* name : {"web", "catalog", "catalog-db", "cart"}) {
    run_.cluster.Apply(MoveOn(run_.cluster, EntityKind::kWorkload, name, Verb::kRestart));
  }
  Watch(run_.cluster, 5 * kMinute);
  EXPECT_FALSE(CauseGone(run_.sim(), run_.fault()));
}

TEST_P(EveryKind, RevertHeals) {
  FaultRun run = Plan(GetParam().kind, GetParam().target, kSeed, kInjectAt + 3 * kMinute);
  Watch(run.cluster, kInjectAt + 170 * kSecond);
  EXPECT_FALSE(CauseGone(run.sim(), run.fault()));
  Watch(run.cluster, 4 * kMinute);
  EXPECT_TRUE(CauseGone(run.sim(), run.fault()));
  EXPECT_EQ(static_cast<FaultStage>(run.fault().stage), FaultStage::kReverted);
  EXPECT_LT(Mean(Watch(run.cluster, kMinute).error), 0.001f);
}

TEST_P(EveryKind, SamePatchFromAClientGivesTheSameFuture) {
  if (!object_fault_) GTEST_SKIP() << "acts by itself; not one patch";
  SimCluster client = TheShop().StartCluster(kSeed);
  Watch(client, kInjectAt);
  Watch(run_.cluster, kInjectAt);
  // What a client would send is read off a twin that has not been injected yet.
  FaultRun planned = Plan(GetParam().kind, GetParam().target, kSeed);
  planned.cluster.Advance(kInjectAt - kMillisecond);
  Sim at_time = planned.cluster.View();
  at_time.world.header().now_ns = kInjectAt;
  const FaultKind& kind = KindOf(planned.fault());
  const std::vector<RealChange> changes = kind.to_real(at_time, planned.fault());
  ASSERT_FALSE(changes.empty());
  for (const RealChange& change : changes) {
    std::string object = change.kind;
    for (char& c : object) c = static_cast<char>(std::tolower(c));
    const auto done = client.ApplyPatch(object + "/" + change.name, change.type, change.body);
    ASSERT_TRUE(done.ok()) << done.error().Text() << "\n" << change.body;
  }
  EXPECT_EQ(Specs(client), Specs(run_.cluster));
  EXPECT_EQ(Watch(client, 6 * kMinute), Watch(run_.cluster, 6 * kMinute));
  EXPECT_EQ(Specs(client), Specs(run_.cluster));
}

TEST_P(EveryKind, WhatAPersonWouldTypeGivesTheSameFuture) {
  if (GetParam().patch == nullptr) GTEST_SKIP() << "not one patch of the target";
  SimCluster client = TheShop().StartCluster(kSeed);
  FaultRun fixed = GetParam().with == nullptr ? std::move(run_) : PlanFixed();
  Watch(client, kInjectAt);
  Watch(fixed.cluster, kInjectAt);
  const bool service = KindOf(fixed.fault()).target == ObjectKind::kService;
  const std::string object = std::string(service ? "svc/" : "deploy/") + GetParam().target;
  const auto done = client.ApplyPatch(object, "strategic", GetParam().patch);
  ASSERT_TRUE(done.ok()) << done.error().Text();
  EXPECT_EQ(Specs(client), Specs(fixed.cluster));
  EXPECT_EQ(Watch(client, 6 * kMinute), Watch(fixed.cluster, 6 * kMinute));
}

TEST_P(EveryKind, SameSeedSameHashAndForksAgree) {
  FaultRun again = Plan(GetParam().kind, GetParam().target, kSeed);
  Watch(run_.cluster, 2 * kMinute);
  Watch(again.cluster, 2 * kMinute);
  EXPECT_EQ(HashWorld(run_.cluster.world()), HashWorld(again.cluster.world()));
  SimCluster fork = run_.cluster.Fork(TheShop().pool);
  Watch(run_.cluster, 4 * kMinute);
  Watch(fork, 4 * kMinute);
  EXPECT_EQ(HashWorld(run_.cluster.world()), HashWorld(fork.world()));
}

std::string NameOf(const testing::TestParamInfo<Case>& param) {
  std::string name = param.param.kind;
  std::erase(name, '-');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Faults, EveryKind, testing::ValuesIn(kCases), NameOf);

}  // namespace
}  // namespace wt
