// SPDX-License-Identifier: Apache-2.0
// Deployments from creation to clean-up on a whole small cluster, invariants checked after every
// event.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/transitions.h"
#include "tests/sim/test_world.h"

namespace wt {
namespace {

class DeploymentTest : public ::testing::Test {
 protected:
  // Two images; image 3 does not exist.
  void SetUp() override {
    world.AddImage("shop/web:1");
    world.AddImage("shop/web:2");
    v1 = world.Template({.image = "shop/web:1"});
    v2 = world.Template({.image = "shop/web:2"});
    broken = world.Template({.image = "shop/web:3"});
  }

  void Begin(const DeploymentOptions& options, i32 replicas) {
    const RevId node = world.NodeDoc({});
    const RevId doc = world.DeploymentDoc(options);
    world.Start();
    for (int i = 1; i <= 3; ++i) world.AddNode("node-" + std::to_string(i), node);
    deployment = world.AddDeployment("web", doc, v1, replicas);
    world.Run(60);
    ASSERT_EQ(world.ReadyPods(deployment), replicas);
  }

  void SetTemplate(RevId tmpl) {
    EnsureHeadroom(world.sim());
    SetDeploymentTemplate(world.sim(), deployment, tmpl, 0, kAgent);
  }
  const Deployment& Row() const { return world.At<Deployment>(deployment); }
  const ReplicaSet& Of(RevId tmpl) const {
    return world.At<ReplicaSet>(world.ReplicaSetWith(deployment, tmpl));
  }
  ProgressReason Progress() const { return static_cast<ProgressReason>(Row().progressing); }

