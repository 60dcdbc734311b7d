// SPDX-License-Identifier: Apache-2.0
#include "realcluster/fidelity/event_order.h"

#include <gtest/gtest.h>

#include "tests/realcluster/fidelity/built_trace.h"

namespace wt {
namespace {

using Entries = std::vector<OrderEntry>;

// "a1 b2": labels by their letter, each from a source of its own and far apart.
Entries Apart(const std::string& labels) {
  Entries out;
  for (const char label : labels) {
    const std::string name(1, label);
    out.push_back({name, name, At(10.0 * static_cast<f64>(out.size())), kForever});
  }
  return out;
}

TEST(EventOrder, EqualOrdersAgreeWholly) {
  const Entries a = Apart("abcdef");
  EXPECT_EQ(CommonInOrder(a, a), 6u);
  const ObjectOrder order{"Pod", "hotel/geo", a};
  EXPECT_EQ(CompareOrders({{order}}, {{order}}).Ratio(), 1);
}

TEST(EventOrder, FarApartItIsTheLongestCommonSubsequence) {
  EXPECT_EQ(CommonInOrder(Apart("abcdef"), Apart("fedcba")), 1u);
  EXPECT_EQ(CommonInOrder(Apart("abcdef"), Apart("badcfe")), 3u);
  EXPECT_EQ(CommonInOrder(Apart("abcdef"), Apart("acxbye")), 3u);
  EXPECT_EQ(CommonInOrder(Apart("abc"), Apart("xyz")), 0u);
  EXPECT_EQ(CommonInOrder({}, Apart("a")), 0u);
}

// Against the textbook's table, on all orders of six labels.
TEST(EventOrder, AgreesWithDynamicProgrammingOnEveryPermutation) {
  const std::string a = "abcdef";
  std::string b = a;
  do {
    std::array<std::array<u32, 7>, 7> longest{};
    for (std::size_t i = 1; i <= 6; ++i) {
      for (std::size_t j = 1; j <= 6; ++j) {
        longest[i][j] = a[i - 1] == b[j - 1] ? longest[i - 1][j - 1] + 1
                                             : std::max(longest[i - 1][j], longest[i][j - 1]);
      }
    }
    ASSERT_EQ(CommonInOrder(Apart(a), Apart(b)), longest[6][6]) << b;
  } while (std::next_permutation(b.begin(), b.end()));
}

TEST(EventOrder, LargestOrdersAreComparedWithinReason) {
  Entries a, b;
  for (std::size_t i = 0; i < kEntriesMax; ++i) {
    const std::string name = std::to_string(i);
    a.push_back({name, name, At(static_cast<f64>(10 * i)), kForever});
    b.push_back({std::to_string(i * 37 % kEntriesMax), name, At(static_cast<f64>(10 * i)),
                 kForever});
  }
  EXPECT_EQ(CommonInOrder(a, b), CommonInOrder(b, a));
}

TEST(EventOrder, SwapsBetweenSourcesWithinAMomentDoNotCount) {
  const Entries status_first{{"STATUS Running", "status", At(1.0), kForever},
                             {"Started", "kubelet", At(1.4), kForever}};
  const Entries event_first{{"Started", "kubelet", At(2.0), kForever},
                            {"STATUS Running", "status", At(9.0), kForever}};
  EXPECT_EQ(CommonInOrder(status_first, event_first), 2u) << "one of the two is enough";
  Entries slow = status_first;
  slow[1].at = At(2.5);
  EXPECT_EQ(CommonInOrder(slow, event_first), 1u) << "1.5 s apart in both";
  Entries one_source = status_first;
  one_source[0].source = "kubelet";
  Entries other = event_first;
  other[1].source = "kubelet";
  EXPECT_EQ(CommonInOrder(one_source, other), 1u) << "one source keeps its order";
}

TEST(EventOrder, ObjectsWeighByTheirEntries) {
  const std::vector<ObjectOrder> a{{"Pod", "x", Apart("abc")}, {"Pod", "y", Apart("a")}};
  const std::vector<ObjectOrder> b{{"Pod", "x", Apart("abc")}, {"Pod", "z", Apart("ab")}};
  // x: 3 of 3 + 3; y: 0 of 1 + 0; z: 0 of 0 + 2.
  EXPECT_DOUBLE_EQ(CompareOrders(a, b).Ratio(), 6.0 / 9);
  EXPECT_DOUBLE_EQ(CompareOrders(b, a).Ratio(), 6.0 / 9);
  EXPECT_FALSE(CompareOrders({}, {}).known());
}

TEST(EventOrder, AStatusPassedQuicklyIsNotMissed) {
  const std::vector<ObjectOrder> with{
      {"Pod", "x", {{"STATUS ContainerCreating", "status", At(1), At(0.9)},
                    {"STATUS Running", "status", At(2), kForever}}}};
  const std::vector<ObjectOrder> without{
      {"Pod", "x", {{"STATUS Running", "status", At(2), kForever}}}};
  EXPECT_EQ(CompareOrders(with, without).Ratio(), 1);
  std::vector<ObjectOrder> held = with;
  held[0].entries[0].held = At(1.5);
  EXPECT_DOUBLE_EQ(CompareOrders(held, without).Ratio(), 2.0 / 3);
  const std::vector<const std::vector<ObjectOrder>*> real{&held}, simulated{&without}, quick{&with};
  ASSERT_EQ(OneSidedEntries(real, simulated).size(), 1u);
  EXPECT_EQ(OneSidedEntries(real, simulated)[0].label, "STATUS ContainerCreating");
  EXPECT_TRUE(OneSidedEntries(quick, simulated).empty());
}

// Two ReplicaSets whose hashes sort the wrong way round, two pods of the second one.
Trace Rollout(const std::string& first, const std::string& second) {
  Trace trace = EmptyTrace(true, 7, 200);
  AddReplicaSet(trace, 0, first, "geo", 1);
  AddPod(trace, 0, {.name = first + "-x2k8p", .owner = first});
  AddEvent(trace, 10, {.kind = "Pod", .name = first + "-x2k8p", .reason = "Started"});
  AddEvent(trace, 61, {.kind = "Deployment", .name = "geo", .reason = "ScalingReplicaSet",
                       .source = "deployment-controller",
                       .message = "Scaled up replica set " + second + " from 0 to 1"});
  AddReplicaSet(trace, 61, second, "geo", 2);
  AddPod(trace, 62, {.name = second + "-bbbbb", .owner = second, .waiting = "ContainerCreating"});
  AddPod(trace, 63, {.name = second + "-ccccc", .owner = second, .waiting = "ErrImagePull"});
  AddEvent(trace, 64, {.name = second + "-ccccc", .reason = "Failed", .warning = true});
  AddPod(trace, 65, {.name = second + "-bbbbb", .owner = second, .waiting = "ErrImagePull"});
  AddEvent(trace, 66, {.name = second + "-bbbbb", .reason = "Failed", .warning = true});
  AddEvent(trace, 67, {.name = second + "-bbbbb", .reason = "FailedMount",
                       .message = "MountVolume.SetUp failed for volume \"kube-api-access-x\"",
                       .warning = true});
  RemovePod(trace, 70, first + "-x2k8p");
  return trace;
}

TEST(EventOrder, PodsOfAReplicaSetAreOneObjectOfFirstSights) {
  const auto orders = OrdersFrom(SightsOf(Rollout("geo-zzzzz", "geo-bbbbb")), At(60));
  ASSERT_EQ(orders.size(), 3u);
  EXPECT_EQ(orders[0].kind + " " + orders[0].name, "Deployment hotel/geo");
  EXPECT_EQ(orders[0].entries[0].label, "ScalingReplicaSet up geo-<hash-2>");
  EXPECT_EQ(orders[1].name, "hotel/geo-<hash-1>-<rand>");
  ASSERT_EQ(orders[1].entries.size(), 1u) << "what was seen before the fault is none of it";
  EXPECT_EQ(orders[1].entries[0].label, "STATUS Gone");
  EXPECT_EQ(orders[2].name, "hotel/geo-<hash-2>-<rand>");
  std::string labels;
  for (const OrderEntry& entry : orders[2].entries) labels += entry.label + "; ";
  EXPECT_EQ(labels, "STATUS ContainerCreating; STATUS ErrImagePull; Failed; ")
      << "each once, and no mount that a busy kubelet was late with";
}

TEST(EventOrder, OtherHashesAreTheSameObjects) {
  const auto a = OrdersFrom(SightsOf(Rollout("geo-zzzzz", "geo-bbbbb")), At(60));
  const auto b = OrdersFrom(SightsOf(Rollout("geo-6b85c9d7f4", "geo-7d4b9c6f5")), At(60));
  EXPECT_EQ(CompareOrders(a, b).Ratio(), 1);
}

TEST(EventOrder, AnOlderRevisionChangesNoName) {
  const Trace trace = Rollout("geo-zzzzz", "geo-bbbbb");
  Trace longer = trace;
  AddReplicaSet(longer, 0, "geo-ccccc", "geo", 0);
  EXPECT_EQ(CompareOrders(OrdersFrom(SightsOf(trace), At(60)),
                          OrdersFrom(SightsOf(longer), At(60))).Ratio(), 1);
}

TEST(EventOrder, WhatAFaultBringsAlongIsTheSameByAnyName) {
  const auto with = [](const std::string& name) {
    Trace trace = EmptyTrace(true, 7, 200);
    AddDeployment(trace, 0, "geo", 1, 1);
    AddDeployment(trace, 60.1, name, 1, 0);
    AddReplicaSet(trace, 60.2, name + "-6b85c9d7f4", name, 1);
    AddPod(trace, 60.3, {.name = name + "-6b85c9d7f4-bbbbb", .owner = name + "-6b85c9d7f4"});
    AddEvent(trace, 60.4, {.kind = "Deployment", .name = name, .reason = "ScalingReplicaSet",
                           .message = "Scaled up replica set " + name + "-6b85c9d7f4 from 0 to 1"});
    return OrdersFrom(SightsOf(trace), At(60));
  };
  const auto a = with("config-reloader"), b = with("node-rebalancer");
  ASSERT_EQ(a.size(), 2u);
  EXPECT_EQ(a[0].name, "hotel/<new-1>");
  EXPECT_EQ(a[0].entries[0].label, "ScalingReplicaSet up <new-1>-<hash-1>");
  EXPECT_EQ(a[1].name, "hotel/<new-1>-<hash-1>-<rand>");
  EXPECT_EQ(CompareOrders(a, b).Ratio(), 1);
}

}  // namespace
}  // namespace wt
