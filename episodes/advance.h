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
  // Of a simulated cluster alone, both optional: what is watched is about to move, a ChangeSink may
  // be attached to it; and has moved, and ceases to be. A Fork takes the place of the one before.
  std::function<void(SimCluster&)> began, ended;
};

// What is watched is a fork: a World run in slices differs from one run in one go by the rounding
// of its integrals, so its hash would depend on whether somebody watched.
inline void AdvanceSampled(SimCluster& cluster, SimTime by, const ClusterSampler& sampler) {
  if (sampler.tell && cluster.IsDriven()) {  // there is no other than the one that is watched
    const SimTime end = cluster.Now() + by;
    while (cluster.Now() < end) {
      const SimTime next = (cluster.Now() / sampler.every + 1) * sampler.every;
      cluster.Advance((next < end ? next : end) - cluster.Now());
      sampler.tell(cluster);
    }
    return;
  }
  if (sampler.tell) {
    SimCluster shown = cluster.Fork(cluster.pool());
    if (sampler.began) sampler.began(shown);
    const SimTime end = cluster.Now() + by;
    for (SimTime next = (cluster.Now() / sampler.every + 1) * sampler.every; next <= end;
         next += sampler.every) {
      shown.Advance(next - shown.Now());
      sampler.tell(shown);
    }
    if (sampler.ended) sampler.ended(shown);
  }
  cluster.Advance(by);
}

}  // namespace wt
