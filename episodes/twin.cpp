// SPDX-License-Identifier: Apache-2.0
#include "episodes/twin.h"

#include <algorithm>

namespace wt {

u64 ServedEntries(const Blueprint& blueprint, const World& world) {
  u64 served = 0;
  const auto& entries = blueprint.graph.entries;
  for (std::size_t i = 0; i < entries.size() && i < 64; ++i) {
    if (world.Rows<FlowOperationRow>()[entries[i].operation].error < 0.5f) served |= 1ULL << i;
  }
  return served;
}

TwinPoint Measure(const Sim& sim) {
  const WorldHeader& header = sim.world.header();
  return {header.now_ns, header.client_requests, header.client_errors,
          ServedEntries(sim.blueprint, sim.world)};
}

Twin::Twin(const Blueprint& blueprint, WorldPool& pool, const FaultHooks* faults,
           const World& start)
    : blueprint_(blueprint), pool_(pool), faults_(faults), world_(pool.Fork(start)) {
  Sim sim{blueprint_, world_, pool_, nullptr, faults_};
  points_.push_back(Measure(sim));
}

TwinPoint Twin::At(SimTime at) {
  Sim sim{blueprint_, world_, pool_, nullptr, faults_};
  while (points_.back().at < at) {
    RunWorld(sim, points_.back().at + kSpacing);
    points_.push_back(Measure(sim));
  }
  const auto after = std::lower_bound(
      points_.begin(), points_.end(), at,
      [](const TwinPoint& point, SimTime time) { return point.at < time; });
  if (after == points_.begin() || after->at == at) return *after;
  const TwinPoint& a = *(after - 1);
  const TwinPoint& b = *after;
  const f64 share = static_cast<f64>(at - a.at) / static_cast<f64>(b.at - a.at);
  return {at, a.requests + (b.requests - a.requests) * share,
          a.errors + (b.errors - a.errors) * share, b.served};
}

}  // namespace wt
