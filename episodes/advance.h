// SPDX-License-Identifier: Apache-2.0
// Letting time pass while somebody watches: the World is the same as without.
#pragma once

#include <functional>

#include "sim/cluster/sim_cluster.h"

namespace wt {

// Told at every multiple of `every` of simulated time. Empty `tell`: nobody watches.
struct ClusterSampler {
  SimTime every = 5 * kSecond;
  std::function<void(const SimCluster&)> tell;
};

inline void AdvanceSampled(SimCluster& cluster, SimTime by, const ClusterSampler& sampler) {
  const SimTime end = cluster.Now() + by;
  while (sampler.tell) {
    const SimTime next = (cluster.Now() / sampler.every + 1) * sampler.every;
    if (next > end) break;
    cluster.Advance(next - cluster.Now());
    sampler.tell(cluster);
  }
  if (cluster.Now() < end) cluster.Advance(end - cluster.Now());
}

}  // namespace wt
