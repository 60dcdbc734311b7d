// SPDX-License-Identifier: Apache-2.0
// A workload's image names a tag that the registry does not have: ErrImagePull, ImagePullBackOff;
// the rollout leaves only the pods that its strategy keeps.
#include <fmt/format.h>

#include "faults/all_faults.h"
#include "faults/common.h"
#include "sim/kubelet/images.h"

namespace wt {
namespace {

constexpr Parameter kParameters[] = {
    {"tag", ParameterType::kText, 0, 0, "1.19.7", "the tag that does not exist"}};
constexpr std::string_view kDefaultTag = "1.19.7";

// "repo:tag" with the tag replaced. A colon before the last slash belongs to a registry's port.
std::string WithTag(std::string_view image, std::string_view tag) {
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.rfind(':');
  const bool tagged = colon != std::string_view::npos &&
                      (slash == std::string_view::npos || colon > slash);
  return fmt::format("{}:{}", tagged ? image.substr(0, colon) : image, tag);
}

Fit FitTarget(const Sim& sim, u32 row) {
  const Fit fit = FitRollout(sim, row);
  return fit != Fit::kNo && MainContainerSpec(sim, row) != nullptr ? fit : Fit::kNo;
}

// with[0] the image
Status Draw(Sim& sim, Fault& fault, u32, const ParameterValues& given) {
  const std::string tag(given[0].given ? sim.Text(given[0].text) : kDefaultTag);
  const std::string image =
      WithTag(sim.Text(MainContainerSpec(sim, fault.target_row)->image), tag);
  fault.with[0] = InternString(sim, image);
  if (FindImage(sim.blueprint, fault.with[0]) == 0) return Ok{};
  return Error{ErrorCode::kInvalidInput, "",
               fmt::format("the image {} exists; expected a tag that does not", image)};
}

FaultEdit EditOf(const Sim& sim, const Fault& fault) {
  return {EditOp::kSetImage, MainIndex(sim, fault), fault.with[0]};
}

RootCause Truth(const Sim& sim, const Fault& fault) {
  return TargetTruth(sim, fault, ContainerField(MainIndex(sim, fault)) + ".image");
}

// The template's image exists; for a service of the app it is one of its program's.
bool CauseGone(const Sim& sim, const Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  const ContainerSpec* container = MainContainerSpec(sim, row);
  if (container == nullptr) return false;
  const ServiceRuntime* runtime = RuntimeOf(sim, row);
  const u32 image = FindImage(sim.blueprint, container->image);
  if (image == 0) return false;
  return runtime == nullptr || runtime->image_repo == 0 ||
         sim.blueprint.images[image - 1].repo == runtime->image_repo;
}

void Edits(Blueprint& blueprint, std::vector<WantedEdits>& out) {
  for (const LoadedWorkload& workload : LoadedWorkloads(blueprint)) {
    const std::string image =
        WithTag(blueprint.strings.Text(workload.spec->image), kDefaultTag);
    out.push_back({ObjectKind::kDeployment, workload.object->ns, workload.object->name,
                   {{EditOp::kSetImage, workload.container, blueprint.strings.Add(image)}}});
  }
}

}  // namespace

const FaultKind kImageNotFound{
    .id = "image-not-found",
    .title = "Image or tag does not exist",
    .layer = "platform",
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
