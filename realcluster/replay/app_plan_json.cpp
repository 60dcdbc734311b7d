// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "realcluster/mirror/written_part.h"
#include "realcluster/replay/app_plan.h"
#include "scenarios/build_parts.h"
#include "scenarios/move_app.h"
#include "sim/objects/access.h"
#include "sim/objects/kinds.h"
#include "sim/objects/load.h"
#include "sim/objects/split.h"

namespace wt {
namespace {

// Owners and what pods need before the pods. Kinds that are not named stand where * does.
constexpr std::string_view kOrder =
    " Namespace CustomResourceDefinition StorageClass PriorityClass RuntimeClass PersistentVolume "
    "ResourceQuota LimitRange ServiceAccount ClusterRole Role ClusterRoleBinding RoleBinding "
    "ConfigMap Secret PersistentVolumeClaim Service NetworkPolicy PodDisruptionBudget * Deployment "
    "ReplicaSet ReplicationController StatefulSet DaemonSet Job CronJob Pod "
    "HorizontalPodAutoscaler ";

size_t OrderOf(std::string_view kind) {
  const size_t named = kOrder.find(fmt::format(" {} ", kind));
  return named == kOrder.npos ? kOrder.find(" * ") : named;
}

struct Resource {
  std::string plural = {};
  bool namespaced = true;
};

// Asks the API what it calls a kind that is not built in. No plural: it does not serve it.
Resource FindResource(KubeApi& api, const Manifest& manifest) {
  const bool core = GroupOf(manifest.api_version).empty();
  const auto reply = api.Call({.path = (core ? "/api/" : "/apis/") + manifest.api_version});
  if (!reply || reply->status != 200) return {};
  const Json list = Json::parse(reply->body, nullptr, false);
  for (const Json& resource : List(list, "resources")) {
    const std::string_view name = Text(resource, "name");
    if (Text(resource, "kind") != manifest.kind || name.find('/') != name.npos) continue;
    return {std::string(name), Flag(resource, "namespaced")};
  }
  return {};
}

struct Planning {
  KubeApi& api;
  const App& app;
  const std::string& name_space;  // empty: each its own
  AppPlan plan;
};

std::string Named(const Manifest& manifest) {
  return fmt::format("{} {}{}{}", manifest.kind, manifest.name_space,
                     manifest.name_space.empty() ? "" : "/", manifest.name);
}

// Why an object is not created; empty: it is.
std::string WhyLeftOut(const Planning& planning, const Manifest& manifest, const Resource& as) {
  if (manifest.kind == "Node") return "nodes are machines";
  const bool of_namespace = (manifest.kind == "ServiceAccount" && manifest.name == "default") ||
                            (manifest.kind == "ConfigMap" && manifest.name == "kube-root-ca.crt");
  if (of_namespace) return "every namespace has its own";
  if (as.plural.empty()) return "the cluster does not serve this kind";
  if (!planning.name_space.empty() && !as.namespaced) {
    return "it is of the whole cluster, not of namespace " + planning.name_space;
  }
  return "";
}

// The object as kubectl sends it: the manifest and what it was applied from.
Result<Json> AsSent(const Json& manifest) {
  const auto applied = AppliedObject(manifest);
  if (!applied) return applied.error();
  Json out = manifest;
  const Json& annotations = Map(Map(*applied, "metadata"), "annotations");
  out["metadata"]["annotations"][std::string(kLastApplied)] = Text(annotations, kLastApplied);
  return out;
}

Status AddBody(const Json& manifest, PlannedObject& out) {
  const auto now = AsSent(manifest);
  if (!now) return now.error();
  Json first = *now;
  if (out.kind == "Deployment") {
    std::vector<Json> revisions;
    for (const Json& manifest_of : OlderRevisions(manifest)) {
      const auto older = AsSent(manifest_of);
      if (!older) return older.error();
      revisions.push_back(*older);
      revisions.back()["spec"]["replicas"] = 0;
    }
    if (revisions.empty()) {
      return Error{ErrorCode::kInvalidInput, "", "spec.template.spec.containers: expected one"};
    }
    first = revisions[0];
    revisions.push_back(*now);
    for (size_t i = 1; i < revisions.size(); ++i) {
      out.patches.push_back(MergePatch(revisions[i - 1], revisions[i]).dump());
    }
  }
  out.body = first.dump();
  return Ok{};
}

std::string CollectionOf(const Manifest& manifest, const Resource& as,
                         const std::string& name_space) {
  const bool core = GroupOf(manifest.api_version).empty();
  return fmt::format("{}{}{}{}/{}", core ? "/api/" : "/apis/", manifest.api_version,
                     as.namespaced ? "/namespaces/" : "", as.namespaced ? name_space : "",
                     as.plural);
}

Status AddManifest(Planning& planning, const Manifest& manifest) {
  Resource as;
  if (const KindInfo* kind = FindKind(manifest.api_version, manifest.kind)) {
    as = {std::string(kind->plural), kind->namespaced};
  } else {
    as = FindResource(planning.api, manifest);
  }
  if (const std::string why = WhyLeftOut(planning, manifest, as); !why.empty()) {
    planning.plan.warnings.push_back(Named(manifest) + " is left out: " + why);
    return Ok{};
  }
  PlannedObject out{.kind = manifest.kind, .name = manifest.name};
  Json object = manifest.object();
  if (as.namespaced) {
    out.name_space = planning.name_space.empty() ? manifest.name_space : planning.name_space;
    if (out.name_space.empty()) out.name_space = planning.app.manifests.default_namespace;
    object["metadata"]["namespace"] = out.name_space;
  }
  out.collection = CollectionOf(manifest, as, out.name_space);
  out.path = out.collection + "/" + out.name;
  const std::string place = PlaceText(manifest.file(), manifest.document.Of(""));
  if (Status added = AddBody(object, out); !added) {
    return Error{ErrorCode::kInvalidInput, place, Named(manifest) + ": " + added.error().Text()};
  }
  planning.plan.objects.push_back(std::move(out));
  return Ok{};
}

// Those that objects go to and no manifest makes.
void AddNamespaces(AppPlan& plan) {
  std::set<std::string> wanted, made;
  for (const PlannedObject& object : plan.objects) {
    if (object.kind == "Namespace") made.insert(object.name);
    if (!object.name_space.empty()) wanted.insert(object.name_space);
  }
  for (const std::string& name : wanted) {
    if (made.contains(name)) continue;
    const Json body = {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}};
    plan.objects.push_back({.kind = "Namespace",
                            .name = name,
                            .collection = "/api/v1/namespaces",
                            .path = "/api/v1/namespaces/" + name,
                            .body = body.dump()});
  }
}

}  // namespace

std::string PlannedObject::Label() const {
  return fmt::format("{} {}{}{}", kind, name_space, name_space.empty() ? "" : "/", name);
}

Result<AppPlan> PlanApp(KubeApi& api, const App& app, const Ownership& ownership) {
  std::vector<std::string> said;
  const bool moves = !ownership.name_space.empty();
  const Result<App> moved = moves ? MoveApp(app, ownership.name_space, said) : app;
  if (!moved) return moved.error();
  Planning planning{api, *moved, ownership.name_space, {}};
  planning.plan.warnings = std::move(said);
  for (const Manifest& manifest : moved->manifests.manifests) {
    if (Status added = AddManifest(planning, manifest); !added) return added.error();
  }
  AddNamespaces(planning.plan);
  std::ranges::stable_sort(planning.plan.objects, {},
                           [](const PlannedObject& object) { return OrderOf(object.kind); });
  return std::move(planning.plan);
}

}  // namespace wt
