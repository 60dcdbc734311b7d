// SPDX-License-Identifier: Apache-2.0
// What holds for every graph and every input, drawn by seed.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "sim/random.h"
#include "tests/traffic/test_graphs.h"

namespace wt {
namespace {

struct Dice {
  u64 seed;
  u32 draws = 0;
  f32 Uniform() {
    return static_cast<f32>(DrawUniform({seed}, Stream::kNoise, 0, draws++));
  }
  f32 Between(f32 low, f32 high) { return low + (high - low) * Uniform(); }
  u32 Below(u32 n) { return DrawBelow({seed}, Stream::kNoise, 1, draws++, n); }
  bool Chance(f32 p) { return Uniform() < p; }
  template <size_t n>
  f32 Pick(const f32 (&values)[n]) {
    return values[Below(n)];
  }
};

constexpr f32 kInf = std::numeric_limits<f32>::infinity();
constexpr f32 kNan = std::numeric_limits<f32>::quiet_NaN();

GraphCall RandomCall(Dice& dice, u32 callees, bool wild) {
  GraphCall call{.callee = dice.Below(callees)};
  call.probability = dice.Chance(0.5f) ? 1.0f : dice.Uniform();
  call.timeout_s = wild ? dice.Pick({0, 1e-6f, 0.01f, 1, 1e6f}) : dice.Between(0.2f, 2);
  call.retries_max = static_cast<u8>(wild ? dice.Pick({0, 1, 3, 255}) : dice.Pick({0, 0, 1, 2}));
  call.optional = dice.Chance(0.2f);
  call.parallel_group = static_cast<u16>(dice.Below(3));
  call.backoff_s = dice.Pick({0, 0.05f, 1});
  call.retry_budget = dice.Pick({0, 0.1f, 1, 100});
  return call;
}

// A random graph, leaves first; wild: numbers at and beyond the ends of their ranges.
TestApp RandomApp(u64 seed, bool wild) {
  Dice dice{seed};
  TestApp app;
  const u32 services = 1 + dice.Below(12);
  for (u32 i = 0; i < services; ++i) {
    GraphService service = dice.Chance(0.5f) ? Loop() : Pool(64);
    service.loop_cores = wild ? dice.Pick({0, 0.5f, 1, 4}) : 1;
    service.threads = static_cast<u16>(wild ? dice.Pick({0, 1, 8, 33, 1000}) : 64);
    service.queue_limit = static_cast<u32>(wild ? dice.Pick({0, 1, 100, 1e6f}) : 1e6f);
    service.cpu_per_request_s = wild ? dice.Pick({0, 1e-4f, 0.01f, 10}) : 1e-4f;
    ServiceInput input = Healthy(static_cast<f32>(1 + dice.Below(4)));
    if (wild) {
      input.servers = dice.Pick({0, 1, 3, 0.5f, 1e9f, -1, kNan});
      input.reach = dice.Pick({0, 0.5f, 1, 1, -0.0f, 7, kNan});
      input.connect_fail_s = dice.Pick({0, 1, 1e9f, kInf, kNan});
      input.fail = dice.Pick({0, 0, 0.3f, 1, -0.0f, kNan});
      input.cores_per_server = dice.Pick({0, 0.1f, 1, 64, kInf, kNan});
      input.slow = dice.Pick({0, 1, 20, kInf, kNan});
      input.cache_hit = dice.Pick({-1, 0, 0.5f, 1, 2, kNan});
    }
    app.Service(service, input);
    const u32 below = static_cast<u32>(app.graph.operations.size());
    for (u32 k = 1 + dice.Below(3); k > 0; --k) {
      const f32 work = wild ? dice.Pick({0, 1e-9f, 0.001f, 100}) : dice.Between(0.001f, 0.01f);
      app.Operation(work, dice.Pick({0, 1, 2, 50}));
      for (u32 calls = below > 0 ? dice.Below(4) : 0; calls > 0; --calls) {
        app.graph.calls.push_back(RandomCall(dice, below, wild));
        ++app.graph.operations.back().calls;
      }
    }
  }
  const u32 operations = static_cast<u32>(app.graph.operations.size());
  const u32 entries = wild ? dice.Below(4) : 2;
  for (u32 i = 0; i < entries; ++i) {
    app.Entry(operations - 1 - dice.Below(std::min(operations, 4u)),
              1 / static_cast<f32>(entries));
  }
  app.rps = wild ? dice.Pick({0, 1e-9f, 1, 300, 1e9f, 1e30f, kInf, kNan, -1}) : 20;
  app.Finish();
  return app;
}

void ExpectSound(f32 x, const char* what, u64 seed) {
  EXPECT_TRUE(std::isfinite(x)) << what << " seed " << seed;
  EXPECT_FALSE(std::signbit(x)) << what << " seed " << seed;
}

void ExpectSoundRows(const TestApp& app, u64 seed) {
  for (const FlowServiceRow& row : app.services) {
    const f32 values[] = {row.rate,        row.error,   row.latency_s, row.p99_s,
                          row.utilisation, row.backlog, row.in_flight, row.cpu_cores};
    for (const f32 x : values) ExpectSound(x, "service", seed);
    EXPECT_LE(row.error, 1) << seed;
  }
  for (const FlowOperationRow& row : app.operations) {
    for (const f32 x : {row.rate, row.error, row.latency_s, row.variance_s2}) {
      ExpectSound(x, "operation", seed);
    }
    EXPECT_LE(row.error, 1) << seed;
  }
  const FlowClient& c = app.client;
  for (const f32 x : {c.rate, c.error, c.latency_s, c.p50_s, c.p99_s}) {
    ExpectSound(x, "client", seed);
  }
  EXPECT_LE(c.error, 1) << seed;
  EXPECT_LE(c.p50_s, c.p99_s * 1.001f + 1e-6f) << seed;
  EXPECT_LE(c.latency_s, kClientTimeoutS * 1.001f) << seed;
}

TEST(FlowProperty, RowsAreFiniteForAnyInput) {
  for (u64 seed = 0; seed < 20'000; ++seed) {
    TestApp app = RandomApp(seed, true);
    Dice dice{seed + 1'000'000};
    for (FlowServiceRow& row : app.services) {
      row.backlog = dice.Pick({0, 0, 1, 1e5f, 1e30f, -1, kNan});
    }
    for (int i = 0; i < 3; ++i) {
      app.Solve();
      ExpectSoundRows(app, seed);
      app.Step(0.5f);
      ExpectSoundRows(app, seed);
    }
    if (testing::Test::HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST(FlowProperty, OnlyTheBacklogIsRemembered) {
  for (u64 seed = 0; seed < 2'000; ++seed) {
    TestApp app = RandomApp(seed, false), stale = app;
    Dice dice{seed + 1'000'000};
    for (FlowServiceRow& row : stale.services) {
      row = {dice.Uniform(), dice.Uniform(), dice.Uniform(), 3, 4, 0, 6, 7};
    }
    for (FlowOperationRow& row : stale.operations) row = {dice.Uniform(), 2, kNan, 4};
    stale.client = {1, 2, 3, 4, kNan};
    EXPECT_EQ(app.Solve(), stale.Solve());
    const auto same = [](const auto& a, const auto& b) {
      return std::memcmp(a.data(), b.data(), a.size() * sizeof(a[0])) == 0;
    };
    EXPECT_TRUE(same(app.services, stale.services)) << seed;
    EXPECT_TRUE(same(app.operations, stale.operations)) << seed;
    EXPECT_EQ(std::memcmp(&app.client, &stale.client, sizeof(FlowClient)), 0) << seed;
  }
}

bool Calm(const TestApp& app) {
  for (const FlowServiceRow& row : app.services) {
    if (row.utilisation > 0.95f) return false;
  }
  return true;
}

// Where requests fail, better service may well take longer or meet a later failure.
TEST(FlowProperty, MoreServersNeverHurtTheClientOfACalmAppWithoutFailures) {
  int checked = 0;
  for (u64 seed = 0; seed < 3'000; ++seed) {
    TestApp app = RandomApp(seed, false);
    for (GraphCall& call : app.graph.calls) call.timeout_s = 9;
    app.Solve();
    if (!Calm(app) || app.client.error > 1e-6f) continue;
    for (size_t i = 0; i < app.inputs.size(); ++i) {
      TestApp more = app;
      more.inputs[i].servers += 1;
      more.Solve();
      EXPECT_LE(more.client.error, app.client.error + 1e-4f) << "seed " << seed << " service " << i;
      EXPECT_LE(more.client.latency_s, app.client.latency_s * 1.0005f + 1e-6f)
          << "seed " << seed << " service " << i;
      ++checked;
    }
  }
  EXPECT_GT(checked, 5'000);
}

// An optional callee that fails fast may help who calls with a short timeout; no such calls here.
TEST(FlowProperty, LessReachNeverHelpsTheClient) {
  for (u64 seed = 0; seed < 3'000; ++seed) {
    TestApp app = RandomApp(seed, false);
    for (GraphCall& call : app.graph.calls) call.timeout_s = 9;
    for (GraphCall& call : app.graph.calls) call.optional = false;
    app.Solve();
    if (!Calm(app)) continue;
    for (size_t i = 0; i < app.inputs.size(); ++i) {
      f32 before = app.client.error;
      for (const f32 reach : {0.8f, 0.3f, 0.0f}) {
        TestApp less = app;
        less.inputs[i].reach = reach;
        less.Solve();
        if (!Calm(less)) break;
        EXPECT_GE(less.client.error, before - 2e-3f) << "seed " << seed << " service " << i;
        before = less.client.error;
      }
    }
  }
}

TEST(FlowProperty, AHealthyCalmAppHasNoErrors) {
  for (u64 seed = 0; seed < 3'000; ++seed) {
    TestApp app = RandomApp(seed, false);
    for (GraphCall& call : app.graph.calls) call.timeout_s = 9;
    app.rps = 1;
    app.Solve();
    if (!Calm(app)) continue;
    EXPECT_LT(app.client.error, 1e-3f) << seed;
  }
}

}  // namespace
}  // namespace wt
