// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sim/cluster/api_path.h"
#include "sim/cluster/sim_kube_api.h"
#include "sim/objects/access.h"
#include "sim/objects/api_error.h"
#include "sim/objects/render.h"
#include "sim/objects/write_plan.h"
#include "sim/transitions.h"

namespace wt {

// One line of the watch history: the object, and what selectors saw of it before and after.
struct ApiChange {
  u32 rv = 0;
  i32 at_ms = 0;
  const KindInfo* kind = nullptr;
  Json object, before, after;  // keys; null = it was not there
};

namespace {

// The API server's watch cache keeps changes for 75 s (apiserver pkg/storage/cacher, v1.35); the
// count bounds memory.
constexpr i32 kHistoryMs = 75'000;
constexpr std::size_t kHistoryMax = 16'384;

struct Reason {
  ErrorCode code;
  int status;
  std::string_view text;
};
constexpr std::array kReasons{Reason{ErrorCode::kBadRequest, 400, "BadRequest"},
                              Reason{ErrorCode::kForbidden, 403, "Forbidden"},
                              Reason{ErrorCode::kNotFound, 404, "NotFound"},
                              Reason{ErrorCode::kAlreadyExists, 409, "AlreadyExists"},
                              Reason{ErrorCode::kConflict, 409, "Conflict"},
                              Reason{ErrorCode::kInvalidObject, 422, "Invalid"}};

struct PatchContent {
  std::string_view content_type, patch_type;
};
constexpr std::array kPatchContents{
    PatchContent{"application/json-patch+json", "json"},
    PatchContent{"application/merge-patch+json", "merge"},
    PatchContent{"application/strategic-merge-patch+json", "strategic"}};

Json StatusJson(int code, std::string_view reason, std::string_view message) {
  return {{"kind", "Status"},    {"apiVersion", "v1"}, {"metadata", Json::object()},
          {"status", "Failure"}, {"message", message}, {"reason", reason},
          {"code", code}};
}

ApiReply Refused(int code, std::string_view reason, std::string_view message) {
  return {code, StatusJson(code, reason, message).dump()};
}

ApiReply Refused(const Error& error) {
  const auto* reason = std::ranges::find(kReasons, error.code, &Reason::code);
  if (reason == kReasons.end()) return Refused(500, "InternalError", error.what);
  return Refused(reason->status, reason->text, error.what);
}

std::string ApiVersion(const KindInfo& kind) {
  return kind.group.empty() ? std::string(kind.version)
                            : fmt::format("{}/{}", kind.group, kind.version);
}

// What selectors can ask of an object.
Json KeysOf(const Json& object) {
  const Json& metadata = Map(object, "metadata");
  Json fields = {{"metadata.name", Text(metadata, "name")},
                 {"metadata.namespace", Text(metadata, "namespace")}};
  if (Text(object, "kind") == "Pod") {
    fields["spec.nodeName"] = Text(Map(object, "spec"), "nodeName");
    fields["status.phase"] = Text(Map(object, "status"), "phase");
  }
  return {{"uid", Text(metadata, "uid")},
          {"labels", Map(metadata, "labels")},
          {"fields", std::move(fields)}};
}

// Error: kBadRequest, a field that the kind has no selector for.
Status CheckFields(const KindInfo& kind, const FieldSelector& fields) {
  for (const FieldTerm& term : fields.all) {
    const bool of_pod = term.field == "spec.nodeName" || term.field == "status.phase";
    if (term.field == "metadata.name" || term.field == "metadata.namespace") continue;
    if (of_pod && kind.kind == "Pod") continue;
    return BadRequestError(fmt::format("field label not supported: {}", term.field));
  }
  return Ok{};
}

bool Selected(const ApiPath& path, const ApiQuery& query, const Json& keys) {
  if (keys.is_null()) return false;
  const Json& fields = Map(keys, "fields");
  return (path.ns.empty() || Text(fields, "metadata.namespace") == path.ns) &&
         (path.name.empty() || Text(fields, "metadata.name") == path.name) &&
         Matches(query.labels, Map(keys, "labels")) && Matches(query.fields, fields);
}

std::string Line(std::string_view type, const Json& object) {
  return Json{{"type", type}, {"object", object}}.dump();
}

template <class Row, class Visit>
void EachRow(const Sim& sim, ObjectKind kind, const Visit& visit) {
  for (u32 row = 1; row < sim.world.Used<Row>(); ++row) {
    if (Exists(sim, {kind, row})) visit(ObjectRef{kind, row});
  }
}

template <class Visit>
void EachObject(const Sim& sim, const Visit& visit) {
  EachRow<Node>(sim, ObjectKind::kNode, visit);
  EachRow<Deployment>(sim, ObjectKind::kDeployment, visit);
  EachRow<ReplicaSet>(sim, ObjectKind::kReplicaSet, visit);
  EachRow<Pod>(sim, ObjectKind::kPod, visit);
  EachRow<Service>(sim, ObjectKind::kService, visit);
  EachRow<Object>(sim, ObjectKind::kOther, visit);
}

// False when objects of this kind are not deleted through the API here.
bool Delete(Sim& sim, ObjectRef object, u32 actor) {
  switch (object.kind) {
    case ObjectKind::kPod:
      DeletePod(sim, object.row);
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

}  // namespace

class SimApiWatch final : public ApiWatch {
 public:
  SimApiWatch(SimKubeApi& api, ApiPath path, ApiQuery query)
      : api_(api), path_(std::move(path)), query_(std::move(query)) {
    api_.Settled();
    const std::string& from = query_.resource_version;
    if (from.empty() || from == "0") {  // first what there is, then what changes
      for (const ObjectRef object : api_.Rows(path_, query_)) {
        first_.push_back(Line("ADDED", RenderJson(api_.sim_, object)));
      }
      next_ = api_.dropped_ + api_.history_.size();
      return;
    }
    const u64 rv = std::strtoull(from.c_str(), nullptr, 10);
    expired_ = rv < api_.oldest_rv_;
    next_ = api_.dropped_;
    for (const ApiChange& change : api_.history_) next_ += change.rv <= rv ? 1 : 0;
  }

  Result<std::optional<std::string>> Next() override {
    if (!first_.empty()) {
      std::string line = std::move(first_.front());
      first_.pop_front();
      return std::optional(std::move(line));
    }
    if (over_) return std::optional<std::string>();
    api_.Settled();
    if (expired_ || next_ < api_.dropped_) {
      over_ = true;
      return std::optional(
          Line("ERROR", StatusJson(410, "Expired", "too old resource version: list again")));
    }
    for (; next_ < api_.dropped_ + api_.history_.size(); ++next_) {
      const ApiChange& change = api_.history_[next_ - api_.dropped_];
      if (change.kind != path_.kind) continue;
      const bool was = Selected(path_, query_, change.before);
      const bool is = Selected(path_, query_, change.after);
      if (!was && !is) continue;
      ++next_;
      return std::optional(Line(!was ? "ADDED" : is ? "MODIFIED" : "DELETED", change.object));
    }
    return std::optional<std::string>();
  }

 private:
  SimKubeApi& api_;
  ApiPath path_;
  ApiQuery query_;
  std::deque<std::string> first_;
  u64 next_ = 0;  // number of the next change to look at, from the first one ever
  bool expired_ = false, over_ = false;
};

SimKubeApi::SimKubeApi(const Sim& sim, u32 actor)
    : sim_(sim), actor_(actor), oldest_rv_(sim.world.header().resource_version) {
  sim_.sink = this;  // own writes
  EachObject(sim_, [&](ObjectRef object) {
    shown_[{&KindOf(sim_, object), object.row}] = KeysOf(RenderJson(sim_, object));
  });
}

SimKubeApi::~SimKubeApi() = default;

void SimKubeApi::Changed(ObjectKind kind, u32 row) {
  const auto same = [&](const ObjectRef& o) { return o.kind == kind && o.row == row; };
  if (std::ranges::none_of(pending_, same)) pending_.push_back({kind, row});
}

void SimKubeApi::Deleting(ObjectKind kind, u32 row) {
  std::erase_if(pending_, [&](const ObjectRef& o) { return o.kind == kind && o.row == row; });
  Keep({kind, row}, true);
}

void SimKubeApi::Settled() {
  for (const ObjectRef object : pending_) {
    if (Exists(sim_, object)) Keep(object, false);
  }
  pending_.clear();
}

void SimKubeApi::Keep(ObjectRef object, bool gone) {
  const KindInfo* kind = &KindOf(sim_, object);
  Json shown = RenderJson(sim_, object);
  const auto key = std::pair<const void*, u32>(kind, object.row);
  ApiChange change;
  change.kind = kind;
  change.at_ms = sim_.now_ms();
  change.rv = sim_.world.header().resource_version + (gone ? 1 : 0);
  if (gone) shown["metadata"]["resourceVersion"] = std::to_string(change.rv);
  const auto known = shown_.find(key);
  if (known != shown_.end()) change.before = std::move(known->second);
  if (gone) {
    shown_.erase(key);
  } else {
    change.after = shown_[key] = KeysOf(shown);
  }
  change.object = std::move(shown);
  history_.push_back(std::move(change));
  Forget();
}

void SimKubeApi::Forget() {
  while (!history_.empty() &&
         (history_.size() > kHistoryMax || history_.front().at_ms + kHistoryMs < sim_.now_ms())) {
    oldest_rv_ = history_.front().rv;
    history_.pop_front();
    ++dropped_;
  }
}

std::vector<ObjectRef> SimKubeApi::Rows(const ApiPath& path, const ApiQuery& query) const {
  std::vector<ObjectRef> out;
  EachObject(sim_, [&](ObjectRef object) {
    if (&KindOf(sim_, object) != path.kind) return;
    if (Selected(path, query, KeysOf(RenderJson(sim_, object)))) out.push_back(object);
  });
  return out;
}

ApiReply SimKubeApi::Get(const ApiPath& path, const ApiQuery& query) const {
  const std::vector<ObjectRef> rows = Rows(path, query);
  if (!path.name.empty()) {
    if (rows.empty()) return Refused(NotFoundError(*path.kind, path.name));
    return {200, RenderJson(sim_, rows[0]).dump()};
  }
  Json items = Json::array();
  for (const ObjectRef object : rows) items.push_back(RenderJson(sim_, object));
  const std::string rv = std::to_string(sim_.world.header().resource_version);
  const Json list = {{"kind", fmt::format("{}List", path.kind->kind)},
                     {"apiVersion", ApiVersion(*path.kind)},
                     {"metadata", {{"resourceVersion", rv}}},
                     {"items", std::move(items)}};
  return {200, list.dump()};
}

ApiReply SimKubeApi::Write(const ApiRequest& request, const ApiPath& path, const ApiQuery& query) {
  const std::vector<ObjectRef> rows = Rows(path, {});
  if (rows.empty()) return Refused(NotFoundError(*path.kind, path.name));
  EnsureHeadroom(sim_);
  if (request.method == "DELETE") {
    const std::string last = RenderJson(sim_, rows[0]).dump();
    if (query.dry_run) return {200, last};
    if (!Delete(sim_, rows[0], actor_)) {
      return Refused(405, "MethodNotAllowed",
                     fmt::format("{} cannot be deleted in a simulated cluster", path.kind->plural));
    }
    return {200, last};
  }
  const std::string_view type =
      std::string_view(request.content_type).substr(0, request.content_type.find(';'));
  const auto* content = std::ranges::find(kPatchContents, type, &PatchContent::content_type);
  if (content == kPatchContents.end()) {
    return Refused(415, "UnsupportedMediaType",
                   fmt::format("a patch of type \"{}\" is not supported, expected one of "
                               "application/json-patch+json, application/merge-patch+json, "
                               "application/strategic-merge-patch+json",
                               type));
  }
  const auto written =
      Patch(sim_, rows[0], content->patch_type, request.body, actor_, query.dry_run);
  if (!written) return Refused(written.error());
  return {200, RenderJson(sim_, rows[0]).dump()};
}

Result<ApiReply> SimKubeApi::Call(const ApiRequest& request) {
  const Result<ApiPath> path = ReadApiPath(request.path);
  if (!path) return Refused(path.error());
  const Result<ApiQuery> query = ReadApiQuery(request.query);
  if (!query) return Refused(query.error());
  if (const Status known = CheckFields(*path->kind, query->fields); !known) {
    return Refused(known.error());
  }
  const bool writes = request.method == "PATCH" || request.method == "DELETE";
  const bool whole = path->subresource.empty() || path->subresource == "status";
  if (!whole) {
    return Refused(404, "NotFound", "the server could not find the requested resource");
  }
  if (request.method == "GET") return Get(*path, *query);
  if (!writes || path->name.empty() || !path->subresource.empty()) {
    return Refused(405, "MethodNotAllowed",
                   "the server does not allow this method on the requested resource");
  }
  ApiReply reply = Write(request, *path, *query);
  Settled();
  return reply;
}

Result<std::unique_ptr<ApiWatch>> SimKubeApi::Watch(const ApiRequest& request) {
  Result<ApiPath> path = ReadApiPath(request.path);
  if (!path) return path.error();
  Result<ApiQuery> query = ReadApiQuery(request.query);
  if (!query) return query.error();
  if (const Status known = CheckFields(*path->kind, query->fields); !known) return known.error();
  return std::unique_ptr<ApiWatch>(
      std::make_unique<SimApiWatch>(*this, std::move(*path), std::move(*query)));
}

}  // namespace wt
