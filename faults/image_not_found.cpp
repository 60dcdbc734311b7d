// SPDX-License-Identifier: Apache-2.0
// A workload's image names a tag that the registry does not have: ErrImagePull, ImagePullBackOff;
// the rollout leaves only the pods that its strategy keeps.
#include <fmt/format.h>

#include "faults/all_faults.h"
#include "faults/common.h"
#include "faults/values.h"
#include "sim/kubelet/images.h"

namespace wt {
namespace {

constexpr Parameter kParameters[] = {
    {"tag", ParameterType::kText, 0, 0, "", "the tag that does not exist"}};

// Where the tag of an image begins, its colon included. A colon before the last slash belongs to
// a registry's port.
std::size_t EndOfRepo(std::string_view image) {
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.rfind(':');
  const bool tagged = colon != std::string_view::npos &&
                      (slash == std::string_view::npos || colon > slash);
  return tagged ? colon : image.size();
}

std::string WithTag(std::string_view image, std::string_view tag) {
  return fmt::format("{}:{}", image.substr(0, EndOfRepo(image)), tag);
}

std::vector<std::string> ImagesLike(std::string_view image) {
  const std::size_t colon = EndOfRepo(image);
  std::vector<std::string> out;
  for (const std::string& tag : TagsLike(colon < image.size() ? image.substr(colon + 1) : "")) {
    out.push_back(WithTag(image, tag));
  }
  return out;
}

Fit FitTarget(const Sim& sim, u32 row) {
  const Fit fit = FitRollout(sim, row);
  return fit != Fit::kNo && MainContainerSpec(sim, row) != nullptr ? fit : Fit::kNo;
}

// with[0] the image
Status Draw(Sim& sim, Fault& fault, u32 number, const ParameterValues& given) {
  const std::string now(sim.Text(MainContainerSpec(sim, fault.target_row)->image));
  std::vector<std::string> images = ImagesLike(now);
  if (given[0].given) images = {WithTag(now, sim.Text(given[0].text))};
  fault.with[0] = DrawText(sim, number, {}, images, [&](const std::string& image) {
    return FindImage(sim.blueprint, sim.blueprint.strings.Find(image)) == 0;
  });
  if (fault.with[0] != 0) return Ok{};
  return Error{ErrorCode::kInvalidInput, "",
               fmt::format("the image {} exists; expected a tag that does not", images[0])};
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
    for (const std::string& image : ImagesLike(blueprint.strings.Text(workload.spec->image))) {
      out.push_back({ObjectKind::kDeployment, workload.object->ns, workload.object->name,
                     {{EditOp::kSetImage, workload.container, blueprint.strings.Add(image)}}});
    }
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
