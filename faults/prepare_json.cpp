// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "faults/all_faults.h"
#include "faults/fault_schedule.h"
#include "sim/objects/load.h"

namespace wt {
namespace {

void AddRogueImages(Blueprint& blueprint, const Json& manifest) {
  for (const Json& container : manifest["spec"]["template"]["spec"]["containers"]) {
    const std::string name = container["image"].get<std::string>();
    Image image;
    image.name = blueprint.strings.Add(name);
    image.repo = blueprint.strings.Add(name.substr(0, name.rfind(':')));
    image.bytes = 40 << 20;
    image.calls_api = true;
    blueprint.images.push_back(std::move(image));
  }
}

Status LoadManifest(Blueprint& blueprint, std::string_view text) {
  Json manifest = Json::parse(text);
  manifest["metadata"]["namespace"] = blueprint.strings.Text(blueprint.app_namespace);
  AddRogueImages(blueprint, manifest);
  Result<LoadedObject> object = LoadObject(blueprint, manifest);
  if (!object) return object.error();
  object->at_start = false;
  blueprint.objects.push_back(*object);
  return Ok{};
}

const LoadedObject* FindLoaded(const Blueprint& blueprint, const WantedEdits& wanted) {
  for (const LoadedObject& object : blueprint.objects) {
    if (static_cast<ObjectKind>(object.kind) == wanted.kind && object.name == wanted.name &&
        object.ns == wanted.ns) {
      return &object;
    }
  }
  return nullptr;
}

void CompileChain(Blueprint& blueprint, const WantedEdits& wanted) {
  const LoadedObject* object = FindLoaded(blueprint, wanted);
  if (object == nullptr) return;
  EdgeBase base{object, object->doc, object->tmpl};
  for (const FaultEdit& edit : wanted.chain) {
    const std::string text =
        TakesText(edit.op) ? blueprint.strings.Text(edit.arg) : std::string();
    const RevId after = AddEdge(blueprint, base, {edit.op, edit.detail, edit.arg, text, nullptr});
    if (after == 0) return;
    (TargetOf(edit.op) == EditTarget::kTemplate ? base.tmpl : base.doc) = after;
  }
}

}  // namespace

Status PrepareFaults(Blueprint& blueprint) {
  for (const FaultKind* kind : AllFaults()) {
    if (kind->manifests == nullptr) continue;
    for (const std::string& manifest : kind->manifests()) {
      if (Status loaded = LoadManifest(blueprint, manifest); !loaded) return loaded;
    }
  }
  std::vector<WantedEdits> wanted;
  for (const FaultKind* kind : AllFaults()) {
    if (kind->edits != nullptr) kind->edits(blueprint, wanted);
  }
  for (const WantedEdits& edits : wanted) CompileChain(blueprint, edits);
  return Ok{};
}

}  // namespace wt
