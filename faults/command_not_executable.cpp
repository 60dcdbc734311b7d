// SPDX-License-Identifier: Apache-2.0
// A container's command is a path that its image does not have: RunContainerError, then crash
// loop; old pods serve as long as the rollout keeps them.
#include <fmt/format.h>

#include <algorithm>

#include "faults/all_faults.h"
#include "faults/common.h"

namespace wt {
namespace {

constexpr Parameter kParameters[] = {{"path", ParameterType::kText, 0, 0, "/app/missing-binary",
                                      "the command that does not exist"}};
constexpr std::string_view kDefaultPath = "/app/missing-binary";

bool HasExecutable(const Blueprint& blueprint, StrId image, StrId command) {
  if (command == 0) return true;  // the image's entry point
  for (const Image& known : blueprint.images) {
    if (known.name != image) continue;
    return std::find(known.executables.begin(), known.executables.end(), command) !=
           known.executables.end();
  }
  return false;
}

Fit FitTarget(const Sim& sim, u32 row) {
  const Fit fit = FitRollout(sim, row);
  return fit != Fit::kNo && MainContainerSpec(sim, row) != nullptr ? fit : Fit::kNo;
}

// with[0] the path
Status Draw(Sim& sim, Fault& fault, u32, const ParameterValues& given) {
  fault.with[0] = TextOr(sim, given[0], kDefaultPath);
  const StrId image = MainContainerSpec(sim, fault.target_row)->image;
  if (!HasExecutable(sim.blueprint, image, fault.with[0])) return Ok{};
  return Error{ErrorCode::kInvalidInput, "",
               fmt::format("the image has {}; expected a path that it has not",
                           sim.Text(fault.with[0]))};
}

bool Inject(Sim& sim, Fault& fault) {
  return InjectEdit(sim, fault, EditOp::kSetCommand, MainIndex(sim, fault), fault.with[0]);
}

RootCause Truth(const Sim& sim, const Fault& fault) {
  return TargetTruth(sim, fault, ContainerField(MainIndex(sim, fault)) + ".command");
}

// The template's command can be run and, for a service of the app, is its program.
bool CauseGone(const Sim& sim, const Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  const ContainerSpec* container = row == 0 ? nullptr : MainContainerSpec(sim, row);
  if (container == nullptr) return false;
  const ServiceRuntime* runtime = RuntimeOf(sim, row);
  if (runtime != nullptr && container->command == runtime->command) return true;
  return HasExecutable(sim.blueprint, container->image, container->command);
}

std::vector<RealChange> ToReal(const Sim& sim, const Fault& fault) {
  return {RealEdit(sim, {ObjectKind::kDeployment, fault.target_row}, EditOp::kSetCommand,
                   MainIndex(sim, fault), fault.with[0])};
}

void Edits(Blueprint& blueprint, std::vector<WantedEdits>& out) {
  const StrId path = blueprint.strings.Add(kDefaultPath);
  for (const LoadedWorkload& workload : LoadedWorkloads(blueprint)) {
    out.push_back({ObjectKind::kDeployment, workload.object->ns, workload.object->name,
                   {{EditOp::kSetCommand, workload.container, path}}});
  }
}

}  // namespace

const FaultKind kCommandNotExecutable{
    .id = "command-not-executable",
    .title = "Container command cannot be executed",
    .layer = "application",
    .parameters = kParameters,
    .target = ObjectKind::kDeployment,
    .fit = FitTarget,
    .draw = Draw,
    .inject = Inject,
    .revert = RevertSaved,
    .truth = Truth,
    .repair = UndoRepair,
    .cause_gone = CauseGone,
    .to_real = ToReal,
    .edits = Edits,
};

}  // namespace wt
