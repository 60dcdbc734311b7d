// SPDX-License-Identifier: Apache-2.0
// The flow solver against the request-level reference, case by case. Prints the table that
// docs/traffic.md quotes.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "tests/traffic/reference_des.h"
#include "tests/traffic/test_graphs.h"

namespace wt {
namespace {

struct Gate {
  f64 mean = 0.05, p99 = 0.15, error = 0.02;
};

f64 Off(f32 flow, f64 des) { return des > 0 ? static_cast<f64>(flow) / des - 1 : 0; }

void Compare(const char* name, TestApp app, Gate gate = {}, u32 requests = 200'000) {
  app.Finish();
  const int passes = app.Solve();
  const DesAnswer des = SimulateRequests(
      app.graph, app.inputs, {.rps = static_cast<f64>(app.rps), .requests = requests, .seed = 7});
  f32 rho = 0;
  for (const FlowServiceRow& row : app.services) rho = std::max(rho, row.utilisation);
  const FlowClient& flow = app.client;
  const f64 mean = Off(flow.latency_s, des.mean_s), p50 = Off(flow.p50_s, des.p50_s);
  const f64 p99 = Off(flow.p99_s, des.p99_s);
  std::printf("| %-46s | %4.2f | %7.2f | %+5.1f | %+5.1f | %+5.1f | %6.4f | %+7.4f | %d |\n", name,
              static_cast<f64>(rho), des.mean_s * 1e3, mean * 100, p50 * 100, p99 * 100, des.error,
              static_cast<f64>(flow.error) - des.error, passes);
  EXPECT_LE(std::abs(mean), gate.mean) << name << ": mean " << flow.latency_s << " s";
  EXPECT_LE(std::abs(p99), gate.p99) << name << ": p99 " << flow.p99_s << " s";
  EXPECT_NEAR(static_cast<f64>(flow.error), des.error, gate.error) << name;
  for (size_t i = 0; i < app.services.size(); ++i) {
    EXPECT_NEAR(static_cast<f64>(app.services[i].rate), des.services[i].rate,
                0.03 * des.services[i].rate + 0.1)
        << name << ": rate of service " << i;
  }
}

TestApp One(const GraphService& service, f32 servers, f32 work_s, f32 cv2, f32 rps) {
  TestApp app;
  app.Service(service, Healthy(servers));
  app.Entry(app.Operation(work_s, cv2));
  app.rps = rps;
  return app;
}

TEST(FlowVsRequest, OneServiceAnswersAsItsQueueDoes) {
  for (const f32 rho : {0.3f, 0.5f, 0.7f}) {
    Compare("M/M/1", One(Loop(), 1, 0.01f, 1, 100 * rho), {}, 400'000);
    Compare("M/M/4", One(Loop(), 4, 0.01f, 1, 400 * rho));
    TestApp wide = One(Loop(4), 1, 0.01f, 1, 400 * rho);
    wide.inputs[0].cores_per_server = 4;
    Compare("M/M/4, one process of four cores", std::move(wide));
    Compare("M/M/64 (threads)", One(Pool(64), 1, 0.01f, 1, 6400 * rho));
    Compare("M/D/1", One(Loop(), 1, 0.01f, 0, 100 * rho));
    Compare("M/LN/1, cv2 = 2", One(Loop(), 1, 0.01f, 2, 100 * rho), {}, 400'000);
    Compare("M/LN/4, cv2 = 2", One(Loop(), 4, 0.01f, 2, 400 * rho), {}, 400'000);
  }
  // Past the gate's range, quoted for the reader.
  Compare("M/M/1, busy", One(Loop(), 1, 0.01f, 1, 90), {.mean = 0.10, .p99 = 0.20}, 1'000'000);
  Compare("M/M/4, busy", One(Loop(), 4, 0.01f, 1, 360), {.mean = 0.10, .p99 = 0.20}, 1'000'000);
}

TEST(FlowVsRequest, ShortQueuesRefuseAsMuch) {
  for (const u32 limit : {0u, 2u, 10u}) {
    for (const f32 rho : {0.5f, 0.7f, 0.9f}) {
      GraphService loop = Loop();
      loop.queue_limit = limit;
      Compare("M/M/1/K", One(loop, 1, 0.01f, 1, 100 * rho), {.mean = 0.05, .p99 = 0.20});
    }
  }
}

TEST(FlowVsRequest, ThreadsShareTheirCores) {
  for (const f32 rho : {0.3f, 0.5f, 0.7f}) {
    GraphService pool = Pool(64);
    pool.cpu_per_request_s = 0.004f;
    TestApp app = One(pool, 1, 0.004f, 1, 500 * rho);
    app.inputs[0].cores_per_server = 2;
    Compare("64 threads on 2 cores, all CPU", std::move(app));
    pool.cpu_per_request_s = 0.002f;
    app = One(pool, 1, 0.01f, 1, 1000 * rho);
    app.inputs[0].cores_per_server = 2;
    Compare("64 threads on 2 cores, a fifth CPU", std::move(app));
  }
}

TestApp TwoTier(f32 rho, ConcurrencyModel front, f32 cv2) {
  TestApp app;
  app.Service(Loop(), Healthy(2));
  const u32 a = app.Operation(0.004f, cv2);
  app.Service(Loop(), Healthy(1));
  const u32 b = app.Operation(0.003f, cv2);
  app.Service(front == ConcurrencyModel::kThreads ? Pool(32) : Loop(), Healthy(2));
  app.Entry(app.Operation(0.002f, cv2, {{.callee = a}, {.callee = b, .probability = 0.6f}}));
  app.rps = 500 * rho;
  return app;
}

TEST(FlowVsRequest, TreesAddUp) {
  for (const f32 rho : {0.3f, 0.5f, 0.7f}) {
    Compare("tree, event loops", TwoTier(rho, ConcurrencyModel::kEventLoop, 1));
    Compare("tree, event loops, cv2 = 2", TwoTier(rho, ConcurrencyModel::kEventLoop, 2));
    Compare("tree, front with 64 threads", TwoTier(rho, ConcurrencyModel::kThreads, 1));
  }
}

TEST(FlowVsRequest, PoolsHoldTheirThreadsWhileTheyCall) {
  for (const f32 rho : {0.3f, 0.5f, 0.7f}) {
    TestApp app;
    app.Service(Loop(), Healthy(8));
    const u32 leaf = app.Operation(0.01f, 1);
    app.Service(Pool(8), Healthy(1));
    app.Entry(app.Operation(0.005f, 1, {{.callee = leaf}}));
    app.rps = 8 / 0.015f * rho;
    Compare("8 threads, callee of 8 slots", std::move(app));
  }
}

TEST(FlowVsRequest, ParallelCallsTakeTheSlowest) {
  for (const f32 rho : {0.3f, 0.7f}) {
    TestApp app;
    std::vector<u32> leaves;
    for (int i = 0; i < 3; ++i) {
      app.Service(Loop(), Healthy(1));
      leaves.push_back(app.Operation(0.004f + 0.002f * static_cast<f32>(i), 1));
    }
    app.Service(Loop(), Healthy(4));
    app.Entry(app.Operation(0.002f, 1,
                            {{.callee = leaves[0], .parallel_group = 1},
                             {.callee = leaves[1], .parallel_group = 1},
                             {.callee = leaves[2], .probability = 0.5f, .parallel_group = 1}}));
    app.rps = 166 * rho;
    Compare("three calls side by side", std::move(app));
  }
}

TestApp Chain(f32 rps, GraphCall inner, GraphCall outer) {
  TestApp app;
  app.Service(Loop(), Healthy(2));
  inner.callee = app.Operation(0.005f, 1);
  app.Service(Loop(), Healthy(2));
  outer.callee = app.Operation(0.003f, 1, {inner});
  app.Service(Loop(), Healthy(2));
  app.Entry(app.Operation(0.002f, 1, {outer}));
  app.rps = rps;
  return app;
}

TEST(FlowVsRequest, FailingCalleesAreRetried) {
  for (const f32 fail : {0.05f, 0.3f, 0.6f}) {
    TestApp app = Chain(100, {.retries_max = 2, .backoff_s = 0.02f, .retry_budget = 9}, {});
    app.inputs[0].fail = fail;
    Compare("leaf answers errors, 2 retries", app);
    app.inputs[0].fail = 0;
    app.inputs[0].reach = 1 - fail;
    Compare("leaf refuses connections, 2 retries", app);
    app.inputs[0].connect_fail_s = 1000;
    app.graph.calls[0].timeout_s = 0.3f;
    Compare("leaf loses packets, 2 retries", app);
    app.graph.calls[1].timeout_s = 0.25f;
    Compare("the same, its caller is less patient", app);
    app.graph.calls[0].optional = true;
    Compare("the same, optional", app);
  }
}

TEST(FlowVsRequest, CachesShortenTheWay) {
  for (const f32 hit : {0.0f, 0.5f, 0.95f}) {
    TestApp app = Chain(100, {}, {});
    app.inputs[1].cache_hit = hit;
    Compare("cache before a store", app);
    app.inputs[0].servers = 0;
    Compare("cache before a dead store", app);
  }
}

TEST(FlowVsRequest, TimeoutsCutTheTail) {
  for (const f32 timeout : {0.01f, 0.02f, 0.05f, 0.1f}) {
    Compare("M/M/1 behind a timeout",
            [&] {
              TestApp app;
              app.Service(Loop(), Healthy(1));
              const u32 leaf = app.Operation(0.01f, 1);
              app.Service(Loop(), Healthy(4));
              app.Entry(app.Operation(0.002f, 1, {{.callee = leaf, .timeout_s = timeout}}));
              app.rps = 50;
              return app;
            }());
    TestApp app = Chain(100, {.timeout_s = timeout, .retries_max = 1, .retry_budget = 9}, {});
    Compare("M/M/2 behind a timeout, 1 retry", std::move(app));
  }
}

}  // namespace
}  // namespace wt
