// SPDX-License-Identifier: Apache-2.0
// The scheduler on a whole small cluster, invariants checked after every event.
#include <gtest/gtest.h>

#include <map>

#include "sim/scheduler/queue.h"
#include "sim/scheduler/score.h"
#include "sim/transitions.h"
#include "tests/sim/test_world.h"

namespace wt {
namespace {

class SchedulerTest : public ::testing::Test {
 protected:
  void SetUp() override { world.AddImage("shop/web:1"); }

  u32 Bare(RevId tmpl) {
    EnsureHeadroom(world.sim());
    return CreatePod(world.sim(), 0, tmpl, world.ns);
  }
  u32 NodeOf(u32 pod) const { return world.At<Pod>(pod).node; }
  Taint MakeTaint(TaintEffect effect) {
    return {world.Str("dedicated"), world.Str("batch"), effect, {}};
  }

  TestWorld world;
};

TEST_F(SchedulerTest, SpreadsTheReplicasOfADeployment) {
  const RevId tmpl = world.Template({});
  const RevId doc = world.DeploymentDoc({});
  const RevId node = world.NodeDoc({});
  world.Start();
  for (int i = 1; i <= 3; ++i) world.AddNode("node-" + std::to_string(i), node);
  world.AddDeployment("web", doc, tmpl, 9);
  world.Run(30);
  std::map<u32, int> pods_on;
  for (const u32 p : world.Pods()) ++pods_on[NodeOf(p)];
  EXPECT_EQ(pods_on.size(), 3u);
  for (const auto& [row, pods] : pods_on) EXPECT_EQ(pods, 3) << row;
}

TEST_F(SchedulerTest, SpreadsOverZonesBeforeNodes) {
  const RevId tmpl = world.Template({});
  const RevId doc = world.DeploymentDoc({});
  const RevId a = world.NodeDoc({.zone = "a"}), b = world.NodeDoc({.zone = "b"});
  world.Start();
  const u32 lone = world.AddNode("node-1", a);
  world.AddNode("node-2", b);
  world.AddNode("node-3", b);
  world.AddDeployment("web", doc, tmpl, 4);
  world.Run(30);
  EXPECT_EQ(world.At<Node>(lone).pods, 2u);
}

TEST_F(SchedulerTest, PrefersTheEmptierNode) {
  const RevId big = world.Template({.cpu = 3000}), small = world.Template({.cpu = 100});
  const RevId node = world.NodeDoc({});
  world.Start();
  world.AddNode("node-1", node);
  world.AddNode("node-2", node);
  const u32 first = Bare(big);
  world.Run(5);
  const u32 second = Bare(small);
  world.Run(5);
  ASSERT_NE(NodeOf(first), 0u);
  EXPECT_NE(NodeOf(second), NodeOf(first));
}

TEST_F(SchedulerTest, CordonedNodeTakesNoPodUntilItIsUncordoned) {
  const RevId tmpl = world.Template({});
  const RevId node = world.NodeDoc({});
  world.Start();
  const u32 row = world.AddNode("node-1", node);
  SetNodeUnschedulable(world.sim(), row, true, kAgent);
  const u32 pod = Bare(tmpl);
  world.Run(20);
  EXPECT_EQ(world.At<Pod>(pod).stage, PodStage::kUnschedulable);
  EXPECT_EQ(world.Messages(EventReason::kFailedScheduling).at(0),
            "0/1 nodes are available: 1 node(s) were unschedulable. no new claims to deallocate, "
            "preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.");
  SetNodeUnschedulable(world.sim(), row, false, kAgent);
  world.Run(5);
  EXPECT_EQ(NodeOf(pod), row);
}

TEST_F(SchedulerTest, TaintKeepsOutWhatDoesNotTolerateIt) {
  Toleration any;
  any.exists = 1;
  Toleration exact;
  exact.key = world.Str("dedicated");
  exact.value = world.Str("batch");
  exact.effect = TaintEffect::kNoSchedule;
  const RevId plain = world.Template({}), tolerant = world.Template({.tolerations = {exact}});
  const RevId careless = world.Template({.tolerations = {any}});
  const RevId node = world.NodeDoc({.taints = {MakeTaint(TaintEffect::kNoSchedule)}});
  world.Start();
  const u32 row = world.AddNode("node-1", node);
  const u32 refused = Bare(plain), exactly = Bare(tolerant), anyhow = Bare(careless);
  world.Run(20);
  EXPECT_EQ(NodeOf(refused), 0u);
  EXPECT_EQ(NodeOf(exactly), row);
  EXPECT_EQ(NodeOf(anyhow), row);
}

TEST_F(SchedulerTest, SoftTaintIsAvoidedWhileAnotherNodeFits) {
  const RevId tmpl = world.Template({});
  const RevId soft = world.NodeDoc({.taints = {MakeTaint(TaintEffect::kPreferNoSchedule)}});
  const RevId plain = world.NodeDoc({});
  world.Start();
  world.AddNode("node-1", soft);
  const u32 row = world.AddNode("node-2", plain);
  for (int i = 0; i < 5; ++i) {
    const u32 pod = Bare(tmpl);
    world.Run(3);
    EXPECT_EQ(NodeOf(pod), row);
  }
}

TEST_F(SchedulerTest, SelectorWithoutSuchANodeNamesTheReasonOfEachNode) {
  const RevId tmpl = world.Template({.node_selector = {{"kubernetes.io/hostname", "node-9"}}});
  const RevId tainted = world.NodeDoc({.taints = {MakeTaint(TaintEffect::kNoSchedule)}});
  const RevId plain = world.NodeDoc({.labels = {{"kubernetes.io/hostname", "node-1"}}});
  world.Start();
  world.AddNode("control-plane", tainted);
  for (int i = 1; i <= 5; ++i) world.AddNode("node-" + std::to_string(i), plain);
  Bare(tmpl);
  world.Run(20);
  EXPECT_EQ(world.Messages(EventReason::kFailedScheduling).at(0),
            "0/6 nodes are available: 1 node(s) had untolerated taint(s), 5 node(s) didn't match "
            "Pod's node affinity/selector. no new claims to deallocate, preemption: 0/6 nodes are "
            "available: 6 Preemption is not helpful for scheduling.");
}

TEST_F(SchedulerTest, FullNodeIsRetriedWhenAPodLeavesIt) {
  const RevId tmpl = world.Template({.cpu = 3000});
  const RevId node = world.NodeDoc({});
  world.Start();
  const u32 row = world.AddNode("node-1", node);
  const u32 first = Bare(tmpl);
  world.Run(10);
  const u32 second = Bare(tmpl);
  world.Run(10);
  ASSERT_EQ(NodeOf(first), row);
  ASSERT_EQ(NodeOf(second), 0u);
  EXPECT_EQ(world.Messages(EventReason::kFailedScheduling).at(0),
            "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: "
            "0/1 nodes are available: 1 No preemption victims found for incoming pod.");
  DeletePod(world.sim(), first);
  world.Run(60);
  EXPECT_EQ(NodeOf(second), row);
}

TEST_F(SchedulerTest, MismatchIsNotRetriedWhenAPodLeaves) {
  const RevId picky = world.Template({.node_selector = {{"disk", "ssd"}}});
  const RevId tmpl = world.Template({});
  const RevId node = world.NodeDoc({}), labelled = world.NodeDoc({.labels = {{"disk", "ssd"}}});
  world.Start();
  const u32 row = world.AddNode("node-1", node);
  const u32 other = Bare(tmpl), pod = Bare(picky);
  world.Run(10);
  ASSERT_EQ(world.At<Pod>(pod).attempts, 1);
  DeletePod(world.sim(), other, 0);
  world.Run(10);
  EXPECT_EQ(world.At<Pod>(pod).attempts, 1);
  SetNodeDoc(world.sim(), row, labelled, kAgent);
  world.Run(10);
  EXPECT_EQ(NodeOf(pod), row);
}

TEST_F(SchedulerTest, UnschedulablePodIsTriedAgainAfterFiveMinutes) {
  const RevId picky = world.Template({.node_selector = {{"disk", "ssd"}}});
  const RevId node = world.NodeDoc({});
  world.Start();
  world.AddNode("node-1", node);
  const u32 pod = Bare(picky);
  world.Run(290);
  EXPECT_EQ(world.At<Pod>(pod).attempts, 1);
  world.Run(45);
  EXPECT_EQ(world.At<Pod>(pod).attempts, 2);
  EXPECT_EQ(world.Messages(EventReason::kFailedScheduling).size(), 1u);  // one record, counted
}

TEST_F(SchedulerTest, PendingPodsWaitForTheFirstNode) {
  const RevId tmpl = world.Template({});
  const RevId node = world.NodeDoc({});
  world.Start();
  const u32 pod = Bare(tmpl);
  world.Run(10);
  EXPECT_EQ(world.Messages(EventReason::kFailedScheduling).at(0),
            "no nodes available to schedule pods");
  const u32 row = world.AddNode("node-1", node);
  world.Run(10);
  EXPECT_EQ(NodeOf(pod), row);
}

TEST_F(SchedulerTest, NodeNameInTheTemplateBypassesIt) {
  const RevId tmpl = world.Template({.node_name = "node-2"});
  const RevId node = world.NodeDoc({});
  world.Start();
  world.AddNode("node-1", node);
  const u32 row = world.AddNode("node-2", node);
  SetNodeUnschedulable(world.sim(), row, true, kAgent);
  EXPECT_EQ(NodeOf(Bare(tmpl)), row);
}

TEST_F(SchedulerTest, NeverOvercommitsAnyNode) {
  const RevId tmpl = world.Template({.cpu = 700, .memory = 900ll << 20});
  const RevId doc = world.DeploymentDoc({});
  const RevId node = world.NodeDoc({.pods = 4});
  world.Start();
  for (int i = 1; i <= 4; ++i) world.AddNode("node-" + std::to_string(i), node);
  world.AddDeployment("web", doc, tmpl, 40);  // 16 fit
  world.Run(60);
  u32 bound = 0;
  for (const u32 p : world.Pods()) bound += NodeOf(p) != 0;
  EXPECT_EQ(bound, 16u);
}

TEST_F(SchedulerTest, SameKeySamePlacesOtherKeyOtherTies) {
  const auto places = [](u64 key) {
    TestWorld fresh;
    fresh.AddImage("shop/web:1");
    const RevId tmpl = fresh.Template({}), node = fresh.NodeDoc({});
    fresh.Start(key);
    for (int i = 1; i <= 8; ++i) fresh.AddNode("node-" + std::to_string(i), node);
    std::vector<u32> rows;
    for (int i = 0; i < 6; ++i) {
      EnsureHeadroom(fresh.sim());
      rows.push_back(CreatePod(fresh.sim(), 0, tmpl, fresh.ns));
    }
    fresh.Run(5);
    for (u32& row : rows) row = fresh.At<Pod>(row).node;
    return rows;
  };
  EXPECT_EQ(places(1), places(1));
  EXPECT_NE(places(1), places(2));
}

}  // namespace
}  // namespace wt
