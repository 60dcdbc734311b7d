// SPDX-License-Identifier: Apache-2.0
#include "realcluster/replay/pod_metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>

namespace wt {
namespace {

// Recorded from wavetank-service: 98 requests of geo, 1 to 1 ms, 15 to 2.5, 48 to 5, 87 to 10.
std::string Recorded(const std::string& name) {
  std::ifstream file(std::string(WT_TEST_DIR) + "/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(PodMetrics, WhatAServicePrintsIsRead) {
  const PodMetrics geo = ReadPodMetrics(Recorded("geo.metrics"));
  EXPECT_EQ(geo.service, "geo");
  const DurationCount& nearby = geo.operations.at("nearby");
  EXPECT_EQ(nearby.count, 98);
  EXPECT_NEAR(nearby.Mean(), 0.5628825320000003 / 98, 1e-12);
  EXPECT_EQ(geo.cpu_s, 0.023675526);
  const PodMetrics search = ReadPodMetrics(Recorded("search.metrics"));
  EXPECT_EQ(search.calls.at("geo/nearby").attempts, 124);
  EXPECT_EQ(search.calls.at("geo/nearby").failed, 26);
}

TEST(PodMetrics, QuantilesLieWithinTheirBucketInALine) {
  const PodMetrics geo = ReadPodMetrics(Recorded("geo.metrics"));
  const DurationCount& nearby = geo.operations.at("nearby");
  EXPECT_NEAR(nearby.Quantile(0.5), 0.005 + 0.005 * (49 - 48) / (87 - 48), 1e-12);
  EXPECT_NEAR(nearby.Quantile(0.99), 0.01 + 0.015 * (97.02 - 87) / (98 - 87), 1e-12);
  EXPECT_EQ(DurationCount{}.Quantile(0.99), 0);
  DurationCount slow;
  slow.upto = {{10, 0}, {HUGE_VAL, 5}};
  slow.count = 5;
  EXPECT_EQ(slow.Quantile(0.5), 10);
}

TEST(PodMetrics, TheVarianceOfTimesThatAreEvenInABucketIsThatOfTheEvenLaw) {
  DurationCount even;
  even.upto = {{1, 10}, {HUGE_VAL, 10}};
  even.count = 10;
  EXPECT_NEAR(even.Variance(), 1.0 / 12, 1e-12);
}

TEST(PodMetrics, GrowthIsTheDifferenceUntilACounterGoesBack) {
  const PodMetrics before = ReadPodMetrics(Recorded("search.metrics"));
  PodMetrics now = before;
  now.operations["nearby"].count += 5;
  now.operations["nearby"].upto[HUGE_VAL] += 5;
  now.calls["geo/nearby"].attempts += 7;
  now.calls["geo/nearby"].failed += 2;
  now.cpu_s += 0.25;
  now.in_flight = 3;
  const PodMetrics grown = Growth(before, now);
  EXPECT_EQ(grown.operations.at("nearby").count, 5);
  EXPECT_EQ(grown.operations.at("nearby").upto.at(HUGE_VAL), 5);
  EXPECT_EQ(grown.operations.at("nearby").upto.at(0.01), 0);
  EXPECT_EQ(grown.calls.at("geo/nearby").attempts, 7);
  EXPECT_EQ(grown.calls.at("geo/nearby").failed, 2);
  EXPECT_EQ(grown.cpu_s, 0.25);
  EXPECT_EQ(grown.in_flight, 3);
  // Another process: all that it has is new.
  EXPECT_EQ(Growth(now, before).operations.at("nearby").count, 98);
}

TEST(PodMetrics, WhatIsNoneOfOursHasNoService) {
  EXPECT_EQ(ReadPodMetrics("{\"kind\":\"Status\"}\n").service, "");
  EXPECT_EQ(ReadPodMetrics("go_goroutines 7\nx{ 1\nwavetank_calls_total{callee=\"a} 1\n\n").service,
            "");
}

}  // namespace
}  // namespace wt
