// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sim/cluster/api_delete.h"
#include "sim/cluster/api_objects.h"
#include "sim/cluster/api_status.h"
#include "sim/cluster/sim_kube_api.h"
#include "sim/objects/access.h"
#include "sim/objects/api_error.h"
#include "sim/objects/defaulting.h"
#include "sim/objects/parse_json.h"
#include "sim/objects/patch.h"
#include "sim/objects/render.h"
#include "sim/objects/split.h"
#include "sim/objects/update_rules.h"
#include "sim/transitions.h"

namespace wt {
namespace {

struct PatchContent {
  std::string_view content_type, name;
  PatchType type;
};
constexpr std::array kPatchContents{
    PatchContent{"application/json-patch+json", "json", PatchType::kJson},
    PatchContent{"application/merge-patch+json", "merge", PatchType::kMerge},
    PatchContent{"application/strategic-merge-patch+json", "strategic", PatchType::kStrategic}};

ApiReply UnknownPatchType(std::string_view type) {
  if (type == "application/apply-patch+yaml") {
    return Refused(415, "UnsupportedMediaType",
                   "server-side apply is not served by a simulated cluster - accepted media types "
                   "include: application/json-patch+json, application/merge-patch+json, "
                   "application/strategic-merge-patch+json");
  }
  return Refused(415, "UnsupportedMediaType",
                 "the body of the request was in an unknown format - accepted media types "
                 "include: application/json-patch+json, application/merge-patch+json, "
                 "application/strategic-merge-patch+json, application/apply-patch+yaml");
}

// Every field that made a patch invalid; empty when it failed before validation.
std::vector<FieldCause> CausesOf(const Sim& sim, ObjectRef object, PatchType type,
                                 std::string_view body) {
  const auto patch = ParseJson(body, "patch");
  if (!patch) return {};
  const KindInfo& kind = KindOf(sim, object);
  const Json before = RenderJson(sim, object);
  auto after = ApplyPatch(type, kind.kind, before, *patch);
  if (!after || !PrepareUpdate(kind, before, *after) || !CheckDecoding(*after)) return {};
  ApplyDefaults(*after);
  AdmitObject(kind.kind, *after);
  return Validate(*after, &before);
}

// False when objects of this kind are not deleted through the API here.
bool DeleteRow(Sim& sim, ObjectRef object, i32 grace_s, u32 actor) {
  switch (object.kind) {
    case ObjectKind::kPod:
      DeletePod(sim, object.row, grace_s);
      return true;
    case ObjectKind::kDeployment:
      DeleteDeployment(sim, object.row, actor);
      return true;
    case ObjectKind::kService:
      DeleteService(sim, object.row, actor);
      return true;
    case ObjectKind::kOther:
      DeleteObject(sim, object.row, actor);
      return true;
    default:
      return false;
  }
}

// A copy to try a write on: nobody is told, and the World stays as it is.
Sim OnCopy(const Sim& sim, World& copy) {
  copy = sim.pool.Fork(sim.world);
  return {sim.blueprint, copy, sim.pool};
}

}  // namespace

std::vector<Json> SimKubeApi::Items(const ApiPath& path, const ApiQuery& query) const {
  std::vector<Json> out;
  const auto add = [&](Json object) {
    if (Selected(path, query, KeysOf(object))) out.push_back(std::move(object));
  };
  if (path.kind->kind == "Event") {
    for (Json& event : EventObjects(sim_)) add(std::move(event));
    return out;
  }
  std::set<std::string, std::less<>> carried;
  EachObject(sim_, [&](ObjectRef object) {
    if (&KindOf(sim_, object) != path.kind) return;
    carried.insert(ObjectName(sim_, object));
    add(RenderJson(sim_, object));
  });
  if (path.kind->kind != "Namespace") return out;
  for (const std::string& name : namespaces_) {
    if (!carried.contains(name)) add(NamespaceJson(name));
  }
  return out;
}

std::optional<ObjectRef> SimKubeApi::Find(const ApiPath& path) const {
  std::optional<ObjectRef> out;
  EachObject(sim_, [&](ObjectRef object) {
    if (out || &KindOf(sim_, object) != path.kind) return;
    if (ObjectName(sim_, object) != path.name) return;
    if (Selected(path, {}, KeysOf(RenderJson(sim_, object)))) out = object;
  });
  return out;
}

ApiReply SimKubeApi::Get(const ApiPath& path, const ApiQuery& query) const {
  if (query.resource_version > version()) {
    return {504, TooLargeVersionJson(query.resource_version, version()).dump()};
  }
  std::vector<Json> items = Items(path, query);
  if (!path.name.empty()) {
    if (items.empty()) return Refused(NotFoundError(*path.kind, path.name), path.kind, path.name);
    return {200, items[0].dump()};
  }
  const Json list = {{"kind", fmt::format("{}List", path.kind->kind)},
                     {"apiVersion", ApiVersion(*path.kind)},
                     {"metadata", {{"resourceVersion", std::to_string(version())}}},
                     {"items", std::move(items)}};
  return {200, list.dump()};
}

ApiReply SimKubeApi::Delete(const ApiRequest& request, const ApiPath& path, const ApiQuery& query) {
  const auto options = ReadDeleteOptions(request.body, query);
  if (!options) return Refused(options.error());
  const std::optional<ObjectRef> object = Find(path);
  if (!object) return Refused(NotFoundError(*path.kind, path.name), path.kind, path.name);
  Json last = RenderJson(sim_, *object);
  if (const Status met = CheckPreconditions(*options, *path.kind, last); !met) {
    KindInfo by_kind = *path.kind;  // this one conflict upstream names the kind, not the resource
    by_kind.plural = by_kind.kind;
    return Refused(met.error(), &by_kind, path.name);
  }
  World copy;
  Sim planned = options->dry_run ? OnCopy(sim_, copy) : sim_;
  EnsureHeadroom(planned);
  const std::string before = last["metadata"]["resourceVersion"];
  const std::string gone_at = std::to_string(version() + 1);
  if (!DeleteRow(planned, *object, options->grace_s, actor_)) {
    return Refused(405, "MethodNotAllowed",
                   fmt::format("{} cannot be deleted in a simulated cluster", path.kind->plural));
  }
  if (!AnswersDeletedObject(*path.kind)) {
    return {200, DeletedJson(*path.kind, path.name, Text(Map(last, "metadata"), "uid")).dump()};
  }
  if (Exists(planned, *object)) {  // a pod that terminates
    last = RenderJson(planned, *object);
  } else {
    last["metadata"]["resourceVersion"] = gone_at;
  }
  if (options->dry_run) last["metadata"]["resourceVersion"] = before;
  return {200, last.dump()};
}

// The object of a POST in the namespace of its path. Upstream's checks of what both say:
// apiserver pkg/registry/rest/meta.go EnsureObjectNamespaceMatchesRequestNamespace.
Result<Json> PostedObject(const ApiRequest& request, const ApiPath& path) {
  auto object = ParseJson(request.body, "object");
  if (!object) return BadRequestError(object.error().Text());
  const std::string api_version = ApiVersion(*path.kind);
  if (Text(*object, "kind") != path.kind->kind || Text(*object, "apiVersion") != api_version) {
    return BadRequestError(fmt::format(
        "the API version in the data ({} {}) does not match the expected API version ({} {})",
        Text(*object, "apiVersion"), Text(*object, "kind"), api_version, path.kind->kind));
  }
  if (!(*object)["metadata"].is_object()) (*object)["metadata"] = Json::object();
  Json& metadata = (*object)["metadata"];
  if (!path.kind->namespaced) return object;
  const std::string_view ns = Text(metadata, "namespace");
  if (path.ns.empty() || (!ns.empty() && ns != path.ns)) {
    return BadRequestError(
        "the namespace of the provided object does not match the namespace sent on the request");
  }
  metadata["namespace"] = path.ns;
  return object;
}

ApiReply SimKubeApi::Post(const ApiRequest& request, const ApiPath& path, const ApiQuery& query) {
  const auto object = PostedObject(request, path);
  if (!object) return Refused(object.error());
  if (path.kind->namespaced && !namespaces_.contains(path.ns)) {
    return Refused(NotFoundError(*FindKind("Namespace"), path.ns), FindKind("Namespace"), path.ns);
  }
  World copy;
  Sim planned = query.dry_run ? OnCopy(sim_, copy) : sim_;
  EnsureHeadroom(planned);
  const auto made = Create(planned, object->dump(), actor_);
  if (!made) return Refused(made.error(), path.kind, Text(Map(*object, "metadata"), "name"));
  Json answer = RenderJson(planned, *made);
  if (query.dry_run) answer["metadata"].erase("resourceVersion");
  return {201, answer.dump()};
}

ApiReply SimKubeApi::PatchObject(const ApiRequest& request, const ApiPath& path,
                                 const ApiQuery& query) {
  const std::string_view type =
      std::string_view(request.content_type).substr(0, request.content_type.find(';'));
  const auto* content = std::ranges::find(kPatchContents, type, &PatchContent::content_type);
  if (content == kPatchContents.end()) return UnknownPatchType(type);
  const std::optional<ObjectRef> object = Find(path);
  if (!object) return Refused(NotFoundError(*path.kind, path.name), path.kind, path.name);
  World copy;
  Sim planned = query.dry_run ? OnCopy(sim_, copy) : sim_;
  EnsureHeadroom(planned);
  const Json before = RenderJson(planned, *object);
  const auto written = Patch(planned, *object, content->name, request.body, actor_);
  if (!written) {
    std::vector<FieldCause> causes;
    if (written.error().code == ErrorCode::kInvalidObject) {
      causes = CausesOf(planned, *object, content->type, request.body);
    }
    return Refused(written.error(), path.kind, path.name, causes);
  }
  Json after = RenderJson(planned, *object);
  if (query.dry_run) {
    after["metadata"]["resourceVersion"] = before["metadata"]["resourceVersion"];
  }
  return {200, after.dump()};
}

Result<ApiReply> SimKubeApi::Call(const ApiRequest& request) {
  const Result<ApiPath> path = ReadApiPath(request.path);
  if (!path) return Refused(path.error());
  const bool whole = path->subresource.empty() || path->subresource == "status";
  if (!whole || !IsServed(sim_, *path->kind)) return Refused(NoSuchResourceError());
  const Result<ApiQuery> query = ReadApiQuery(request.query, !path->name.empty());
  if (!query) return Refused(query.error());
  if (const Status known = CheckFields(*path->kind, query->fields); !known) {
    return Refused(known.error());
  }
  if (query->send_initial_events) {
    return Refused(InvalidOptionsError("ListOptions", "sendInitialEvents",
                                       "Forbidden: sendInitialEvents is forbidden for list"));
  }
  if (request.method == "GET") return Get(*path, *query);
  const bool deletes = request.method == "DELETE", posts = request.method == "POST";
  const bool writes = request.method == "PATCH" || deletes || posts;
  // Namespaces that are no documents, and Events, are not the World's to write.
  const std::string_view kind = path->kind->kind;
  const bool can_write =
      kind != "Event" && (kind != "Namespace" || Find(*path) || Items(*path, {}).empty());
  const bool made_by_others = posts && (kind == "ReplicaSet" || kind == "Namespace");
  if (!writes || path->name.empty() != posts || !path->subresource.empty() || !can_write ||
      made_by_others) {
    return MethodNotAllowed();
  }
  ApiReply reply = posts     ? Post(request, *path, *query)
                   : deletes ? Delete(request, *path, *query)
                             : PatchObject(request, *path, *query);
  Settled();
  return reply;
}

}  // namespace wt
