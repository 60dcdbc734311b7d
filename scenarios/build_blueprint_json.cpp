// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <nlohmann/json.hpp>

#include "scenarios/build_parts.h"
#include "sim/objects/kinds.h"
#include "sim/objects/load.h"

namespace wt {
namespace {

constexpr const char* kRevisionVariable = "RELEASE_REVISION";

// Revision 1 of a Deployment: the manifest with one more environment variable, which no program
// reads. Going back to it cures nothing that the manifest does not cure.
Json OlderOf(const Json& manifest) {
  Json older = manifest;
  Json& containers = older["spec"]["template"]["spec"]["containers"];
  if (!containers.is_array() || containers.empty()) return Json();
  Json& env = containers[0]["env"];
  if (!env.is_array()) env = Json::array();
  env.push_back({{"name", kRevisionVariable}, {"value", "1"}});
  return older;
}

Status Load(Blueprint& blueprint, const Json& manifest, const std::string& place) {
  const Json older = manifest["kind"] == "Deployment" ? OlderOf(manifest) : Json();
  const auto object = LoadObject(blueprint, manifest, older);
  if (!object) return Error{ErrorCode::kInvalidInput, place, object.error().what};
  blueprint.objects.push_back(*object);
  return Ok{};
}

Status LoadManifestsOf(Blueprint& blueprint, const App& app, int pass, Warnings* warnings) {
  for (const Manifest& manifest : app.manifests.manifests) {
    const int order = manifest.kind == "Node" ? 0 : manifest.kind == "Namespace" ? 1 : 2;
    if (order != pass) continue;
    const std::string place = PlaceText(manifest.file(), manifest.document.Of(""));
    if (FindKind(manifest.api_version, manifest.kind) == nullptr) {
      if (warnings != nullptr) {
        warnings->push_back(place + ": " + manifest.kind + " " + manifest.name +
                            " is of a kind that is not known; left out");
      }
      continue;
    }
    if (Status loaded = Load(blueprint, manifest.object(), place); !loaded) return loaded;
  }
  return Ok{};
}

}  // namespace

Status LoadObjects(Blueprint& blueprint, const App& app, const ClusterShape& shape,
                   Warnings* warnings) {
  bool own_nodes = false;
  for (const Manifest& manifest : app.manifests.manifests) {
    own_nodes = own_nodes || manifest.kind == "Node";
  }
  if (Status loaded = LoadManifestsOf(blueprint, app, 0, warnings); !loaded) return loaded;
  if (!own_nodes) {
    for (const Json& node : NodeManifests(shape)) {
      if (Status loaded = Load(blueprint, node, "cluster.nodes"); !loaded) return loaded;
    }
  }
  for (const Json& name_space : NamespaceManifests(app.manifests)) {
    if (Status loaded = Load(blueprint, name_space, ""); !loaded) return loaded;
  }
  if (Status loaded = LoadManifestsOf(blueprint, app, 1, warnings); !loaded) return loaded;
  return LoadManifestsOf(blueprint, app, 2, warnings);
}

Result<Blueprint> BuildBlueprint(const App& app, const BlueprintOptions& options,
                                 Warnings* warnings) {
  Blueprint blueprint;
  blueprint.timing = options.timing;
  // Its name, not where the tree lies: hashes are the same in every clone.
  const std::filesystem::path path = std::filesystem::path(app.path).lexically_normal();
  const bool slash = !path.has_filename();
  blueprint.app =
      blueprint.strings.Add((slash ? path.parent_path() : path).filename().string());
  blueprint.app_namespace = blueprint.strings.Add(app.manifests.app_namespace);
  if (warnings != nullptr) {
    for (const auto* list : {&app.manifests.warnings, &app.behaviour.warnings}) {
      warnings->insert(warnings->end(), list->begin(), list->end());
    }
  }
  if (Status loaded = LoadObjects(blueprint, app, options.cluster, warnings); !loaded) {
    return loaded.error();
  }
  CollectImages(blueprint);
  if (Status built = BuildGraph(blueprint, app, options.mix); !built) return built.error();
  return blueprint;
}

}  // namespace wt
