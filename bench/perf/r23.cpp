// SPDX-License-Identifier: Apache-2.0
#include "bench/perf/r23.h"

#include <array>
#include <bit>
#include <memory>

#include "agents/hash_draw.h"
#include "bench/evaluate.h"
#include "sim/traffic/inputs.h"

namespace wt {
namespace {

enum class MoveClass : u8 { kInvestigate, kWait, kRepair, kAny };

constexpr bool IsOf(MoveClass wanted, EntityKind kind, const Move& move) {
  switch (wanted) {
    case MoveClass::kInvestigate: return IsInvestigation(move.verb);
    case MoveClass::kWait: return move.verb == Verb::kWait && move.option == 0;
    case MoveClass::kRepair:
      return IsRepair(move.verb) && move.verb != Verb::kDeleteObject &&
             !(kind == EntityKind::kWorkload && move.verb == Verb::kScale && move.option == 0);
    case MoveClass::kAny: return move.verb != Verb::kSubmit;
  }
  return false;
}

using ClassMasks = std::array<u32, kEntityKinds>;

constexpr ClassMasks MasksOf(MoveClass wanted) {
  ClassMasks out{};
  for (int k = 0; k < kEntityKinds; ++k) {
    const auto kind = static_cast<EntityKind>(k);
    const auto moves = MovesOf(kind);
    for (u32 m = 0; m < moves.size(); ++m) {
      if (IsOf(wanted, kind, moves[m])) out[static_cast<std::size_t>(k)] |= 1u << m;
    }
  }
  return out;
}

constexpr std::array kClassMasks{MasksOf(MoveClass::kInvestigate), MasksOf(MoveClass::kWait),
                                 MasksOf(MoveClass::kRepair), MasksOf(MoveClass::kAny)};

MoveClass DrawClass(PerfActions actions, u64 key, u32 step) {
  if (actions == PerfActions::kUniform) return MoveClass::kAny;
  const f32 u = HashUniform(key, step, 0);
  if (u < 0.60f) return MoveClass::kInvestigate;
  return u < 0.85f ? MoveClass::kWait : MoveClass::kRepair;
}

}  // namespace

Action DrawPerfAction(const ObservationView& observation, PerfActions actions, u64 key, u32 step) {
  const MoveClass wanted = DrawClass(actions, key, step);
  if (wanted == MoveClass::kWait) return {};
  const ClassMasks& allowed = kClassMasks[static_cast<std::size_t>(wanted)];
  std::array<u32, kEntityKinds> counts{};
  u32 legal = 0;
  for (std::size_t k = 0; k < kEntityKinds; ++k) {
    for (const u32 mask : observation.Masks(static_cast<EntityKind>(k))) {
      counts[k] += static_cast<u32>(std::popcount(mask & allowed[k]));
    }
    legal += counts[k];
  }
  if (legal == 0) return {};
  u32 left = static_cast<u32>(HashDraw(key, step, 1) % legal);
  std::size_t k = 0;
  while (left >= counts[k]) left -= counts[k++];
  const auto masks = observation.Masks(static_cast<EntityKind>(k));
  u16 slot = 0;
  while (true) {
    const u32 count = static_cast<u32>(std::popcount(masks[slot] & allowed[k]));
    if (left < count) break;
    left -= count;
    ++slot;
  }
  u32 mask = masks[slot] & allowed[k];
  while (left-- > 0) mask &= mask - 1;
  return {static_cast<EntityKind>(k), static_cast<u8>(std::countr_zero(mask)), slot};
}

PerfEpisodeRunner::PerfEpisodeRunner(StartedEpisode started, const ScenarioSetup& setup, u64 seed,
                                     PerfActions actions)
    : seed_(seed),
      actions_(actions),
      cluster_(std::move(started.cluster)),
      observer_(&setup.objective) {
  view_.shape = cluster_.Shape();
  const u16 services = view_.shape.slots[static_cast<std::size_t>(EntityKind::kService)];
  features_.resize(view_.shape.Floats());
  masks_.resize(view_.shape.Masks());
  links_.resize(2u * view_.shape.edges + services);
  view_.features = features_;
  view_.masks = masks_;
  view_.edge_from = {links_.data(), view_.shape.edges};
  view_.edge_to = {links_.data() + view_.shape.edges, view_.shape.edges};
  view_.service_workload = {links_.data() + 2u * view_.shape.edges, services};
  const WorldHeader& header = cluster_.world().header();
  events_before_ = header.events_done;
  solves_before_ = header.solves_done;
  requests_before_ = header.client_requests;
  cluster_.Observe(view_);
}

void PerfEpisodeRunner::Step() {
  const Action action = DrawPerfAction(view_, actions_, Mix(seed_), step_++);
  last_action_ = action;
  observer_.BeforeAction(cluster_, action);
  cluster_.Apply(action);
  cluster_.Advance(DurationOf(action, kR23Step));
  observer_.Update(cluster_);
  cluster_.Observe(view_);
}

u32 PerfEpisodeRunner::ObservationBytes() const {
  return static_cast<u32>(features_.size() * sizeof(f32) + masks_.size() * sizeof(u32) +
                          links_.size() * sizeof(u16));
}

PerfEpisode PerfEpisodeRunner::Counts() const {
  const World& world = cluster_.world();
  const WorldHeader& header = world.header();
  PerfEpisode out;
  out.seed = seed_;
  out.hash = HashWorld(world);
  out.events = header.events_done - events_before_;
  out.solves = header.solves_done - solves_before_;
  out.requests = header.client_requests - requests_before_;
  out.writes = cluster_.writes();
  const std::size_t services = cluster_.blueprint().graph.services.size();
  std::vector<ServiceInput> inputs(services);
  DeriveInputs(cluster_.View(), inputs);
  for (u32 s = 0; s < services; ++s) {
    const bool reached = inputs[s].servers > 0 && inputs[s].reach * (1 - inputs[s].fail) >= 0.5f;
    if (reached && world.At<FlowServiceRow>(s).error < 0.5f) ++out.serving;
  }
  return out;
}

Result<ScenarioSetup> PrepareR23(const std::string& root) {
  Result<PreparedSuite> suite = PrepareSuite(root, root + "/scenarios/perf/r23.yaml");
  if (!suite) return suite.error();
  return std::move(suite->setups.front());
}

}  // namespace wt
