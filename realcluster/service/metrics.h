// SPDX-License-Identifier: Apache-2.0
// What the program counts of itself, in Prometheus' text format 0.0.4.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "realcluster/service/law.h"

namespace wt::service {

// Upper bounds of the duration histogram, seconds.
inline constexpr std::array<double, 14> kBuckets = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                    0.1,    0.25,  0.5,    1,     2.5,  5,     10};

struct OperationCount {
  std::map<unsigned, std::uint64_t> by_status;
  std::array<std::uint64_t, kBuckets.size() + 1> buckets{};  // not cumulative; last: above all
  double seconds = 0;
};

struct Metrics {
  std::string service;
  std::map<std::string, OperationCount> operations;
  // "operation", "callee/operation", how it ended -> attempts.
  std::map<std::array<std::string, 3>, std::uint64_t> calls;
  std::uint64_t refused = 0, cache_hits = 0, cache_misses = 0;
  std::size_t in_flight = 0, waiting = 0, working = 0;

  void Count(const std::string& operation, unsigned status, Nanos took);
  std::string Text() const;
};

}  // namespace wt::service
