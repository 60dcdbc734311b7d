// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sim/transitions.h"
#include "tests/sim/test_world.h"

namespace wt {
namespace {

class EndpointsTest : public ::testing::Test {
 protected:
  void Begin(i32 replicas, const std::string& port_name = "") {
    world.AddImage("shop/web:1");
    tmpl = world.Template({.port_name = "http"});
    same = world.ServiceDoc({{"app", "web"}}, 80, 8080, port_name);
    other_port = world.ServiceDoc({{"app", "web"}}, 80, 9999);
    nobody = world.ServiceDoc({{"app", "nobody"}}, 80, 8080);
    const RevId node = world.NodeDoc({});
    const RevId doc = world.DeploymentDoc({});
    world.Start();
    world.AddNode("node-1", node);
    deployment = world.AddDeployment("web", doc, tmpl, replicas);
    service = world.AddService("web", same);
    world.Run(60);
  }
  const Service& Row() const { return world.At<Service>(service); }
  u32 Proxied() const {
    u32 count = 0;
    for (u32 e = Row().first_endpoint; e != 0; e = world.At<Endpoint>(e).next) {
      count += world.At<Endpoint>(e).in_proxy && world.At<Endpoint>(e).proxy_ready;
    }
    return count;
  }

  TestWorld world;
  RevId tmpl = 0, same = 0, other_port = 0, nobody = 0;
  u32 deployment = 0, service = 0;
};

TEST_F(EndpointsTest, ReadyPodsGetTraffic) {
  Begin(3);
  EXPECT_EQ(Row().ready_endpoints, 3u);
  EXPECT_EQ(Proxied(), 3u);
  EXPECT_EQ(world.At<Endpoint>(Row().first_endpoint).proxy_port, 8080);
}

TEST_F(EndpointsTest, NamedTargetPortIsThePodsOwn) {
  Begin(1, "http");
  EXPECT_EQ(world.At<Endpoint>(Row().first_endpoint).proxy_port, 8080);
}

TEST_F(EndpointsTest, UnknownPortNameLeadsNowhere) {
  Begin(1, "grpc");
  EXPECT_EQ(world.At<Endpoint>(Row().first_endpoint).proxy_port, 0);
}

TEST_F(EndpointsTest, SelectorWithoutMatchEmptiesTheSlice) {
  Begin(2);
  SetServiceDoc(world.sim(), service, nobody, kAgent);
  EXPECT_EQ(Proxied(), 2u);  // the proxies have not heard of it yet
  world.Run(30);
  EXPECT_EQ(Row().endpoints, 0u);
  EXPECT_EQ(Proxied(), 0u);
  SetServiceDoc(world.sim(), service, same, kAgent);
  world.Run(30);
  EXPECT_EQ(Proxied(), 2u);
}

TEST_F(EndpointsTest, ChangedTargetPortReachesTheProxy) {
  Begin(1);
  SetServiceDoc(world.sim(), service, other_port, kAgent);
  world.Run(30);
  EXPECT_EQ(world.At<Endpoint>(Row().first_endpoint).proxy_port, 9999);
}

TEST_F(EndpointsTest, TerminatingPodLeavesTheReadyOnes) {
  Begin(2);
  DeletePod(world.sim(), world.Pods()[0]);
  world.Run(120);
  EXPECT_EQ(Row().endpoints, 2u);
  EXPECT_EQ(Proxied(), 2u);
}

TEST_F(EndpointsTest, DeletedServiceIsForgottenByTheProxy) {
  Begin(2);
  DeleteService(world.sim(), service, kAgent);
  EXPECT_EQ(FindService(world.sim(), world.ns, world.Str("web")), 0u);
  EXPECT_EQ(Proxied(), 2u);
  world.Run(30);
  EXPECT_EQ(Row().born, 0u);
}

// Milliseconds until so many get traffic.
class ProxyTest : public EndpointsTest {
 protected:
  i64 Until(u32 proxied) {
    const SimTime began = world.sim().now();
    while (Proxied() != proxied) RunWorld(world.sim(), world.sim().now() + kMillisecond);
    return (world.sim().now() - began) / kMillisecond;
  }
  void Exact() {
    world.blueprint.timing.endpoints = {1, 1};
    world.blueprint.timing.proxy = {20, 20};
  }
  void Select(RevId doc) { SetServiceDoc(world.sim(), service, doc, kAgent); }
};

TEST_F(ProxyTest, AfterARestAChangeIsFollowedAtOnce) {
  Exact();
  Begin(2);
  Select(nobody);
  EXPECT_LE(Until(0), 22);
  world.Run(2);
  Select(same);
  EXPECT_LE(Until(2), 22);
}

TEST_F(ProxyTest, AChangeWithinASecondOfTheLastRunWaitsForTheRest) {
  Exact();
  Begin(2);
  Select(nobody);
  Until(0);
  RunWorld(world.sim(), world.sim().now() + 200 * kMillisecond);
  Select(same);
  EXPECT_NEAR(static_cast<double>(Until(2)), 820, 3);
}

TEST_F(ProxyTest, WhatComesWhileRulesAreWrittenWaitsForTheNextRun) {
  Exact();
  Begin(2);
  Select(nobody);
  RunWorld(world.sim(), world.sim().now() + 10 * kMillisecond);
  Select(same);
  EXPECT_LE(Until(0), 22);
  EXPECT_NEAR(static_cast<double>(Until(2)), 1020, 15);
}

TEST_F(ProxyTest, OneRunTakesUpEveryServiceThatIsPending) {
  Exact();
  Begin(2);
  const u32 other = world.AddService("other", same);
  world.Run(60);
  Select(nobody);
  Until(0);
  SetServiceDoc(world.sim(), other, nobody, kAgent);
  RunWorld(world.sim(), world.sim().now() + 400 * kMillisecond);
  Select(same);
  const i64 first = Until(2);
  EXPECT_EQ(world.At<Service>(other).proxy_timer, 0u);
  EXPECT_NEAR(static_cast<double>(first), 620, 3);
}

TEST_F(ProxyTest, ARunInFlightWritesWhatItBeganWithThoughAnotherIsPlanned) {
  Exact();
  Begin(2);
  const u32 other = world.AddService("other", same);
  world.Run(60);
  Select(nobody);
  RunWorld(world.sim(), world.sim().now() + 10 * kMillisecond);
  SetServiceDoc(world.sim(), other, nobody, kAgent);  // plans the next run
  RunWorld(world.sim(), world.sim().now() + 4 * kMillisecond);
  Select(same);
  EXPECT_LE(Until(0), 8);
  EXPECT_NEAR(static_cast<double>(Until(2)), 1020, 15);
  EXPECT_EQ(world.At<Service>(other).proxy_timer, 0u);
}

TEST_F(EndpointsTest, ManyPodsAreAddedOverSeveralSyncs) {
  Begin(70);
  EXPECT_EQ(Proxied(), static_cast<u32>(world.ReadyPods(deployment)));
  EXPECT_GT(Proxied(), 32u);
}

}  // namespace
}  // namespace wt