  TestWorld world;
  RevId v1 = 0, v2 = 0, broken = 0;
  u32 deployment = 0;
};

TEST_F(DeploymentTest, BecomesAvailableAfterCreation) {
  Begin({}, 3);
  EXPECT_EQ(Row().status_replicas, 3);
  EXPECT_EQ(Row().status_available, 3);
  EXPECT_EQ(Row().status_unavailable, 0);
  EXPECT_EQ(Row().observed_generation, Row().generation);
  EXPECT_EQ(Row().revision, 1u);
  EXPECT_TRUE(Row().available);
  EXPECT_EQ(Progress(), ProgressReason::kNewReplicaSetAvailable);
  EXPECT_EQ(world.Messages(EventReason::kScheduled).size(), 3u);
  EXPECT_EQ(world.Messages(EventReason::kSuccessfulCreate).size(), 3u);
}

TEST_F(DeploymentTest, RollsOutANewTemplateWithinItsLimits) {
  Begin({}, 4);
  SetTemplate(v2);
  for (int i = 0; i < 600 && Of(v2).available < 4; ++i) {
    world.Run(0.1);
    i32 wanted = 0, available = 0;
    for (const u32 rs : world.ReplicaSetsOf(deployment)) {
      wanted += world.At<ReplicaSet>(rs).want;
      available += world.At<ReplicaSet>(rs).available;
    }
    ASSERT_LE(wanted, 5);
    ASSERT_GE(available, 3);
  }
  world.Run(60);
  EXPECT_EQ(Of(v2).ready, 4);
  EXPECT_EQ(Of(v1).want, 0);
  EXPECT_EQ(world.Pods().size(), 4u);
  EXPECT_EQ(Row().revision, 2u);
  EXPECT_EQ(Progress(), ProgressReason::kNewReplicaSetAvailable);
}

TEST_F(DeploymentTest, BadImageStallsWithOldPodsServing) {
  Begin({}, 4);
  SetTemplate(broken);
  world.Run(300);
  EXPECT_EQ(Of(broken).want, 2);
  EXPECT_EQ(Of(broken).ready, 0);
  EXPECT_EQ(Of(v1).ready, 3);
  EXPECT_TRUE(Row().available);
  EXPECT_EQ(Progress(), ProgressReason::kReplicaSetUpdated);
  world.Run(400);
  EXPECT_EQ(Progress(), ProgressReason::kProgressDeadlineExceeded);
}

TEST_F(DeploymentTest, UndoGoesBackAndBumpsTheRevision) {
  Begin({}, 3);
  SetTemplate(broken);
  world.Run(30);
  ASSERT_TRUE(UndoDeployment(world.sim(), deployment, 0, kAgent));
  world.Run(60);
  EXPECT_EQ(Row().tmpl, v1);
  EXPECT_EQ(Of(v1).revision, 3u);
  EXPECT_EQ(Row().revision, 3u);
  EXPECT_EQ(Of(v1).ready, 3);
  EXPECT_EQ(Of(broken).want, 0);
  EXPECT_EQ(Of(broken).revision, 2u);
  EXPECT_FALSE(UndoDeployment(world.sim(), deployment, 1, kAgent));
  EXPECT_TRUE(UndoDeployment(world.sim(), deployment, 2, kAgent));
}

TEST_F(DeploymentTest, RestartReplacesEveryPod) {
  Begin({}, 3);
  std::vector<u32> before;
  for (const u32 p : world.Pods()) before.push_back(world.At<Pod>(p).born);
  SetDeploymentTemplate(world.sim(), deployment, v1, 77, kAgent);
  world.Run(90);
  EXPECT_EQ(world.ReadyPods(deployment), 3);
  for (const u32 p : world.Pods()) {
    EXPECT_EQ(std::count(before.begin(), before.end(), world.At<Pod>(p).born), 0);
  }
  EXPECT_EQ(world.ReplicaSetsOf(deployment).size(), 2u);
}

TEST_F(DeploymentTest, ScalesUpAndDown) {
  Begin({}, 2);
  SetDeploymentReplicas(world.sim(), deployment, 6, kAgent);
  world.Run(60);
  EXPECT_EQ(world.ReadyPods(deployment), 6);
  SetDeploymentReplicas(world.sim(), deployment, 0, kAgent);
  world.Run(60);
  EXPECT_EQ(world.Pods().size(), 0u);
  EXPECT_EQ(Row().status_replicas, 0);
  const auto up = world.Messages(EventReason::kScalingReplicaSetUp);
  EXPECT_NE(up.back().find("from 2 to 6"), std::string::npos) << up.back();
}

TEST_F(DeploymentTest, PausedOneKeepsItsTemplateButScales) {
  Begin({}, 2);
  SetDeploymentPaused(world.sim(), deployment, true, kAgent);
  SetTemplate(v2);
  SetDeploymentReplicas(world.sim(), deployment, 3, kAgent);
  world.Run(60);
  EXPECT_EQ(Of(v1).ready, 3);
  EXPECT_EQ(world.ReplicaSetWith(deployment, v2), 0u);
  EXPECT_EQ(Progress(), ProgressReason::kDeploymentPaused);
  EXPECT_FALSE(UndoDeployment(world.sim(), deployment, 0, kAgent));
  SetDeploymentPaused(world.sim(), deployment, false, kAgent);
  world.Run(90);
  EXPECT_EQ(Of(v2).ready, 3);
  EXPECT_EQ(Progress(), ProgressReason::kNewReplicaSetAvailable);
}

TEST_F(DeploymentTest, RecreateStopsAllOldPodsFirst) {
  Begin({.strategy = StrategyType::kRecreate}, 3);
  SetTemplate(v2);
  for (int i = 0; i < 600; ++i) {
    world.Run(0.1);
    if (world.ReplicaSetWith(deployment, v2) == 0) continue;
    ASSERT_TRUE(world.PodsOf(world.ReplicaSetWith(deployment, v1)).empty());
    break;
  }
  world.Run(60);
  EXPECT_EQ(Of(v2).ready, 3);
}

TEST_F(DeploymentTest, KeepsAsManyOldReplicaSetsAsItsHistoryLimit) {
  Begin({.history_limit = 1}, 1);
  for (u32 restart = 1; restart <= 4; ++restart) {
    SetDeploymentTemplate(world.sim(), deployment, v1, restart, kAgent);
    world.Run(60);
  }
  EXPECT_EQ(world.ReplicaSetsOf(deployment).size(), 2u);
  EXPECT_EQ(Row().revision, 5u);
}

TEST_F(DeploymentTest, WaitsForMinReadySeconds) {
  Begin({.max_surge = {1, 0}, .max_unavailable = {0, 0}, .min_ready_s = 30}, 2);
  EXPECT_EQ(Row().status_available, 2);
  SetTemplate(v2);
  world.Run(25);
  EXPECT_EQ(Of(v2).ready, 1);
  EXPECT_EQ(Of(v2).available, 0);
  EXPECT_EQ(Of(v1).want, 2);
  world.Run(120);
  EXPECT_EQ(Of(v2).available, 2);
}

TEST_F(DeploymentTest, DeletionTakesReplicaSetsAndPodsAlong) {
  Begin({}, 4);
  SetTemplate(v2);
  world.Run(2);
  DeleteDeployment(world.sim(), deployment, kAgent);
  EXPECT_EQ(FindDeployment(world.sim(), world.ns, world.Str("web")), 0u);
  world.Run(60);
  EXPECT_EQ(world.Pods().size(), 0u);
  for (u32 rs = 1; rs < world.sim().world.Used<ReplicaSet>(); ++rs) {
    EXPECT_EQ(world.At<ReplicaSet>(rs).born, 0u);
  }
  EXPECT_EQ(world.At<Deployment>(deployment).born, 0u);
}

TEST_F(DeploymentTest, LosingAPodAfterCompletionIsNoRollout) {
  Begin({}, 2);
  world.Run(700);
  for (u32 node = 1; node <= 3; ++node) SetNodeUnschedulable(world.sim(), node, true, kAgent);
  DeletePod(world.sim(), world.Pods()[0]);
  world.Run(60);
  EXPECT_EQ(Row().status_available, 1);
  EXPECT_EQ(Progress(), ProgressReason::kNewReplicaSetAvailable);
  const u32 before = world.sim().world.header().events_done;
  world.Run(200);
  EXPECT_LE(world.sim().world.header().events_done, before + 2);
}

TEST_F(DeploymentTest, EqualTemplateIsNoChange) {
  Begin({}, 1);
  const u32 rv = Row().rv, generation = Row().generation;
  SetTemplate(v1);
  SetDeploymentReplicas(world.sim(), deployment, 1, kAgent);
  EXPECT_EQ(Row().rv, rv);
  EXPECT_EQ(Row().generation, generation);
}

TEST_F(DeploymentTest, SettledClusterHasNothingToDo) {
  Begin({}, 3);
  world.Run(3600);
  const u32 before = world.sim().world.header().events_done;
  world.Run(3600);
  EXPECT_EQ(world.sim().world.header().events_done, before);
}

}  // namespace
}  // namespace wt
