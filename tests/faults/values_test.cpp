// SPDX-License-Identifier: Apache-2.0
// The wrong values of faults: many, plausible, none in use, and none of them a tell.
#include "faults/values.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "sim/cluster/entities.h"
#include "sim/objects/edits.h"
#include "sim/transitions.h"
#include "tests/faults/fault_run.h"

namespace wt {
namespace {

// What a fault of this kind and seed writes: text or number of its edit; the lost key; the name.
std::string ValueOf(const FaultRun& run) {
  const Sim sim = run.sim();
  const Fault fault = run.fault();
  const FaultKind& kind = KindOf(fault);
  if (kind.id == "configmap-key-missing") {
    return std::string(sim.Text(fault.with[0])) + "/" + std::string(sim.Text(fault.with[1]));
  }
  if (kind.id == "repeated-pod-kill") return std::string(sim.Text(fault.with[2]));
  if (kind.edit == nullptr) return "";
  const FaultEdit edit = kind.edit(sim, fault);
  return TakesText(edit.op) ? std::string(sim.Text(edit.arg)) : std::to_string(edit.arg);
}

TEST(FaultValues, EachKindHasManyOverTwoHundredSeeds) {
  for (const FaultKind* kind : AllFaults()) {
    if (kind == &kNoFault || kind == &kReplicasZero) continue;  // zero is the fault
    std::map<std::string, std::set<std::string>> by_target;
    std::set<std::string> all;
    for (u64 seed = 1; seed <= 200; ++seed) {
      const FaultRun run = Plan(kind->id, "", seed);
      const std::string value = ValueOf(run);
      EXPECT_FALSE(value.empty()) << kind->id;
      all.insert(value);
      by_target[std::string(run.sim().Text(run.fault().target_name))].insert(value);
    }
    // The keys of a ConfigMap are the app's; the shop has few.
    if (kind == &kConfigMapKeyMissing) continue;
    EXPECT_GE(all.size(), 4u) << kind->id;
    for (const auto& [target, values] : by_target) {
      EXPECT_GE(values.size(), 4u) << kind->id << " on " << target;
    }
  }
}

TEST(FaultValues, WhatTheSeedDrawsIsAlwaysTaken) {
  for (const FaultKind* kind : AllFaults()) {
    if (kind == &kNoFault) continue;
    for (u64 seed = 1; seed <= 12; ++seed) {
      FaultRun run = Plan(kind->id, "", seed);
      run.cluster.Advance(kInjectAt + kSecond);
      EXPECT_TRUE(WasInjected(run.fault())) << kind->id << " " << ValueOf(run);
      EXPECT_FALSE(CauseGone(run.sim(), run.fault())) << kind->id << " " << ValueOf(run);
    }
  }
}

TEST(FaultValues, ListsAreLongAndLeaveOutTheRightValue) {
  for (const char* tag : {"1.4.2", "v2", "latest", "", "7", "2024-05-01", "stable-alpine3.18"}) {
    const auto tags = TagsLike(tag);
    EXPECT_GE(tags.size(), 4u) << tag;
    EXPECT_EQ(std::count(tags.begin(), tags.end(), tag), 0) << tag;
    for (const std::string& one : tags) {
      EXPECT_EQ(one.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789._-"),
                std::string::npos)
          << one;
    }
  }
  for (const u32 port : {1u, 80u, 443u, 3306u, 8080u, 9999u, 27017u, 65535u}) {
    const auto ports = PortsLike(port);
    EXPECT_GE(ports.size(), 4u) << port;
    for (const u32 one : ports) EXPECT_TRUE(one >= 1 && one <= 65535 && one != port) << port;
  }
  for (const char* path : {"/healthz", "/", "", "/a", "/api/v1/health"}) {
    EXPECT_GE(PathsLike(path).size(), 4u) << path;
  }
  for (const char* command : {"/app/search", "nginx", "", "/s", "java"}) {
    const auto commands = CommandsLike(command, "search");
    EXPECT_GE(commands.size(), 4u) << command;
    EXPECT_EQ(std::count(commands.begin(), commands.end(), command), 0) << command;
  }
  const std::vector<std::string> nodes{"node-1", "node-2", "node-3"}, clouds{"ip-10-0-0-9"};
  EXPECT_GE(HostsLike(nodes).size(), 4u);
  EXPECT_GE(HostsLike(clouds).size(), 4u);
  EXPECT_GE(HostsLike({}).size(), 4u);
  for (const char* value : {"web", "a", "", "catalog-db", "aa"}) {
    EXPECT_GE(LabelsLike("app", value).size(), 3u) << value;
  }
}

TEST(RepeatedPodKill, TwoOfThemAreTwoRogues) {
  SimCluster cluster = TheShop().StartCluster(3);
  Sim sim = cluster.View();
  std::set<std::string> names;
  std::vector<u32> rows;
  for (u32 number = 0; number < 12; ++number) {  // more than there are names
    FaultPlan plan = PlanOf("repeated-pod-kill", number % 2 == 0 ? "catalog-db" : "cart");
    plan.number = number;
    const Result<u32> row = PlanFault(sim, plan);
    ASSERT_TRUE(row.ok()) << row.error().Text();
    rows.push_back(*row);
  }
  cluster.Advance(kInjectAt + kSecond);
  for (const u32 row : rows) {
    const Fault& fault = cluster.View().At<Fault>(row);
    EXPECT_TRUE(WasInjected(fault));
    names.insert(std::string(cluster.View().Text(TruthOf(cluster.View(), fault).name)));
  }
  EXPECT_EQ(names.size(), rows.size());
}

TEST(RepeatedPodKill, AWorkloadOfTheAppKeepsItsName) {
  std::set<std::string> names;
  for (u64 seed = 1; seed <= 40; ++seed) {
    SimCluster cluster = TheShop().StartCluster(seed);
    Sim sim = cluster.View();
    const u32 model = RowNamed(cluster, EntityKind::kWorkload, "cart");
    const Deployment like = sim.At<Deployment>(model);
    const u32 taken = CreateDeployment(sim, like.ns, InternString(sim, "pod-recycler"), like.doc,
                                       like.tmpl, 0, kFaultActor);
    const u32 born = sim.At<Deployment>(taken).born;
    const Result<u32> row = PlanFault(sim, PlanOf("repeated-pod-kill", "catalog-db"));
    ASSERT_TRUE(row.ok());
    cluster.Advance(kInjectAt + kSecond);
    const Sim now = cluster.View();
    EXPECT_TRUE(WasInjected(now.At<Fault>(*row)));
    EXPECT_EQ(now.At<Deployment>(taken).born, born);
    const RootCause cause = TruthOf(now, now.At<Fault>(*row));
    EXPECT_NE(cause.row, taken);
    names.insert(std::string(now.Text(cause.name)));
  }
  EXPECT_GE(names.size(), 4u);
  EXPECT_EQ(names.count("pod-recycler"), 0u);
}

TEST(PlanFault, AFaultThatFindsItsTargetBrokenTheSameWayIsMissed) {
  for (const char* kind : {"replicas-zero", "service-target-port-wrong", "image-not-found"}) {
    SimCluster cluster = TheShop().StartCluster(4);
    Sim sim = cluster.View();
    FaultPlan plan = PlanOf(kind, "cart");
    const Result<u32> first = PlanFault(sim, plan);
    const Result<u32> second = PlanFault(sim, plan);  // the same number draws the same value
    ASSERT_TRUE(first.ok() && second.ok());
    cluster.Advance(kInjectAt + kSecond);
    EXPECT_TRUE(WasInjected(cluster.View().At<Fault>(*first))) << kind;
    EXPECT_FALSE(WasInjected(cluster.View().At<Fault>(*second))) << kind;
  }
}

}  // namespace
}  // namespace wt
