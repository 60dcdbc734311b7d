// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "scenarios/build_parts.h"
#include "scenarios/nearest.h"
#include "sim/objects/access.h"
#include "sim/objects/content_hash.h"
#include "sim/objects/kinds.h"
#include "sim/objects/load.h"
#include "sim/objects/quantity.h"

namespace wt {
namespace {

constexpr const char* kRevisionVariable = "RELEASE_REVISION";
// Every undo and every image of history that an agent is offered (sim/api/action.h: two of each)
// can be had of every workload, so that none of them tells where something was rolled out.
constexpr u64 kOlderRevisionsMin = 2, kOlderRevisionsSpread = 2;
constexpr i64 kPodsMax = 5000;

// The field that an API error is about: "spec.ports[0].port". Decoding errors name it in words.
std::string FieldOf(const Error& error) {
  if (!error.where.empty()) return error.where;
  const std::string& what = error.what;
  if (const size_t at = what.find("unknown field \""); at != std::string::npos) {
    const size_t from = at + 15;
    return what.substr(from, what.find('"', from) - from);
  }
  const size_t at = what.find("Go struct field ");
  if (at == std::string::npos) return "";
  const size_t dot = what.find('.', at);  // behind the name of the type
  return dot == std::string::npos ? "" : what.substr(dot + 1, what.find(' ', dot) - dot - 1);
}

// "spec.ports[0].port" -> "/spec/ports/0/port".
std::string PointerOf(std::string_view field) {
  std::string pointer = field.empty() ? "" : "/";
  for (const char c : field) {
    if (c == ']') continue;
    if (c == '~') pointer += "~0";
    else if (c == '/') pointer += "~1";
    else pointer += c == '.' || c == '[' ? '/' : c;
  }
  return pointer;
}

// Where the field stands in its file, else the nearest one around it that is written there.
std::string PlaceOf(const YamlDocument& document, const Error& error) {
  std::string pointer = PointerOf(FieldOf(error));
  while (!pointer.empty() && !document.places.contains(pointer)) {
    pointer.resize(pointer.rfind('/'));
  }
  return PlaceText(document.file, document.OfKey(pointer));
}

// What may stand behind a number; where two are as near, the binary ones are meant.
std::string WrongQuantity(const std::string& text) {
  static const std::vector<std::string> suffixes{"Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "n", "u",
                                                 "m",  "k",  "M",  "G",  "T",  "P",  "E"};
  std::string meant;
  const size_t end = std::min(text.find_first_not_of("+-.0123456789"), text.size());
  if (end > 0 && text.size() - end > 1) {
    const std::string suffix = Nearest(text.substr(end), suffixes);
    if (!suffix.empty()) meant = "; did you mean \"" + text.substr(0, end) + suffix + "\"?";
  }
  return fmt::format("\"{}\" is not a quantity; expected a number, alone or with a suffix: Ki, Mi, "
                     "Gi, Ti, Pi, Ei (of 1024), n, u, m, k, M, G, T, P, E (of 1000) or an exponent "
                     "such as e3{}",
                     text, meant);
}

// "limits[memory]" -> "limits.memory", as one writes it; a name with dots keeps its brackets.
std::string Dotted(std::string_view field) {
  std::string out;
  while (!field.empty()) {
    const size_t open = std::min(field.find('['), field.size());
    const size_t end = std::min(field.find(']', open), field.size());
    out += field.substr(0, open);
    const std::string_view key = field.substr(open, end - open);
    const bool plain = key.size() > 1 && key.find_first_of("./0123456789") == key.npos;
    if (plain) out.append(".").append(key.substr(1));
    else out += field.substr(open, end + 1 - open);
    field.remove_prefix(std::min(end + 1, field.size()));
  }
  return out;
}

// The API's words with the object and the field, where they do not name it.
std::string Explained(const Json& manifest, const Error& error) {
  if (error.where.empty() || error.what.find(error.where) != std::string::npos) return error.what;
  std::string what = error.what;
  const Json::json_pointer at(PointerOf(error.where));
  if (manifest.contains(at) && manifest.at(at).is_string()) {
    const std::string text = manifest.at(at);
    if (const auto amount = ParseQuantity(text); !amount && amount.error().what == what) {
      what = WrongQuantity(text);
    }
  }
  return fmt::format("{} {}: {}: {}", Text(manifest, "kind"),
                     Text(Map(manifest, "metadata"), "name"), Dotted(error.where), what);
}

Status Load(Blueprint& blueprint, const Json& manifest, const YamlDocument& document) {
  std::vector<Json> older;
  if (manifest["kind"] == "Deployment") older = OlderRevisions(manifest);
  const auto object = LoadObject(blueprint, manifest, older);
  if (!object) {
    return Error{ErrorCode::kInvalidInput, PlaceOf(document, object.error()),
                 Explained(manifest, object.error())};
  }
  blueprint.objects.push_back(*object);
  return Ok{};
}

// A node that the manifests cordon starts schedulable: nothing would come to rest on it.
bool IsCordoned(const Manifest& manifest) {
  const Json::json_pointer at("/spec/unschedulable");
  return manifest.kind == "Node" && manifest.object().value(at, Json()) == Json(true);
}

Status CheckReplicas(const Blueprint& blueprint, const Manifest& manifest, i64& pods) {
  const LoadedObject& object = blueprint.objects.back();
  if (static_cast<ObjectKind>(object.kind) != ObjectKind::kDeployment) return Ok{};
  pods += object.replicas;
  if (pods <= kPodsMax) return Ok{};
  return Error{ErrorCode::kInvalidInput,
               PlaceText(manifest.file(), manifest.document.Of("/spec/replicas")),
               fmt::format("spec.replicas: {} pods with those before; at most {} are simulated",
                           pods, kPodsMax)};
}

Status LoadManifestsOf(Blueprint& blueprint, const App& app, int pass, Warnings* warnings) {
  i64 pods = 0;
  for (const Manifest& manifest : app.manifests.manifests) {
    const int order = manifest.kind == "Node" ? 0 : manifest.kind == "Namespace" ? 1 : 2;
    if (order != pass) continue;
    // Left out; NotModelledWarning says so.
    if (FindKind(manifest.api_version, manifest.kind) == nullptr) continue;
    if (IsCordoned(manifest) && warnings != nullptr) {
      warnings->push_back(PlaceText(manifest.file(), manifest.document.Of("")) + ": Node " +
                          manifest.name + " starts uncordoned");
    }
    if (Status loaded = Load(blueprint, manifest.object(), manifest.document); !loaded) {
      return loaded;
    }
    if (Status fits = CheckReplicas(blueprint, manifest, pods); !fits) return fits;
  }
  return Ok{};
}

}  // namespace

std::vector<Json> OlderRevisions(const Json& deployment) {
  const Json::json_pointer first("/spec/template/spec/containers/0");
  if (!deployment.contains(first) || !deployment.at(first).is_object()) return {};
  const u64 drawn = ContentHash(Text(Map(deployment, "metadata"), "name"));
  std::vector<Json> out(kOlderRevisionsMin + drawn % kOlderRevisionsSpread, deployment);
  for (size_t i = 0; i < out.size(); ++i) {
    Json& env = out[i].at(first)["env"];
    if (!env.is_array()) env = Json::array();
    env.push_back({{"name", kRevisionVariable}, {"value", std::to_string(i + 1)}});
  }
  return out;
}

Status LoadObjects(Blueprint& blueprint, const App& app, const ClusterShape& shape,
                   Warnings* warnings) {
  bool own_nodes = false;
  for (const Manifest& manifest : app.manifests.manifests) {
    own_nodes = own_nodes || manifest.kind == "Node";
  }
  if (Status loaded = LoadManifestsOf(blueprint, app, 0, warnings); !loaded) return loaded;
  if (!own_nodes) {
    for (const Json& node : NodeManifests(shape)) {
      if (Status loaded = Load(blueprint, node, {"cluster.nodes", {}, {}}); !loaded) return loaded;
    }
  }
  for (const Json& name_space : NamespaceManifests(app.manifests)) {
    if (Status loaded = Load(blueprint, name_space, {}); !loaded) return loaded;
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
