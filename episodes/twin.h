// SPDX-License-Identifier: Apache-2.0
// The no-op twin: the same world without the agent. Reads and waits leave a World unchanged, so
// every episode of one (scenario, seed) has the same twin; it is run once, as far as asked for,
// and shared by a group.
#pragma once

#include <span>
#include <vector>

#include "episodes/reliance.h"
#include "sim/sim.h"

namespace wt {

struct TwinPoint {
  SimTime at = 0;
  f64 requests = 0, errors = 0;  // client's, since time 0
};

class Twin {
 public:
  // `start`: the world at the start of the episode; copied.
  Twin(const Blueprint& blueprint, WorldPool& pool, const FaultHooks* faults, const World& start);

  // Client counters at `at` (>= the start). Interpolates between points kSpacing apart; runs the
  // twin on when needed.
  TwinPoint At(SimTime at);
  // Of entry `entry` of the graph, over the points from `from` (at the earliest the start) to
  // `to`: the mean share of its requests that it answered; the share of points at which it
  // answered at least half of them.
  struct Served {
    f32 mean = 0, steady = 0;
  };
  Served ServedOver(u32 entry, SimTime from, SimTime to);
  // For each of start().copies, whether it is still there at `at`.
  std::span<const u8> CopiesLeft(SimTime at);
  // What the app relied on at the start of the episode.
  const Reliance& start() const { return start_; }

 private:
  static constexpr SimTime kSpacing = 5 * kSecond;
  void RunTo(SimTime at);
  void Note();
  std::size_t PointFrom(SimTime at) const;  // the first one that is not before it

  const Blueprint& blueprint_;
  WorldPool& pool_;
  const FaultHooks* faults_;
  World world_;
  Reliance start_;
  std::vector<TwinPoint> points_;
  std::vector<f32> served_;  // by point and entry
  std::vector<u8> copies_;   // by point and copy
};

// Adds to `sums`, one for each entry of the graph, the share of its requests that it answers now.
void AddServed(const Sim& sim, std::span<f32> sums);

// The counters of a running World, integrated to now.
TwinPoint Measure(const Sim& sim);

}  // namespace wt
