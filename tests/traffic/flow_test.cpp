// SPDX-License-Identifier: Apache-2.0
// What the rows mean, case by case.
#include "sim/traffic/flow.h"

#include <gtest/gtest.h>

#include "tests/traffic/allocation_count.h"
#include "tests/traffic/test_graphs.h"

namespace wt {
namespace {

// leaf (0) <- front (1); the client calls front.
TestApp Pair(GraphCall call, f32 rps = 50) {
  TestApp app;
  app.Service(Loop(), Healthy());
  call.callee = app.Operation(0.004f, 1);
  app.Service(Loop(), Healthy());
  app.Entry(app.Operation(0.002f, 1, {call}));
  app.rps = rps;
  app.Finish();
  return app;
}

TEST(Flow, ALeafThatIsGoneFailsItsCallersByCallProbability) {
  for (const f32 p : {1.0f, 0.3f, 0.0f}) {
    for (const u8 retries : {u8{0}, u8{3}}) {
      TestApp app = Pair({.probability = p, .retries_max = retries});
      app.inputs[0].servers = 0;
      app.Solve();
      EXPECT_NEAR(app.client.error, p, 1e-6f);
      EXPECT_NEAR(app.operations[1].error, p, 1e-6f);
      EXPECT_EQ(app.services[0].error, 1.0f);
      EXPECT_EQ(app.services[0].utilisation, 0.0f);
      EXPECT_EQ(app.services[0].latency_s, 0.0f);
    }
  }
}

TEST(Flow, AnOptionalLeafThatIsGoneOnlyCostsTime) {
  TestApp app = Pair({.timeout_s = 0.5f, .optional = true});
  app.inputs[0].servers = 0;
  app.Solve();
  EXPECT_EQ(app.client.error, 0.0f);
  EXPECT_LT(app.client.latency_s, 0.003f);  // refused at once
  app.inputs[0].connect_fail_s = 1000;      // packets vanish: the timeout cuts
  app.Solve();
  EXPECT_EQ(app.client.error, 0.0f);
  EXPECT_NEAR(app.client.latency_s, 0.502f, 0.001f);
}

TEST(Flow, HalfReachAndOneRetryLeaveAQuarter) {
  TestApp app = Pair({.retries_max = 1});
  app.inputs[0].reach = 0.5f;
  app.Solve();
  EXPECT_NEAR(app.client.error, 0.25f, 1e-6f);
  EXPECT_NEAR(app.services[0].rate, 75, 0.01f);
  EXPECT_NEAR(app.services[0].error, 0.5f, 1e-6f);
}

TEST(Flow, TheProcessesOwnErrorsCountForTheirShare) {
  TestApp app = Pair({});
  app.inputs[0].fail = 0.2f;
  app.Solve();
  EXPECT_NEAR(app.client.error, 0.2f, 1e-6f);
  app.inputs[0].fail = 0;
  app.inputs[1].fail = 0.2f;
  app.Solve();
  EXPECT_NEAR(app.client.error, 0.2f, 1e-6f);
  EXPECT_NEAR(app.services[0].rate, 40, 1e-3f);  // its failures call nobody
}

TEST(Flow, ACacheCallsOnAMissOnly) {
  TestApp app = Pair({});
  app.inputs[1].cache_hit = 0.9f;
  app.Solve();
  EXPECT_NEAR(app.services[0].rate, 5, 1e-3f);
  app.inputs[0].servers = 0;
  app.Solve();
  EXPECT_NEAR(app.client.error, 0.1f, 1e-5f);
}

TEST(Flow, ARequiredCallThatFailsStopsTheNext) {
  TestApp app;
  app.Service(Loop(), Healthy());
  const u32 a = app.Operation(0.001f, 1);
  app.Service(Loop(), Healthy());
  const u32 b = app.Operation(0.001f, 1);
  app.Service(Loop(), Healthy());
  app.Entry(app.Operation(0.001f, 1, {{.callee = a}, {.callee = b}}));
  app.Finish();
  app.inputs[0].fail = 0.4f;
  app.Solve();
  EXPECT_NEAR(app.services[1].rate, 60, 0.1f);
}

TEST(Flow, WithoutLoadRowsSayWhatOneRequestWouldMeet) {
  TestApp app = Pair({});
  app.rps = 0;
  app.Solve();
  EXPECT_EQ(app.client.rate, 0);
  EXPECT_EQ(app.services[0].rate, 0);
  EXPECT_EQ(app.services[0].error, 0);
  EXPECT_EQ(app.services[0].in_flight, 0);
  EXPECT_NEAR(app.client.latency_s, 0.006f, 1e-5f);
  app.inputs[0].servers = 0;
  app.Solve();
  EXPECT_EQ(app.client.error, 1);
  EXPECT_EQ(app.services[0].error, 1);
}

TEST(Flow, LittlesLawHolds) {
  TestApp app = Pair({}, 150);
  app.Solve();
  for (const FlowServiceRow& row : app.services) {
    EXPECT_NEAR(row.in_flight, row.rate * row.latency_s, 1e-4f);
  }
}

TEST(Flow, CpuLimitsSetTheCapacity) {
  GraphService service = Loop();
  service.cpu_per_request_s = 0.002f;
  TestApp app;
  app.Service(service, Healthy(2));
  app.Entry(app.Operation(0.001f, 1));
  app.inputs[0].cores_per_server = 0.5f;  // two processes, 250 requests per second each
  app.Finish();
  app.Solve();
  EXPECT_NEAR(app.services[0].utilisation, 100.0f / 500, 1e-4f);
  EXPECT_NEAR(app.services[0].cpu_cores, 0.2f, 1e-4f);
  app.graph.services[0].model = ConcurrencyModel::kThreads;
  app.Solve();
  EXPECT_NEAR(app.services[0].utilisation, 100.0f / 500, 1e-4f);
}

TEST(Flow, OverloadGrowsABacklogThatDrainsAgain) {
  TestApp app = Pair({.timeout_s = 100}, 300);  // the leaf serves 250 per second
  app.Solve();
  EXPECT_EQ(app.services[0].backlog, 0);
  EXPECT_NEAR(app.services[0].utilisation, 1.2f, 1e-3f);
  EXPECT_TRUE(app.Step(0));  // asks only
  EXPECT_EQ(app.services[0].backlog, 0);
  f32 before = app.client.latency_s;
  for (int i = 1; i <= 10; ++i) {
    EXPECT_TRUE(app.Step(0.5f));
    EXPECT_NEAR(app.services[0].backlog, 25.0f * static_cast<f32>(i), 0.1f);
    app.Solve();
    EXPECT_GT(app.client.latency_s, before);
    before = app.client.latency_s;
  }
  EXPECT_NEAR(app.client.latency_s, 1 + 0.2f, 0.25f);  // 250 waiting / 250 per second
  app.rps = 200;
  app.Solve();
  int steps = 0;
  while (app.Step(0.5f)) {
    app.Solve();
    ASSERT_LT(++steps, 50);
  }
  EXPECT_EQ(steps, 9);  // 250 at 50 per second, the tenth step ends it
  EXPECT_EQ(app.services[0].backlog, 0);
}

TEST(Flow, AFullQueueRefusesWhatExceedsTheCapacity) {
  TestApp app = Pair({.timeout_s = 100}, 500);
  app.graph.services[0].queue_limit = 100;
  app.Solve();
  for (int i = 0; i < 10; ++i) {
    app.Step(0.5f);
    app.Solve();
  }
  EXPECT_EQ(app.services[0].backlog, 100);
  EXPECT_NEAR(app.client.error, 0.5f, 0.01f);
  EXPECT_NEAR(app.services[0].latency_s, 0.404f, 0.002f);
  EXPECT_NEAR(app.services[0].in_flight, 101, 0.5f);
}

TEST(Flow, RetriesKeepAnOverloadAlive) {
  // 220 of 250 requests per second fit; with a backlog beyond the timeout every attempt fails and
  // comes again, which keeps the backlog there.
  TestApp app = Pair({.timeout_s = 0.5f, .retries_max = 2, .retry_budget = 9}, 220);
  app.Solve();
  const f32 healthy = app.client.error;
  EXPECT_LT(healthy, 0.01f);
  app.services[0].backlog = 500;  // what a spike leaves behind
  for (int i = 0; i < 40; ++i) {
    app.Solve();
    app.Step(0.5f);
  }
  EXPECT_GT(app.client.error, 0.9f);
  EXPECT_GT(app.services[0].backlog, 500);
  app.graph.calls[0].retries_max = 0;  // without retries it drains, at 30 per second
  for (int i = 0; i < 700; ++i) {
    app.Solve();
    app.Step(0.5f);
  }
  app.Solve();
  EXPECT_LT(app.client.error, 0.02f);
}

TEST(Flow, ADeadProcessLosesItsQueue) {
  TestApp app = Pair({}, 300);
  app.services[0].backlog = 40;
  app.Solve();
  EXPECT_EQ(app.services[0].backlog, 40);
  app.inputs[0].servers = 0;
  app.Solve();
  EXPECT_EQ(app.services[0].backlog, 0);
  EXPECT_FALSE(app.Step(0.5f));
}

TEST(Flow, NobodyIsServedFasterThanTheSlowestCalleeOfAGroup) {
  TestApp app;
  app.Service(Loop(), Healthy());
  const u32 a = app.Operation(0.010f, 0);
  app.Service(Loop(), Healthy());
  const u32 b = app.Operation(0.030f, 0);
  app.Service(Loop(), Healthy());
  app.Entry(app.Operation(
      0.001f, 0, {{.callee = a, .parallel_group = 1}, {.callee = b, .parallel_group = 1}}));
  app.rps = 0.001f;
  app.Finish();
  app.Solve();
  EXPECT_NEAR(app.client.latency_s, 0.031f, 1e-4f);
  app.graph.calls[1].parallel_group = 2;
  app.Solve();
  EXPECT_NEAR(app.client.latency_s, 0.041f, 1e-4f);
}

TEST(Flow, TheClientGivesUpAfterItsTimeout) {
  TestApp app = Pair({});
  app.inputs[1].reach = 0.5f;
  app.inputs[1].connect_fail_s = 1000;
  app.Solve();
  EXPECT_NEAR(app.client.error, 0.5f, 1e-6f);
  EXPECT_NEAR(app.client.p99_s, kClientTimeoutS, 0.1f);
  EXPECT_NEAR(app.client.latency_s, 5, 0.1f);
}

TEST(Flow, AHealthyHotelTakesOnePassAndNoAllocation) {
  TestApp app = HotelSized();
  const long before = AllocationCount();
  EXPECT_EQ(app.Solve(), 1);
  app.inputs[0].reach = 0.3f;
  EXPECT_LE(app.Solve(), kMaxPasses);
  app.rps = 1e5f;
  app.Solve();
  app.Step(0.5f);
  EXPECT_EQ(AllocationCount(), before);
}

}  // namespace
}  // namespace wt
