// SPDX-License-Identifier: Apache-2.0
// The no-op twin: the same world without the agent. Reads and waits leave a World unchanged, so
// every episode of one (scenario, seed) has the same twin; it is run once, as far as asked for,
// and shared by a group.
#pragma once

#include <vector>

#include "sim/sim.h"

namespace wt {

struct TwinPoint {
  SimTime at = 0;
  f64 requests = 0, errors = 0;  // client's, since time 0
  u64 served = 0;                // bit i: entry i of the graph answers most of its requests
};

class Twin {
 public:
  // `start`: the world at the start of the episode; copied.
  Twin(const Blueprint& blueprint, WorldPool& pool, const FaultHooks* faults, const World& start);

  // Client counters and served entries at `at` (>= the start). Interpolates between points
  // kSpacing apart; runs the twin on when needed.
  TwinPoint At(SimTime at);

 private:
  static constexpr SimTime kSpacing = 5 * kSecond;
  const Blueprint& blueprint_;
  WorldPool& pool_;
  const FaultHooks* faults_;
  World world_;
  std::vector<TwinPoint> points_;
};

// Bit i: entry i of the graph answers at least half of its requests in `world` now.
u64 ServedEntries(const Blueprint& blueprint, const World& world);

// The same figures of a running World, integrated to now.
TwinPoint Measure(const Sim& sim);

}  // namespace wt
