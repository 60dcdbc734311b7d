// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "scenarios/known_kinds.h"
#include "scenarios/manifests.h"
#include "scenarios/not_modelled.h"

namespace wt {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

// The part of a document under `pointer` as a document of its own.
YamlDocument Part(const YamlDocument& whole, const std::string& pointer, const json& value) {
  YamlDocument part;
  part.file = whole.file;
  part.value = std::make_shared<const json>(value);
  part.places[""].value = whole.Of(pointer);
  const std::string first = pointer + "/", end = pointer + "0";  // '0' follows '/'
  for (auto it = whole.places.lower_bound(first); it != whole.places.lower_bound(end); ++it) {
    part.places[it->first.substr(pointer.size())] = it->second;
  }
  return part;
}

std::string TextAt(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// The member `key` when it is an object, else null.
json* ObjectAt(json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_object() ? &*found : nullptr;
}

const json* ControllerOf(const json& object) {
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return nullptr;
  const auto owners = metadata->find("ownerReferences");
  if (owners == metadata->end() || !owners->is_array()) return nullptr;
  for (const json& owner : *owners) {
    if (owner.is_object() && owner.value("controller", json(false)) == json(true)) return &owner;
  }
  return nullptr;
}

void StripTokenVolumes(json& spec) {
  const auto is_token = [](const json& entry) {
    return entry.is_object() && TextAt(entry, "name").starts_with("kube-api-access-");
  };
  const auto erase = [&is_token](json& owner, const char* key) {
    const auto list = owner.find(key);
    if (list == owner.end() || !list->is_array()) return;
    list->erase(std::remove_if(list->begin(), list->end(), is_token), list->end());
  };
  erase(spec, "volumes");
  for (const char* key : {"containers", "initContainers"}) {
    const auto list = spec.find(key);
    if (list == spec.end() || !list->is_array()) continue;
    for (json& container : *list) {
      if (container.is_object()) erase(container, "volumeMounts");
    }
  }
}

void StripDumped(const std::string& kind, json& object) {
  if (json* metadata = ObjectAt(object, "metadata")) metadata->erase("ownerReferences");
  json* spec = ObjectAt(object, "spec");
  if (spec == nullptr) return;
  if (kind == "Service" && spec->value("clusterIP", json("")) != json("None")) {
    spec->erase("clusterIP");
    spec->erase("clusterIPs");
  }
  if (kind == "Pod") {
    spec->erase("nodeName");
    StripTokenVolumes(*spec);
  }
  if (kind == "Namespace") object.erase("spec");
}

void Strip(const std::string& kind, json& object) {
  json* metadata = ObjectAt(object, "metadata");
  const bool dumped =
      metadata != nullptr && (metadata->contains("uid") || metadata->contains("resourceVersion"));
  if (dumped) StripDumped(kind, object);
  json kept_status;
  if (kind == "Node" && ObjectAt(object, "status") != nullptr) {
    for (const char* key : {"capacity", "allocatable"}) {
      if (object["status"].contains(key)) kept_status[key] = object["status"][key];
    }
  }
  object.erase("status");
  if (!kept_status.is_null()) object["status"] = kept_status;
  if (metadata == nullptr) return;
  for (const char* key :
       {"uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
        "deletionGracePeriodSeconds", "managedFields", "selfLink"}) {
    metadata->erase(key);
  }
  if (json* annotations = ObjectAt(*metadata, "annotations")) {
    annotations->erase("kubectl.kubernetes.io/last-applied-configuration");
    annotations->erase("deployment.kubernetes.io/revision");
    if (annotations->empty()) metadata->erase("annotations");
  }
}

class Collector {
 public:
  void Add(const YamlDocument& document, const std::string& pointer, const json& value, int depth) {
    const YamlDocument part = Part(document, pointer, value);
    const Field root(part, errors_);
    if (!root.ExpectMap()) return;
    const std::string kind = root["kind"].Text(), api_version = root["apiVersion"].Text();
    if (api_version.starts_with("wavetank.dev/")) return;
    if (kind == "Kustomization" || fs::path(document.file).stem() == "kustomization") {
      set_.warnings.push_back(root.PlaceText() +
                              ": kustomization left out; render it first with "
                              "kubectl kustomize");
      return;
    }
    if (kind == "List" && !(value.contains("items") && value["items"].is_array())) {
      root["items"].Fail("not a list; expected the Kubernetes objects of the List");
      return;
    }
    if (kind.ends_with("List") && value.contains("items") && value["items"].is_array()) {
      AddItems(document, pointer, value, depth);
      return;
    }
    AddObject(root, part, kind, api_version);
  }

  Result<ManifestSet> Finish(const std::string& path) {
    ChooseNamespace();
    DropOwned();
    WarnMoved();
    FillNamespaces();
    ChooseAppNamespace();
    FindTwice();
    if (set_.manifests.empty() && errors_.empty()) {
      return Error{ErrorCode::kInvalidInput, path,
                   "no Kubernetes objects; expected manifests as kubectl apply -f takes them"};
    }
    if (!errors_.empty()) return JoinErrors(errors_);
    WarnNotModelled();
    return std::move(set_);
  }

  void Fail(Error error) { errors_.push_back(std::move(error)); }

 private:
  void AddItems(const YamlDocument& document, const std::string& pointer, const json& list,
                int depth) {
    constexpr int kDeepest = 4;
    if (depth > kDeepest) return;
    const std::string list_kind = TextAt(list, "kind"), version = TextAt(list, "apiVersion");
    const std::string item_kind = list_kind.substr(0, list_kind.size() - 4);
    size_t index = 0;
    for (const json& item : list["items"]) {
      json filled = item;
      if (filled.is_object() && !item_kind.empty()) {
        if (!filled.contains("kind")) filled["kind"] = item_kind;
        if (!filled.contains("apiVersion")) filled["apiVersion"] = version;
      }
      Add(document, pointer + "/items/" + std::to_string(index++), filled, depth + 1);
    }
  }

  void AddObject(const Field& root, const YamlDocument& part, const std::string& kind,
                 const std::string& api_version) {
    const size_t before = errors_.size();
    if (!root["kind"].present()) root["kind"].Fail("missing; expected a kind such as Deployment");
    if (!root["apiVersion"].present()) {
      root["apiVersion"].Fail("missing; expected an API version such as apps/v1");
    }
    const Field name = root["metadata"]["name"];
    if (!name.present() || (name.IsString() && name.Text().empty())) {
      const bool generated = root["metadata"]["generateName"].present();
      name.Fail(std::string("missing; expected a name") +
                (generated ? " (generateName cannot be applied)" : ""));
    }
    Manifest manifest;
    manifest.name = name.Text();
    manifest.name_space = root["metadata"]["namespace"].Text();
    if (errors_.size() != before) return;
    const std::string complaint = KindComplaint(kind, api_version);
    if (!complaint.empty()) {
      root["kind"].Fail(complaint);
      return;
    }
    const KnownKind* known = FindKnownKind(kind, api_version);
    manifest.kind = kind;
    manifest.api_version = api_version;
    manifest.modelled = known != nullptr && known->modelled;
    if (known != nullptr && !known->namespaced) manifest.name_space.clear();
    manifest.document = part;
    set_.manifests.push_back(std::move(manifest));
  }

  static bool Namespaced(const Manifest& manifest) {
    const KnownKind* known = FindKnownKind(manifest.kind, manifest.api_version);
    return known == nullptr || known->namespaced;
  }

  void ChooseNamespace() {
    std::vector<std::string> names;
    for (const Manifest& manifest : set_.manifests) {
      const bool system = manifest.name == "default" || manifest.name.starts_with("kube-");
      if (manifest.kind == "Namespace" && !system) names.push_back(manifest.name);
    }
    set_.default_namespace = names.size() == 1 ? names[0] : "default";
  }

  // kubectl would put them into the namespace of its context.
  void WarnMoved() {
    if (set_.default_namespace == "default") return;
    std::vector<const Manifest*> moved;
    for (const Manifest& manifest : set_.manifests) {
      if (Namespaced(manifest) && manifest.name_space.empty()) moved.push_back(&manifest);
    }
    if (moved.empty()) return;
    set_.warnings.push_back(
        fmt::format("objects without a namespace go to {}, the one Namespace that is given: {} in "
                    "all, the first is {} {} at {}:{}",
                    set_.default_namespace, moved.size(), moved[0]->kind, moved[0]->name,
                    moved[0]->file(), moved[0]->line()));
  }

  bool HasControllerHere(const Manifest& manifest) const {
    const json* owner = ControllerOf(manifest.object());
    if (owner == nullptr) return false;
    return set_.Find(TextAt(*owner, "kind"), manifest.name_space, TextAt(*owner, "name")) ||
           set_.Find(TextAt(*owner, "kind"), "", TextAt(*owner, "name"));
  }

  bool MadeByTheCluster(const Manifest& manifest) const {
    const std::string& kind = manifest.kind;
    if (kind == "Event" || kind == "Lease") return true;
    if (kind == "ConfigMap" && manifest.name == "kube-root-ca.crt") return true;
    if (kind == "Endpoints" && set_.Find("Service", manifest.name_space, manifest.name))
      return true;
    const bool in_default = manifest.name_space == "default" || manifest.name_space.empty();
    const json& object = manifest.object();
    return kind == "Service" && manifest.name == "kubernetes" && in_default &&
           object["metadata"].contains("uid");
  }

  // Two passes over the full set: a ReplicaSet must still be seen when its Pods are judged.
  void DropOwned() {
    std::vector<bool> drop;
    for (const Manifest& manifest : set_.manifests) {
      drop.push_back(HasControllerHere(manifest) || MadeByTheCluster(manifest));
    }
    std::vector<Manifest> kept;
    for (size_t i = 0; i < drop.size(); ++i) {
      if (!drop[i]) kept.push_back(std::move(set_.manifests[i]));
    }
    set_.manifests = std::move(kept);
  }

  void FillNamespaces() {
    for (Manifest& manifest : set_.manifests) {
      json object = manifest.object();
      Strip(manifest.kind, object);
      if (Namespaced(manifest)) {
        if (manifest.name_space.empty()) manifest.name_space = set_.default_namespace;
        object["metadata"]["namespace"] = manifest.name_space;
      }
      manifest.document.value = std::make_shared<const json>(std::move(object));
    }
  }

  // The default one where as many workloads are there as anywhere.
  void ChooseAppNamespace() {
    std::map<std::string, int> workloads;
    for (const Manifest& manifest : set_.manifests) {
      if (manifest.kind == "Deployment") ++workloads[manifest.name_space];
    }
    set_.app_namespace = set_.default_namespace;
    int most = workloads[set_.default_namespace];
    for (const auto& [name, count] : workloads) {
      if (count <= most) continue;
      most = count;
      set_.app_namespace = name;
    }
  }

  void FindTwice() {
    std::map<std::string, const Manifest*> seen;
    for (const Manifest& manifest : set_.manifests) {
      const std::string group = manifest.api_version.substr(0, manifest.api_version.find('/') + 1);
      const std::string key =
          group + manifest.kind + " " + manifest.name_space + "/" + manifest.name;
      const auto [first, fresh] = seen.emplace(key, &manifest);
      if (fresh) continue;
      const Field root(manifest.document, errors_);
      root["metadata"]["name"].Fail(
          fmt::format("{} \"{}\" is given twice; expected it once (first at {}:{})", manifest.kind,
                      manifest.name, first->second->file(), first->second->line()));
    }
  }

  void WarnNotModelled() {
    std::string warning = NotModelledWarning(set_.manifests);
    if (!warning.empty()) set_.warnings.push_back(std::move(warning));
  }

  ManifestSet set_;
  std::vector<Error> errors_;
};

void AddText(std::string_view text, const std::string& file, Collector& collector) {
  const auto documents = ReadYaml(text, file);
  if (!documents) {
    collector.Fail(documents.error());
    return;
  }
  for (const YamlDocument& document : *documents) collector.Add(document, "", *document.value, 0);
}

}  // namespace

const Manifest* ManifestSet::Find(std::string_view kind, std::string_view name_space,
                                  std::string_view name) const {
  for (const Manifest& manifest : manifests) {
    if (manifest.kind == kind && manifest.name == name && manifest.name_space == name_space) {
      return &manifest;
    }
  }
  return nullptr;
}

std::vector<std::string> ManifestFiles(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string extension = entry.path().extension().string();
    if (entry.is_directory(ignored)) continue;
    if (extension == ".yaml" || extension == ".yml" || extension == ".json") {
      paths.push_back(entry.path().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

Result<ManifestSet> ReadManifests(const std::string& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    return Error{ErrorCode::kInvalidInput, path, "no such file or folder; expected manifests"};
  }
  Collector collector;
  const bool folder = fs::is_directory(path, ignored);
  const std::vector<std::string> files = folder ? ManifestFiles(path) : std::vector{path};
  for (const std::string& file : files) {
    const Result<std::string> text = ReadTextFile(file, YamlLimits{}.bytes_max);
    if (text) {
      AddText(*text, file, collector);
    } else {
      collector.Fail(text.error());
    }
  }
  return collector.Finish(path);
}

Result<ManifestSet> ReadManifestText(std::string_view text, const std::string& file) {
  Collector collector;
  AddText(text, file, collector);
  return collector.Finish(file);
}

std::string ManifestText(const ManifestSet& set) {
  std::string text;
  for (const Manifest& manifest : set.manifests) text += "---\n" + manifest.object().dump(2) + "\n";
  return text;
}

}  // namespace wt
