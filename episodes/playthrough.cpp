// SPDX-License-Identifier: Apache-2.0
#include "episodes/playthrough.h"

#include <fmt/format.h>

#include <bit>

#include "agents/view.h"
#include "faults/all_faults.h"
#include "faults/fault_schedule.h"

namespace wt {
namespace {

constexpr EntityKind kC = EntityKind::kCluster;
constexpr EntityKind kS = EntityKind::kService;
constexpr EntityKind kW = EntityKind::kWorkload;
constexpr int kNamesShown = 4;

u32 LegalCount(const ObservationView& view) {
  u32 count = 0;
  for (const u32 mask : view.masks) count += static_cast<u32>(std::popcount(mask));
  return count;
}

// Names of the slots where feature `f` is above `limit`, with its value; at most kNamesShown.
std::string Named(const StepView& step, EntityKind kind, u32 f, f32 limit) {
  const ObservationView& view = step.slot->observation;
  const auto plane = view.Plane(kind, f);
  std::string out;
  int shown = 0, more = 0;
  for (u16 slot = 0; slot < plane.size(); ++slot) {
    if (plane[slot] <= limit) continue;
    const std::string name = step.cluster->EntityName(kind, slot);
    if (++shown > kNamesShown) ++more;
    else out += fmt::format(" {} {:.2f}", name.empty() ? "(gone)" : name, plane[slot]);
  }
  if (more > 0) out += fmt::format(" and {} more", more);
  return out.empty() ? " -" : out;
}

std::string FaultLines(const Sim& sim) {
  std::string out;
  for (const u32 row : PlannedFaults(sim.world)) {
    const Fault& fault = sim.At<Fault>(row);
    const RootCause truth = TruthOf(sim, fault);
    out += fmt::format("fault     {} at {:.3f} s on {}, field {}\n", KindOf(fault).id,
                       ToSeconds(fault.at_ns), sim.Text(truth.name),
                       truth.field.empty() ? "-" : truth.field);
  }
  return out.empty() ? "fault     none\n" : out;
}

}  // namespace

void Playthrough::Add(const StepView& step) {
  const ObservationView& view = step.slot->observation;
  if (count_++ == 0) {
    const ObservationShape& shape = view.shape;
    spec_ = fmt::format("spec      service slots {}, workload slots {}, node slots {}, edges {}, "
                        "floats {}\n",
                        shape.slots[1], shape.slots[2], shape.slots[3], shape.edges,
                        shape.Floats());
  }
  faults_ = FaultLines(step.cluster->View());
  constexpr u32 kError = FeatureIndex(kC, "client_error"), kP99 = FeatureIndex(kC, "client_p99"),
                kUnready = FeatureIndex(kC, "pods_unready"),
                kComplaint = FeatureIndex(kC, "complaint");
  steps_ += fmt::format("-- {}\n", count_);
  steps_ += fmt::format("client    error {:.3f} p99 {:.2f} unready {:.2f} complaint {:.0f}\n",
                        Global(view, kError), Global(view, kP99), Global(view, kUnready),
                        Global(view, kComplaint));
  steps_ += "failing  " + Named(step, kS, FeatureIndex(kS, "error"), 0.02f) + "\n";
  steps_ += "lacking  " + Named(step, kW, FeatureIndex(kW, "unavailable"), 0.0f) + "\n";
  const Action& action = step.slot->chosen;
  const Move& move = MoveOf(action);
  steps_ += fmt::format("do        {} {} {}, {} of {} legal moves\n", VerbName(move.verb),
                        TargetName(*step.cluster, action), move.option,
                        step.outcome.accepted ? "taken" : "refused", LegalCount(view));
  steps_ += fmt::format("then      {:.3f} s, state {:016x}\n", ToSeconds(step.cluster->Now()),
                        HashWorld(step.cluster->world()));
}

std::string Playthrough::Text(const ScenarioSetup& setup, const std::string& agent,
                              const EpisodeResult& result) const {
  const VerdictParts& p = result.parts;
  std::string out = fmt::format("scenario  {} seed {} agent {}\n", setup.scenario.name, result.seed,
                                agent);
  out += fmt::format("facts     app {}, task {}, load {}, {} services with {} operations\n",
                     setup.scenario.app, TaskName(setup.scenario.task),
                     LoadShapeName(setup.scenario.load.pattern),
                     setup.blueprint->graph.services.size(),
                     setup.blueprint->graph.operations.size());
  out += spec_ + faults_ + steps_;
  out += fmt::format("-- end after {} steps at {:.3f} s\n", result.steps, ToSeconds(result.end));
  out += fmt::format("parts     detected {} localized {} held {} gone {} wrote {} disturbed {}\n",
                     p.detected, p.localized, p.slo_held, p.cause_gone, p.wrote, p.disturbed);
  out += fmt::format("verdict   {} hash {:016x}\n", result.verdict, result.hash);
  return out;
}

}  // namespace wt
