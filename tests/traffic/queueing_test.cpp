// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/queueing.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/traffic/flow_columns.h"
#include "tests/traffic/test_graphs.h"

namespace wt {
namespace {

// Erlang C in f64 by its definition.
f64 ErlangC(f64 load, int servers) {
  f64 term = 1, sum = 0;
  for (int k = 0; k < servers; ++k) {
    sum += term;
    term *= load / (k + 1);
  }
  const f64 tail = term * servers / (servers - load);
  return tail / (sum + tail);
}

TEST(Queueing, WaitProbabilityIsErlangC) {
  EXPECT_NEAR(WaitProbability(0.5f, 1), 0.5f, 1e-6f);
  EXPECT_NEAR(WaitProbability(1, 2), 1.0f / 3, 1e-6f);
  for (const int c : {1, 2, 5, 16, 32}) {
    for (const f64 rho : {0.01, 0.3, 0.7, 0.95}) {
      EXPECT_NEAR(static_cast<f64>(WaitProbability(static_cast<f32>(rho * c), static_cast<f32>(c))),
                  ErlangC(rho * c, c), 1e-5)
          << c << " " << rho;
    }
  }
}

TEST(Queueing, LargePoolsAreWithinATwentiethOfAServiceTime) {
  for (const int c : {33, 64, 256}) {
    for (const f64 rho : {0.2, 0.5, 0.8, 0.9, 0.97}) {
      const Station station{static_cast<f32>(c), static_cast<f32>(rho * c), 1, 1, 1e6f};
      const f64 truth = ErlangC(rho * c, c) / (c * (1 - rho));
      EXPECT_NEAR(static_cast<f64>(WaitAt(station).wait.first), truth, 0.05) << c << " " << rho;
    }
  }
}

TEST(Queueing, SingleServerWaitsAreExact) {
  for (const f32 rho : {0.1f, 0.5f, 0.9f}) {
    const StationWait exponential = WaitAt({1, rho, 2, 1, 1e6f});
    EXPECT_NEAR(exponential.wait.first, 2 * rho / (1 - rho), 1e-3f);
    EXPECT_NEAR(exponential.wait.second, 8 * rho / ((1 - rho) * (1 - rho)), 2e-2f);
    // Pollaczek-Khinchine; log-normal third moment S^3 (1 + cv2)^3.
    const StationWait log_normal = WaitAt({1, rho, 1, 2, 1e6f});
    const f32 mean = rho * 3 / (2 * (1 - rho));
    EXPECT_NEAR(log_normal.wait.first, mean, 1e-4f);
    EXPECT_NEAR(log_normal.wait.second, 2 * mean * mean + rho * 27 / (3 * (1 - rho)), 1e-2f);
  }
}

TEST(Queueing, ShortQueuesBlockAsMMcK) {
  for (const int limit : {0, 1, 5, 40}) {
    for (const f64 rho : {0.3, 0.7, 0.95}) {
      // M/M/1/K, K = limit + 1: p_n = p_0 rho^n.
      f64 norm = 0, queue = 0;
      for (int n = 0; n <= limit + 1; ++n) {
        norm += std::pow(rho, n);
        queue += std::max(n - 1, 0) * std::pow(rho, n);
      }
      const f64 blocked = std::pow(rho, limit + 1) / norm;
      const f64 wait = queue / norm / (rho * (1 - blocked));
      const StationWait got =
          WaitAt({1, static_cast<f32>(rho), 1, 1, static_cast<f32>(limit)});
      EXPECT_NEAR(static_cast<f64>(got.refuse), blocked, 1e-5) << limit << " " << rho;
      EXPECT_NEAR(static_cast<f64>(got.wait.first), wait, 1e-4 + 1e-4 * wait)
          << limit << " " << rho;
    }
  }
}

TEST(Queueing, ColumnsAgreeWithSingleServices) {
  TestApp app = HotelSized();
  ServiceColumns c;
  LoadColumns(app.graph.services, app.inputs, app.services, c);
  StartPass(c);
  for (u32 i = 0; i < c.count; ++i) {
    const f32 rate = 20.0f * static_cast<f32>(i + 1);
    c.rate[i] = c.weight[i] = rate;
    c.hold1[i] = rate * 0.0015f;
    c.hold2[i] = rate * 0.0015f * 0.0015f * (1.2f + 0.1f * static_cast<f32>(i));
  }
  EXPECT_FALSE(WaitColumns(true, c));
  for (u32 i = 0; i < c.count; ++i) {
    const f32 wait1 = c.wait1[i], wait2 = c.wait2[i], capacity = c.capacity[i];
    c.hold2[i] += 2 * c.hold1[i] * c.cpu_wait1[i] + c.weight[i] * c.cpu_wait2[i];
    c.hold1[i] += c.weight[i] * c.cpu_wait1[i];
    EXPECT_EQ(FinishService(i, c), 0);
    EXPECT_NEAR(c.wait1[i], wait1, 1e-5f * wait1 + 1e-12f) << i;
    EXPECT_NEAR(c.wait2[i], wait2, 1e-4f * wait2 + 1e-12f) << i;
    EXPECT_FLOAT_EQ(c.capacity[i], capacity) << i;
  }
}

}  // namespace
}  // namespace wt
