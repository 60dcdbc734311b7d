// SPDX-License-Identifier: Apache-2.0
// The shop with one planned fault, and what the tests of every kind ask of it.
#pragma once

#include <string>
#include <vector>

#include "faults/all_faults.h"
#include "faults/fault_schedule.h"
#include "tests/sim/cluster/shop.h"

namespace wt {

inline constexpr SimTime kInjectAt = 60 * kSecond;

struct FaultRun {
  SimCluster cluster;
  u32 row = 0;

  const Fault& fault() const { return cluster.world().At<Fault>(row); }
  Sim sim() const { return cluster.View(); }
};

// The fault at kInjectAt on the object of that name ("" = any), Deployment or Service as the kind
// wants. REQUIRES: it fits.
FaultRun Plan(std::string_view kind, std::string_view target, u64 seed, SimTime until = 0);
FaultPlan PlanOf(std::string_view kind, std::string_view target);

// What clients saw, every 5 s.
struct Series {
  std::vector<f32> rate, error, p99;
  friend bool operator==(const Series&, const Series&) = default;
};
Series Watch(SimCluster& cluster, SimTime time);
f32 Mean(const std::vector<f32>& values);

// Contents of the spec of every Service, Deployment and ConfigMap, with replicas and restarts.
std::vector<u64> Specs(const SimCluster& cluster);

}  // namespace wt
