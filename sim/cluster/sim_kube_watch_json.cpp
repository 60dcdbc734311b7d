// SPDX-License-Identifier: Apache-2.0
// Watches: the history of changes, and its readers.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <nlohmann/json.hpp>

#include "sim/cluster/api_objects.h"
#include "sim/cluster/api_status.h"
#include "sim/cluster/sim_kube_api.h"
#include "sim/objects/access.h"
#include "sim/objects/api_error.h"
#include "sim/objects/render.h"

namespace wt {

// One line of the watch history: the object, and what selectors saw of it before and after.
struct ApiChange {
  u32 rv = 0;  // the object's own
  i32 at_ms = 0;
  const KindInfo* kind = nullptr;
  Json object, before, after;  // keys; null = it was not there
};

namespace {

// The API server's watch cache keeps changes for 75 s (apiserver pkg/storage/cacher, v1.35); the
// count bounds memory.
constexpr i32 kHistoryMs = 75'000;
constexpr std::size_t kHistoryMax = 16'384;

std::string Line(std::string_view type, const Json& object) {
  return Json{{"type", type}, {"object", object}}.dump();
}

}  // namespace

class SimApiWatch final : public ApiWatch {
 public:
  SimApiWatch(SimKubeApi& api, ApiPath path, ApiQuery query)
      : api_(api), path_(std::move(path)), query_(std::move(query)) {
    api_.Settled();
    const u64 rv = query_.resource_version;
    if (rv == 0) {  // first what there is, then what changes
      for (const Json& object : api_.Items(path_, query_)) first_.push_back(Line("ADDED", object));
      next_ = api_.dropped_ + api_.history_.size();
      return;
    }
    if (rv > api_.version()) {
      first_.push_back(Line("ERROR", TooLargeVersionJson(rv, api_.version())));
      over_ = true;
      return;
    }
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
          Line("ERROR", StatusJson(410, "Expired",
                                   fmt::format("too old resource version: {} ({})",
                                               query_.resource_version, api_.oldest_rv_),
                                   nullptr)));
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
    const Json keys = KeysOf(RenderJson(sim_, object));
    const std::string_view ns = Text(Map(keys, "fields"), "metadata.namespace");
    if (!ns.empty()) namespaces_.emplace(ns);
    shown_[{&KindOf(sim_, object), object.row}] = keys;
  });
}

SimKubeApi::~SimKubeApi() = default;

void SimKubeApi::Changed(ObjectKind kind, u32 row) {
  const auto same = [&](const ObjectRef& o) { return o.kind == kind && o.row == row; };
  if (std::ranges::none_of(pending_, same)) pending_.push_back({kind, row});
}

void SimKubeApi::Deleting(ObjectKind kind, u32 row) {
  std::erase_if(pending_, [&](const ObjectRef& o) { return o.kind == kind && o.row == row; });
  gone_.push_back(ChangeOf({kind, row}, true));
}

void SimKubeApi::Settled() {
  std::vector<ApiChange> changes = std::move(gone_);
  gone_.clear();
  for (const ObjectRef object : pending_) {
    if (Exists(sim_, object)) changes.push_back(ChangeOf(object, false));
  }
  pending_.clear();
  if (changes.empty()) return;  // nothing pushes out what nobody has read yet
  std::ranges::stable_sort(changes, {}, &ApiChange::rv);
  std::ranges::move(changes, std::back_inserter(history_));
  Forget();
}

ApiChange SimKubeApi::ChangeOf(ObjectRef object, bool gone) {
  const KindInfo* kind = &KindOf(sim_, object);
  Json shown = RenderJson(sim_, object);
  const auto key = std::pair<const void*, u32>(kind, object.row);
  ApiChange change;
  change.kind = kind;
  change.at_ms = sim_.now_ms();
  Json& metadata = shown["metadata"];
  if (gone) metadata["resourceVersion"] = std::to_string(version() + 1);
  const std::string rv(Text(metadata, "resourceVersion"));
  change.rv = static_cast<u32>(std::strtoul(rv.c_str(), nullptr, 10));
  if (const std::string_view ns = Text(metadata, "namespace"); !ns.empty()) namespaces_.emplace(ns);
  const auto known = shown_.find(key);
  if (known != shown_.end()) change.before = std::move(known->second);
  if (gone) {
    if (known != shown_.end()) shown_.erase(known);
  } else {
    change.after = shown_[key] = KeysOf(shown);
  }
  change.object = std::move(shown);
  return change;
}

void SimKubeApi::Forget() {
  while (!history_.empty() &&
         (history_.size() > kHistoryMax || history_.front().at_ms + kHistoryMs < sim_.now_ms())) {
    oldest_rv_ = history_.front().rv;
    history_.pop_front();
    ++dropped_;
  }
}

Result<std::unique_ptr<ApiWatch>> SimKubeApi::Watch(const ApiRequest& request) {
  Result<ApiPath> path = ReadApiPath(request.path);
  if (!path) return path.error();
  if (!IsServed(sim_, *path->kind)) return NoSuchResourceError();
  if (path->kind->kind == "Event") {
    return Error{ErrorCode::kBadRequest, "",
                 "events of a simulated cluster can be listed, not watched"};
  }
  Result<ApiQuery> query = ReadApiQuery(request.query);
  if (!query) return query.error();
  if (const Status known = CheckFields(*path->kind, query->fields); !known) return known.error();
  if (query->send_initial_events) {
    return InvalidOptionsError("ListOptions", "sendInitialEvents",
                               "Forbidden: sendInitialEvents is forbidden for watch unless the "
                               "WatchList feature gate is enabled");
  }
  return std::unique_ptr<ApiWatch>(
      std::make_unique<SimApiWatch>(*this, std::move(*path), std::move(*query)));
}

}  // namespace wt
