// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/transitions.h"
#include "tests/sim/test_world.h"

namespace wt {
namespace {

class ReplicaSetTest : public ::testing::Test {
 protected:
  void Begin(i32 replicas, const TemplateOptions& options = {}) {
    world.AddImage("shop/web:1");
    tmpl = world.Template(options);
    const RevId node = world.NodeDoc({.cpu = 64000, .memory = 256ll << 30});
    const RevId doc = world.DeploymentDoc({});
    Labels relabelled{{"app", "quarantine"}};
    other = world.Template({.labels = relabelled});
    world.Start();
    world.AddNode("node-1", node);
    world.AddNode("node-2", node);
    deployment = world.AddDeployment("web", doc, tmpl, replicas);
  }
  const ReplicaSet& Row() const {
    return world.At<ReplicaSet>(world.ReplicaSetWith(deployment, tmpl));
  }

  TestWorld world;
  RevId tmpl = 0, other = 0;
  u32 deployment = 0;
};

TEST_F(ReplicaSetTest, ReplacesADeletedPod) {
  Begin(3);
  world.Run(30);
  const u32 victim = world.Pods()[0];
  const u32 born = world.At<Pod>(victim).born;
  DeletePod(world.sim(), victim);
  EXPECT_EQ(Row().active, 2);
  EXPECT_EQ(Row().terminating, 1);
  world.Run(60);
  EXPECT_EQ(Row().ready, 3);
  EXPECT_EQ(Row().terminating, 0);
  for (const u32 p : world.Pods()) EXPECT_NE(world.At<Pod>(p).born, born);
}

TEST_F(ReplicaSetTest, CreatesABurstOf30ThenTwentyASecond) {
  Begin(80);
  world.Run(0.5);
  EXPECT_EQ(Row().active, 30);
  world.Run(1.0);
  EXPECT_NEAR(Row().active, 50, 10);
  world.Run(3.0);
  EXPECT_EQ(Row().active, 80);
}

TEST_F(ReplicaSetTest, ScalingDownTakesPodsThatAreNotReadyFirst) {
  Begin(2);
  world.Run(30);
  ASSERT_EQ(Row().ready, 2);
  SetDeploymentReplicas(world.sim(), deployment, 4, kAgent);
  world.Run(0.7);
  ASSERT_EQ(Row().active, 4);
  SetDeploymentReplicas(world.sim(), deployment, 2, kAgent);
  world.Run(0.5);
  EXPECT_EQ(Row().active, 2);
  EXPECT_EQ(Row().ready, 2);
}

TEST_F(ReplicaSetTest, ReleasesAPodWhoseLabelsNoLongerMatch) {
  Begin(2);
  world.Run(30);
  const u32 pod = world.Pods()[0];
  const std::string name = PodName(world.sim(), pod);
  SetPodSpec(world.sim(), pod, other);
  EXPECT_EQ(world.At<Pod>(pod).owner, 0u);
  EXPECT_EQ(PodName(world.sim(), pod), name);
  world.Run(60);
  EXPECT_EQ(Row().ready, 2);
  EXPECT_EQ(world.Pods().size(), 3u);
}

TEST_F(ReplicaSetTest, PodNamesAreTheReplicaSetsWithFiveLetters) {
  Begin(5);
  world.Run(10);
  std::vector<std::string> names;
  const std::string base = ReplicaSetName(world.sim(), world.ReplicaSetWith(deployment, tmpl));
  for (const u32 p : world.Pods()) {
    names.push_back(PodName(world.sim(), p));
    EXPECT_EQ(names.back().substr(0, base.size() + 1), base + "-");
    EXPECT_EQ(names.back().size(), base.size() + 6);
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
}

TEST_F(ReplicaSetTest, ForcedDeletionRemovesThePodAtOnce) {
  Begin(1);
  world.Run(30);
  const u32 pod = world.Pods()[0];
  DeletePod(world.sim(), pod, 0);
  EXPECT_EQ(world.Pods().size(), 0u);
  EXPECT_EQ(CheckInvariants(world.sim()), "");
  world.Run(30);
  EXPECT_EQ(Row().ready, 1);
}

}  // namespace
}  // namespace wt
