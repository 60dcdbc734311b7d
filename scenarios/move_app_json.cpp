// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "scenarios/move_app.h"
#include "sim/objects/access.h"
#include "sim/objects/patch.h"

namespace wt {
namespace {

struct ServiceHost {
  std::string service, name_space;
};

bool IsOfLabel(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

// Whether a host name that has come to `at` ends there, or goes on with .svc: cart.shop.example is
// none of the cluster's.
bool EndsAt(std::string_view text, size_t at) {
  if (at >= text.size()) return true;
  if (IsOfLabel(text[at])) return false;
  if (text[at] != '.') return true;
  const std::string_view rest = text.substr(at + 1);
  return rest.starts_with("svc") && (rest.size() == 3 || !IsOfLabel(rest[3]));
}

bool MoveIn(std::string& text, const ServiceHost& host, const std::string& name_space) {
  const std::string name = host.service + "." + host.name_space;
  bool moved = false;
  for (size_t at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
    const bool begins = at == 0 || !IsOfLabel(text[at - 1]);
    if (!begins || !EndsAt(text, at + name.size())) continue;
    text.replace(at + host.service.size() + 1, host.name_space.size(), name_space);
    moved = true;
  }
  return moved;
}

struct Moving {
  const std::vector<ServiceHost>& hosts;
  const std::string& name_space;
  std::vector<std::string> moved;
};

// Every string below, as all of these members hold is text for programs.
void MoveBelow(Moving& moving, Json& value, const std::string& pointer) {
  if (value.is_string()) {
    std::string text = value.get<std::string>();
    bool moved = false;
    for (const ServiceHost& host : moving.hosts) {
      moved = MoveIn(text, host, moving.name_space) || moved;
    }
    if (!moved) return;
    value = text;
    moving.moved.push_back(pointer);
  } else if (value.is_array()) {
    for (size_t i = 0; i < value.size(); ++i) {
      MoveBelow(moving, value[i], fmt::format("{}/{}", pointer, i));
    }
  } else if (value.is_object()) {
    for (auto& [key, member] : value.items()) {
      MoveBelow(moving, member, pointer + "/" + EscapePointer(key));
    }
  }
}

// Containers stand at different depths in different kinds.
void MoveInContainers(Moving& moving, Json& value, const std::string& pointer) {
  if (value.is_array()) {
    for (size_t i = 0; i < value.size(); ++i) {
      MoveInContainers(moving, value[i], fmt::format("{}/{}", pointer, i));
    }
  }
  if (!value.is_object()) return;
  for (auto& [key, member] : value.items()) {
    const std::string below = pointer + "/" + EscapePointer(key);
    if (key == "env" || key == "args" || key == "command")
      MoveBelow(moving, member, below);
    else
      MoveInContainers(moving, member, below);
  }
}

// JSON pointers of the values that changed.
std::vector<std::string> MoveHosts(Json& object, const std::vector<ServiceHost>& hosts,
                                   const std::string& name_space) {
  Moving moving{hosts, name_space, {}};
  const std::string_view kind = Text(object, "kind");
  for (const char* member : {"data", "stringData"}) {
    const bool readable = kind == "ConfigMap" || std::string_view(member) == "stringData";
    if (Json* texts = readable ? Find(object, member) : nullptr) {
      MoveBelow(moving, *texts, fmt::format("/{}", member));
    }
  }
  if (Json* spec = Find(object, "spec")) MoveInContainers(moving, *spec, "/spec");
  return moving.moved;
}

void MoveObject(Manifest& manifest, const std::vector<ServiceHost>& hosts, const std::string& to,
                std::vector<std::string>& said) {
  Json object = manifest.object();
  object["metadata"]["namespace"] = to;
  if (Json* subjects = Find(object, "subjects"); subjects != nullptr && subjects->is_array()) {
    for (Json& subject : *subjects) {
      if (subject.is_object() && subject.contains("namespace")) subject["namespace"] = to;
    }
  }
  for (const std::string& pointer : MoveHosts(object, hosts, to)) {
    said.push_back(fmt::format("{} {}/{}: the host name in {} is now of namespace {}",
                               manifest.kind, manifest.name_space, manifest.name, pointer, to));
  }
  manifest.name_space = to;
  manifest.document.value = std::make_shared<const Json>(std::move(object));
}

}  // namespace

Result<App> MoveApp(App app, const std::string& name_space, std::vector<std::string>& said) {
  std::vector<Manifest>& manifests = app.manifests.manifests;
  std::vector<ServiceHost> hosts;
  for (const Manifest& manifest : manifests) {
    const bool elsewhere = manifest.name_space != name_space;
    if (manifest.kind != "Service" || !elsewhere) continue;
    hosts.push_back({manifest.name, manifest.name_space});
  }
  std::erase_if(manifests, [](const Manifest& manifest) { return manifest.kind == "Namespace"; });
  std::set<std::string> names;
  for (Manifest& manifest : manifests) {
    if (manifest.name_space.empty()) continue;
    const std::string from = manifest.name_space;
    if (from != name_space) MoveObject(manifest, hosts, name_space, said);
    if (names.insert(fmt::format("{} {} {}", manifest.api_version, manifest.kind, manifest.name))
            .second) {
      continue;
    }
    return Error{ErrorCode::kInvalidInput,
                 PlaceText(manifest.file(), manifest.document.Of("")),
                 fmt::format("{} {}/{} would be a second {} in namespace {}: an app of several "
                             "namespaces does not fit into one",
                             manifest.kind, from, manifest.name, manifest.name, name_space)};
  }
  app.manifests.default_namespace = app.manifests.app_namespace = name_space;
  for (AppService& service : app.behaviour.services) service.name_space = name_space;
  return app;
}

}  // namespace wt
