// SPDX-License-Identifier: Apache-2.0
// The /metrics of wavetank-service (realcluster/service/metrics.cpp; Prometheus' text format
// 0.0.4): counters of one process, and what they grew by.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sim/api/ints.h"

namespace wt {

struct DurationCount {
  std::map<double, double> upto;  // upper bound in seconds (infinity: the last) -> requests
  double count = 0, sum_s = 0;

  void Add(const DurationCount& other);
  double Mean() const;  // 0 when none
  // Linear within a bucket, as Prometheus' histogram_quantile; above the last finite bound: that.
  double Quantile(double share) const;
  // About the mean, of times even within each bucket.
  double Variance() const;
};

struct CallCount {
  double attempts = 0, failed = 0;
};

struct PodMetrics {
  std::string service;  // empty: no metrics of ours
  std::map<std::string, DurationCount, std::less<>> operations;
  std::map<std::string, CallCount, std::less<>> calls;  // "callee/operation"
  double in_flight = 0, waiting = 0, working = 0;       // at this instant
  double cpu_s = 0;
};

// Lines that it does not know are passed over.
PodMetrics ReadPodMetrics(std::string_view text);

// What counters grew by; all of `now` when one went back (another process). Gauges are those of
// now.
PodMetrics Growth(const PodMetrics& before, const PodMetrics& now);

}  // namespace wt
