// SPDX-License-Identifier: Apache-2.0
#include "faults/looks.h"

#include "faults/all_faults.h"
#include "faults/newcomers.h"

namespace wt {
namespace {

constexpr std::string_view kManifest = R"({
  "apiVersion": "apps/v1", "kind": "Deployment",
  "metadata": {"name": "@NAME", "labels": {"app": "@NAME"}},
  "spec": {
    "replicas": 1,
    "selector": {"matchLabels": {"app": "@NAME"}},
    "template": {
      "metadata": {"labels": {"app": "@NAME"}},
      "spec": {
        "containers": [{
          "name": "@CONTAINER",
          "image": "@IMAGE",
          "args": ["@ARGUMENT"],
          "resources": {"requests": {"cpu": "20m", "memory": "32Mi"},
                        "limits": {"cpu": "100m", "memory": "64Mi"}}}]}}}})";

bool PromisesName(const Sim& sim, const Fault& newcomers, StrId ns, std::string_view name) {
  if (ns != sim.blueprint.app_namespace) return false;
  for (const u32 look : newcomers.with) {
    if (look != 0 && kLooks[look - 1].name == name) return true;
  }
  return false;
}

}  // namespace

std::string ManifestOf(const Look& look) {
  std::string text(kManifest);
  const auto fill = [&](std::string_view hole, std::string_view value) {
    for (std::size_t at = 0; (at = text.find(hole, at)) != std::string::npos;) {
      text.replace(at, hole.size(), value);
    }
  };
  fill("@NAME", look.name);
  fill("@CONTAINER", look.container);
  fill("@IMAGE", look.image);
  fill("@ARGUMENT", look.argument);
  return text;
}

const LoadedObject* LookObject(const Sim& sim, const Look& look) {
  for (const LoadedObject& object : sim.blueprint.objects) {
    if (!object.at_start && static_cast<ObjectKind>(object.kind) == ObjectKind::kDeployment &&
        sim.blueprint.strings.Text(object.name) == look.name) {
      return &object;
    }
  }
  return nullptr;
}

bool IsFreeName(const Sim& sim, StrId ns, std::string_view name) {
  for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
    const Deployment& row = sim.At<Deployment>(d);
    if (row.born != 0 && row.ns == ns && sim.Text(row.name) == name) return false;
  }
  for (u32 f = 1; f < sim.world.Used<Fault>(); ++f) {
    const Fault& other = sim.At<Fault>(f);
    if (other.born == 0) continue;
    if (other.noise == kNewcomers && PromisesName(sim, other, ns, name)) return false;
    if (other.noise != 0 || &KindOf(other) != &kRepeatedPodKill) continue;
    if (other.target_ns == ns && sim.Text(other.with[2]) == name) return false;
  }
  return true;
}

}  // namespace wt
