// SPDX-License-Identifier: Apache-2.0
#include "episodes/twin.h"

#include <algorithm>

namespace wt {

void AddServed(const Sim& sim, std::span<f32> sums) {
  const auto& entries = sim.blueprint.graph.entries;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    sums[i] += 1 - sim.world.Rows<FlowOperationRow>()[entries[i].operation].error;
  }
}

TwinPoint Measure(const Sim& sim) {
  const WorldHeader& header = sim.world.header();
  return {header.now_ns, header.client_requests, header.client_errors};
}

Twin::Twin(const Blueprint& blueprint, WorldPool& pool, const FaultHooks* faults,
           const World& start)
    : blueprint_(blueprint), pool_(pool), faults_(faults), world_(pool.Fork(start)) {
  start_ = RelianceOf(Sim{blueprint_, world_, pool_, nullptr, faults_});
  Note();
}

void Twin::Note() {
  const Sim sim{blueprint_, world_, pool_, nullptr, faults_};
  points_.push_back(Measure(sim));
  served_.resize(served_.size() + blueprint_.graph.entries.size());
  AddServed(sim, std::span(served_).last(blueprint_.graph.entries.size()));
  AddCopiesLeft(sim, start_, copies_);
}

void Twin::RunTo(SimTime at) {
  Sim sim{blueprint_, world_, pool_, nullptr, faults_};
  while (points_.back().at < at) {
    RunWorld(sim, points_.back().at + kSpacing);
    Note();
  }
}

std::size_t Twin::PointFrom(SimTime at) const {
  const auto found = std::lower_bound(
      points_.begin(), points_.end(), at,
      [](const TwinPoint& point, SimTime time) { return point.at < time; });
  return static_cast<std::size_t>(found - points_.begin());
}

TwinPoint Twin::At(SimTime at) {
  RunTo(at);
  const std::size_t after = PointFrom(at);
  const TwinPoint& b = points_[after];
  if (after == 0 || b.at == at) return b;
  const TwinPoint& a = points_[after - 1];
  const f64 share = static_cast<f64>(at - a.at) / static_cast<f64>(b.at - a.at);
  return {at, a.requests + (b.requests - a.requests) * share,
          a.errors + (b.errors - a.errors) * share};
}

Twin::Served Twin::ServedOver(u32 entry, SimTime from, SimTime to) {
  RunTo(to);
  const std::size_t entries = blueprint_.graph.entries.size();
  Served out;
  f32 points = 0;
  for (std::size_t p = PointFrom(from); p <= PointFrom(to); ++p) {
    const f32 share = served_[p * entries + entry];
    out.mean += share;
    out.steady += share >= 0.5f ? 1.0f : 0.0f;
    ++points;
  }
  return {out.mean / points, out.steady / points};
}

std::span<const u8> Twin::CopiesLeft(SimTime at) {
  RunTo(at);
  const std::size_t copies = start_.copies.size();
  return std::span(copies_).subspan(PointFrom(at) * copies, copies);
}

}  // namespace wt
