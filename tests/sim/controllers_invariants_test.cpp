// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sim/transitions.h"
#include "tests/sim/test_world.h"

namespace wt {
namespace {

constexpr int kApps = 4;

// Several apps with Services on five nodes; every operation an agent or a fault could make.
class Chaos {
 public:
  explicit Chaos(u64 key) : key_{key} {
    for (int i = 1; i <= 3; ++i) world.AddImage("shop/web:" + std::to_string(i));
    for (int a = 0; a < kApps; ++a) {
      const std::string app = "app" + std::to_string(a);
      for (int i = 1; i <= 4; ++i) {  // image 4 does not exist
        templates_[a][i - 1] = world.Template(
            {.labels = {{"app", app}}, .image = "shop/web:" + std::to_string(i),
             .cpu = 200 + 300 * a, .grace_s = a == 3 ? 0 : 30});
      }
      templates_[a][4] = world.Template({.labels = {{"app", app}}, .node_selector = {{"x", "y"}}});
      DeploymentOptions options;
      options.app = app;
      options.min_ready_s = a == 1 ? 8 : 0;
      options.history_limit = a == 2 ? 0 : 2;
      if (a == 2) options.strategy = StrategyType::kRecreate;
      docs_[a] = world.DeploymentDoc(options);
      services_[a][0] = world.ServiceDoc({{"app", app}}, 80, 8080);
      services_[a][1] = world.ServiceDoc({{"app", "none"}}, 80, 8080);
      services_[a][2] = world.ServiceDoc({{"app", app}}, 80, 9090);
    }
    loose_ = world.Template({.labels = {{"app", "loose"}}});
    plain_ = world.NodeDoc({.cpu = 3000});
    tainted_ = world.NodeDoc(
        {.cpu = 3000, .taints = {{world.Str("k"), world.Str("v"), TaintEffect::kNoSchedule, {}}}});
    world.Start(key);
    for (int i = 1; i <= 5; ++i) world.AddNode("node-" + std::to_string(i), plain_);
    for (int a = 0; a < kApps; ++a) Create(a);
    world.Run(20);
  }

  void Create(int a) {
    const std::string name = "app" + std::to_string(a);
    deployment_[a] = world.AddDeployment(name, docs_[a], templates_[a][0], 3);
    service_[a] = world.AddService(name, services_[a][0]);
  }

  u32 Below(u32 count) { return DrawBelow(key_, Stream::kRogue, 1, draws_++, count); }

  void OnPod() {
    const auto pods = world.Pods();
    if (pods.empty()) return;
    const u32 pod = pods[Below(static_cast<u32>(pods.size()))];
    switch (Below(4)) {
      case 0: return DeletePod(world.sim(), pod, 0);
      case 1: return SetPodSpec(world.sim(), pod, loose_);
      default: return DeletePod(world.sim(), pod);
    }
  }

  void OnNode() {
    Sim& sim = world.sim();
    const u32 node = 1 + Below(5);
    switch (Below(4)) {
      case 0: return SetNodeUnschedulable(sim, node, true, kAgent);
      case 1: return SetNodeDoc(sim, node, tainted_, kFaultActor);
      case 2: return SetNodeDoc(sim, node, plain_, kAgent);
      default: return SetNodeUnschedulable(sim, node, false, kAgent);
    }
  }

  void OnDeployment(int a) {
    Sim& sim = world.sim();
    const u32 d = deployment_[a];
    switch (Below(9)) {
      case 0:
      case 1: return SetDeploymentTemplate(sim, d, templates_[a][Below(5)], 0, kAgent);
      case 2: return SetDeploymentTemplate(sim, d, templates_[a][0], 1 + Below(50), kAgent);
      case 3:
      case 4: return SetDeploymentReplicas(sim, d, static_cast<i32>(Below(7)), kAgent);
      case 5: return SetDeploymentPaused(sim, d, Below(3) == 0, kAgent);
      case 6: UndoDeployment(sim, d, 0, kAgent); return;
      case 7: {
        const u32 rs = sim.At<Deployment>(d).first_rs;
        if (rs != 0) RemoveReplicaSet(sim, rs);
        return;
      }
      default:
        DeleteDeployment(sim, d, kAgent);
        DeleteService(sim, service_[a], kAgent);
        return Create(a);
    }
  }

  void Step() {
    EnsureHeadroom(world.sim());
    const int a = static_cast<int>(Below(kApps));
    switch (Below(6)) {
      case 0: OnPod(); break;
      case 1: OnNode(); break;
      case 2: SetServiceDoc(world.sim(), service_[a], services_[a][Below(3)], kAgent); break;
      default: OnDeployment(a);
    }
    ASSERT_EQ(CheckInvariants(world.sim()), "");
    world.Run(0.05 + 0.01 * Below(Below(3) == 0 ? 3000 : 200));
  }

  TestWorld world;

 private:
  RandomKey key_;
  u32 draws_ = 0;
  RevId templates_[kApps][5] = {}, docs_[kApps] = {}, services_[kApps][3] = {};
  RevId loose_ = 0, plain_ = 0, tainted_ = 0;
  u32 deployment_[kApps] = {}, service_[kApps] = {};
};

TEST(Invariants, HoldAfterEveryEventOf500RandomOperations) {
  Chaos chaos(17);
  for (int i = 0; i < 500; ++i) {
    chaos.Step();
    if (::testing::Test::HasFatalFailure()) FAIL() << "operation " << i;
  }
  EXPECT_GT(chaos.world.sim().world.header().events_done, 5000u);
}

TEST(Invariants, RandomOperationsGiveTheSameWorldTwice) {
  u64 hashes[2];
  for (u64& hash : hashes) {
    Chaos chaos(23);
    for (int i = 0; i < 60; ++i) chaos.Step();
    hash = HashWorld(chaos.world.sim().world);
  }
  EXPECT_EQ(hashes[0], hashes[1]);
}

TEST(Invariants, FindAWrongCounter) {
  Chaos chaos(3);
  Sim& sim = chaos.world.sim();
  ASSERT_EQ(CheckInvariants(sim), "");
  const auto breaks = [&sim](auto& field) {
    const auto before = field;
    field = static_cast<std::remove_reference_t<decltype(field)>>(field + 1);
    const bool found = !CheckInvariants(sim).empty();
    field = before;
    return found;
  };
  const u32 pod = chaos.world.Pods().at(0);
  EXPECT_TRUE(breaks(sim.At<ReplicaSet>(sim.At<Pod>(pod).owner).ready));
  EXPECT_TRUE(breaks(sim.At<ReplicaSet>(sim.At<Pod>(pod).owner).active));
  EXPECT_TRUE(breaks(sim.At<Node>(sim.At<Pod>(pod).node).pods));
  EXPECT_TRUE(breaks(sim.At<Node>(sim.At<Pod>(pod).node).memory_requested));
  EXPECT_TRUE(breaks(sim.At<Service>(1).ready_endpoints));
  EXPECT_TRUE(breaks(sim.At<Pod>(pod).timer));
  EXPECT_TRUE(breaks(sim.At<Pod>(pod).next_on_node));
  EXPECT_TRUE(breaks(sim.At<Deployment>(1).deadline_timer));
  EXPECT_EQ(CheckInvariants(sim), "");
}

}  // namespace
}  // namespace wt
