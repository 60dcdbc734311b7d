// SPDX-License-Identifier: Apache-2.0
// A container's command is a path that its image does not have: RunContainerError, then crash
// loop; old pods serve as long as the rollout keeps them.
#include <fmt/format.h>

#include "faults/all_faults.h"
#include "faults/common.h"
#include "faults/values.h"
#include "sim/kubelet/images.h"

namespace wt {
namespace {

constexpr Parameter kParameters[] = {{"path", ParameterType::kText, 0, 0, "",
                                      "the command that does not exist"}};

// The image's list of executables; null when it is not in the registry.
const Image* ImageOf(const Sim& sim, u32 deployment) {
  const ContainerSpec* container = MainContainerSpec(sim, deployment);
  const u32 image = container == nullptr ? 0 : FindImage(sim.blueprint, container->image);
  return image == 0 ? nullptr : &sim.blueprint.images[image - 1];
}

// An image that lists no executables runs any.
Fit FitTarget(const Sim& sim, u32 row) {
  const Fit fit = FitRollout(sim, row);
  if (fit == Fit::kNo) return fit;
  const Image* image = ImageOf(sim, row);
  return image != nullptr && !image->executables.empty() ? fit : Fit::kNo;
}

// with[0] the path
Status Draw(Sim& sim, Fault& fault, u32 number, const ParameterValues& given) {
  const Image& image = *ImageOf(sim, fault.target_row);
  const std::vector<std::string> paths =
      CommandsLike(sim.Text(MainContainerSpec(sim, fault.target_row)->command),
                   sim.Text(fault.target_name));
  fault.with[0] = DrawText(sim, number, given[0], paths, [&](const std::string& path) {
    return !CanExecute(image, sim.blueprint.strings.Find(path));
  });
  if (fault.with[0] != 0 && !CanExecute(image, fault.with[0])) return Ok{};
  return Error{ErrorCode::kInvalidInput, "",
               fmt::format("the image has {}; expected a path that it has not",
                           sim.Text(fault.with[0]))};
}

FaultEdit EditOf(const Sim& sim, const Fault& fault) {
  return {EditOp::kSetCommand, MainIndex(sim, fault), fault.with[0]};
}

RootCause Truth(const Sim& sim, const Fault& fault) {
  return TargetTruth(sim, fault, ContainerField(MainIndex(sim, fault)) + ".command");
}

// The template's command is the service's program; of a workload outside the app's graph, one
// that can be run.
bool CauseGone(const Sim& sim, const Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  const ContainerSpec* container = MainContainerSpec(sim, row);
  if (container == nullptr) return false;
  const ServiceRuntime* runtime = RuntimeOf(sim, row);
  if (runtime != nullptr) return container->command == runtime->command;
  const Image* image = ImageOf(sim, row);
  return image != nullptr && (container->command == 0 || CanExecute(*image, container->command));
}

void Edits(Blueprint& blueprint, std::vector<WantedEdits>& out) {
  for (const LoadedWorkload& workload : LoadedWorkloads(blueprint)) {
    for (const std::string& path :
         CommandsLike(blueprint.strings.Text(workload.spec->command),
                      blueprint.strings.Text(workload.object->name))) {
      out.push_back({ObjectKind::kDeployment, workload.object->ns, workload.object->name,
                     {{EditOp::kSetCommand, workload.container, blueprint.strings.Add(path)}}});
    }
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
    .edit = EditOf,
    .inject = InjectOwnEdit,
    .revert = RevertSaved,
    .truth = Truth,
    .repair = UndoRepair,
    .cause_gone = CauseGone,
    .to_real = RealOwnEdit,
    .edits = Edits,
};

}  // namespace wt
