// SPDX-License-Identifier: Apache-2.0
#include "sim/controllers/rollout_math.h"

#include <gtest/gtest.h>

#include <vector>

#include "sim/controllers/deletion_order.h"
#include "sim/controllers/pod_hash.h"
#include "sim/scheduler/queue.h"

namespace wt {
namespace {

DeploymentSpec Rolling(IntOrPercent surge, IntOrPercent unavailable) {
  DeploymentSpec spec;
  spec.max_surge = surge;
  spec.max_unavailable = unavailable;
  return spec;
}

TEST(RolloutMath, SurgeRoundsUpAndUnavailableDown) {
  const RolloutLimits limits = ResolveLimits(Rolling({25, 1}, {25, 1}), 5);
  EXPECT_EQ(limits.surge, 2);
  EXPECT_EQ(limits.unavailable, 1);
}

TEST(RolloutMath, BothZeroMeansOneMayBeUnavailable) {
  const RolloutLimits limits = ResolveLimits(Rolling({0, 0}, {10, 1}), 3);
  EXPECT_EQ(limits.surge, 0);
  EXPECT_EQ(limits.unavailable, 1);
}

TEST(RolloutMath, UnavailableNeverExceedsReplicas) {
  EXPECT_EQ(ResolveLimits(Rolling({0, 0}, {7, 0}), 3).unavailable, 3);
  EXPECT_EQ(ResolveLimits(Rolling({1, 0}, {2, 0}), 0).unavailable, 0);
}

TEST(RolloutMath, RecreateHasNoLimits) {
  DeploymentSpec spec = Rolling({25, 1}, {25, 1});
  spec.strategy = StrategyType::kRecreate;
  EXPECT_EQ(ResolveLimits(spec, 10).surge, 0);
  EXPECT_EQ(ResolveLimits(spec, 10).unavailable, 0);
}

TEST(RolloutMath, NewReplicasGrowByTheRoomThatSurgeLeaves) {
  EXPECT_EQ(NewReplicaCount(10, 3, 10, 0), 3);
  EXPECT_EQ(NewReplicaCount(10, 3, 13, 3), 3);
  EXPECT_EQ(NewReplicaCount(10, 3, 5, 9), 10);
}

RolloutPart Part(u32 row, i32 want, i32 available, i32 max_replicas) {
  return {row, want, available, max_replicas, want};
}

TEST(RolloutMath, UnhealthyOldPodsGoFirst) {
  std::vector<RolloutPart> old{Part(1, 4, 4, 0), Part(2, 5, 2, 0)};
  EXPECT_EQ(CleanUpUnhealthy(old, 2), 2);
  EXPECT_EQ(old[0].target, 4);
  EXPECT_EQ(old[1].target, 3);
}

TEST(RolloutMath, AvailableOldPodsGoFromTheOldestWhileEnoughAreLeft) {
  std::vector<RolloutPart> old{Part(1, 2, 2, 0), Part(2, 6, 6, 0)};
  EXPECT_EQ(ScaleDownOld(old, 11, 10, 2), 3);
  EXPECT_EQ(old[0].target, 0);
  EXPECT_EQ(old[1].target, 5);
}

TEST(RolloutMath, GrowingIsSharedBySizeAndTheLargestTakesTheRest) {
  // Ten replicas with surge 2 become fifteen with surge 3; documented example of proportional
  // scaling in the Kubernetes Deployment concept page, with 25 % / 25 %.
  std::vector<RolloutPart> active{Part(1, 8, 8, 13), Part(2, 5, 0, 13)};
  ScaleProportionally(active, 15, 4, 13);
  i32 total = 0;
  for (const RolloutPart& part : active) total += part.target;
  EXPECT_EQ(total, 19);
  EXPECT_EQ(active[0].row, 1u);
  EXPECT_EQ(active[0].target, 12);
  EXPECT_EQ(active[1].target, 7);
}

TEST(RolloutMath, ScalingToZeroEmptiesEveryReplicaSet) {
  std::vector<RolloutPart> active{Part(1, 3, 3, 4), Part(2, 1, 0, 4)};
  ScaleProportionally(active, 0, 0, 4);
  for (const RolloutPart& part : active) EXPECT_EQ(part.target, 0);
}

TEST(PodHash, LettersAreThoseOfDecimalDigits) {
  EXPECT_EQ(RenderHash(0).view(), "4");
  EXPECT_EQ(RenderHash(1234567890).view(), "56789bcdf4");
}

TEST(PodHash, DependsOnTemplateAndRestart) {
  EXPECT_NE(TemplateHash(1, 0, 0), TemplateHash(2, 0, 0));
  EXPECT_NE(TemplateHash(1, 0, 0), TemplateHash(1, 7, 0));
  EXPECT_NE(TemplateHash(1, 0, 0), TemplateHash(1, 0, 1));
}

TEST(Backoff, DoublesFromOneToTenSeconds) {
  const i32 expected[] = {1, 2, 4, 8, 10, 10};
  for (u32 n = 0; n < 6; ++n) EXPECT_EQ(BackoffSeconds(n + 1), expected[n]);
}

// Each row goes before the default: assigned, running, ready for 100 s, one related pod.
TEST(DeletionOrder, FollowsUpstreamsList) {
  DeletionRank base;
  base.assigned = base.running = base.ready = true;
  base.related_on_node = 1;
  base.ready_ms = base.created_ms = -100'000;
  base.uid = 5;
  const auto goes_first = [&base](auto change) {
    DeletionRank other = base;
    other.uid = 9;  // would lose the last tie
    change(other);
    return GoesBefore(other, base, 0) && !GoesBefore(base, other, 0);
  };
  EXPECT_TRUE(goes_first([](DeletionRank& r) { r.assigned = false; }));
  EXPECT_TRUE(goes_first([](DeletionRank& r) { r.running = false; }));
  EXPECT_TRUE(goes_first([](DeletionRank& r) { r.ready = false; }));
  EXPECT_TRUE(goes_first([](DeletionRank& r) { r.related_on_node = 2; }));
  EXPECT_TRUE(goes_first([](DeletionRank& r) { r.ready_ms = -10'000; }));
  EXPECT_TRUE(goes_first([](DeletionRank& r) { r.restarts = 1; }));
  EXPECT_TRUE(goes_first([](DeletionRank& r) { r.created_ms = -10'000; }));
  EXPECT_TRUE(goes_first([](DeletionRank& r) { r.uid = 1; }));
  // Ages within one power of two are equal: the lower uid decides.
  EXPECT_FALSE(goes_first([](DeletionRank& r) { r.ready_ms = -99'000; }));
}

}  // namespace
}  // namespace wt
