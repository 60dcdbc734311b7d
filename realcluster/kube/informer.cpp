// SPDX-License-Identifier: Apache-2.0
// What client-go tools/cache reflector.go does, without a store of objects.
#include <fmt/format.h>

#include <map>
#include <optional>

#include "realcluster/kube/json_scan.h"
#include "realcluster/kube/list_pager.h"
#include "realcluster/kube/query.h"
#include "realcluster/kube/rest_core.h"
#include "realcluster/kube/rest_kube_api.h"

namespace wt {
namespace {

constexpr std::size_t kChangesBytesMax = 8 << 20;  // of one Poll
constexpr double kListAgain_s = 0.1;               // the first wait when watches fail at once

// Of one object, as JSON values.
struct Identity {
  std::string_view name, name_space, uid, version, kind, api_version;
};

Identity IdentityOf(std::string_view object) {
  Identity id;
  std::string_view metadata;
  ForEachMember(object, [&](std::string_view key, std::string_view value) {
    if (key == "kind") id.kind = value;
    if (key == "apiVersion") id.api_version = value;
    if (key == "metadata") metadata = value;
    return id.kind.empty() || id.api_version.empty() || metadata.empty();
  });
  ForEachMember(metadata, [&](std::string_view key, std::string_view value) {
    if (key == "name") id.name = value;
    if (key == "namespace") id.name_space = value;
    if (key == "uid") id.uid = value;
    if (key == "resourceVersion") id.version = value;
    return true;
  });
  return id;
}

struct Known {
  std::string uid, version;
  unsigned list = 0;  // the last one it stood in
};

}  // namespace

struct Informer::Inside {
  RestKubeApi& api;
  ApiRequest collection;
  std::optional<ListPager> pager = std::nullopt;  // a list is on its way
  std::unique_ptr<ApiWatch> watch = nullptr;
  unsigned list = 0;
  std::string list_version = "", kind = "", api_version = "";
  bool line_since_list = false;
  BackOff back_off{kListAgain_s};
  Clock::time_point list_again_at = {};
  std::map<std::string, Known> known = {};  // by "namespace/name"
  std::vector<Change> changes = {};
  std::size_t changes_bytes = 0;

  void Emit(Change::Type type, std::string object) {
    changes_bytes += object.size();
    changes.push_back({type, std::move(object)});
  }
  void EmitGone(const std::string& key, const Known& gone) {
    const std::size_t slash = key.find('/');
    const std::string name_space = key.substr(0, slash);
    Emit(Change::Type::kDeleted,
         fmt::format(R"({{"kind":{},"apiVersion":{},"metadata":{{"name":"{}"{},"uid":{},)"
                     R"("resourceVersion":{}}}}})",
                     kind, api_version, key.substr(slash + 1),
                     name_space.empty() ? "" : fmt::format(R"(,"namespace":"{}")", name_space),
                     gone.uid.empty() ? "\"\"" : gone.uid, gone.version));
  }

  // Names are DNS names: their quotes are all there is to take off.
  static std::string Key(const Identity& id) {
    const auto bare = [](std::string_view v) {
      return v.size() < 2 ? v : v.substr(1, v.size() - 2);
    };
    return std::string(bare(id.name_space)).append("/").append(bare(id.name));
  }

  void Seen(std::string_view object) {
    const Identity id = IdentityOf(object);
    kind = id.kind;
    api_version = id.api_version;
    const auto [at, is_new] = known.try_emplace(Key(id));
    Known& state = at->second;
    if (!is_new && state.uid != id.uid) EmitGone(at->first, state);
    const bool added = is_new || state.uid != id.uid;
    const bool changed = state.version != id.version;
    state.uid = id.uid;
    state.version = id.version;
    state.list = list;
    if (added) {
      Emit(Change::Type::kAdded, std::string(object));
    } else if (changed) {
      Emit(Change::Type::kModified, std::string(object));
    }
  }

  void ForgetUnlisted() {
    for (auto at = known.begin(); at != known.end();) {
      if (at->second.list == list) {
        ++at;
        continue;
      }
      EmitGone(at->first, at->second);
      at = known.erase(at);
    }
  }

  void ListAgain() {
    watch.reset();
    pager.reset();
    list_again_at = Clock::now() + Seconds(line_since_list ? 0 : back_off.Next());
    if (line_since_list) back_off.Reset();
  }

  // A page of the list, or the watch after it.
  Status StepList() {
    if (Clock::now() < list_again_at) return Ok{};
    if (!pager) {
      pager.emplace(api, collection);
      ++list;
    }
    const Result<ListPager::Page> page =
        pager->Next([this](std::string_view object) { Seen(object); });
    if (!page) {
      pager.reset();
      return page.error();
    }
    if (page->restarted) ++list;
    if (!page->last) return Ok{};
    pager.reset();
    ForgetUnlisted();
    line_since_list = false;
    ApiRequest from = collection;
    from.query = TakeFromQuery(from.query, [](const std::string& key, const std::string&) {
      return key.starts_with("resourceVersion") || key == "limit";
    });
    from.query += (from.query.empty() ? "" : "&") + ("resourceVersion=" + page->resource_version);
    Result<std::unique_ptr<ApiWatch>> opened = api.Watch(from);
    if (!opened) return opened.error();
    watch = std::move(*opened);
    return Ok{};
  }

  void OnLine(std::string_view line) {
    std::string_view type, object;
    ForEachMember(line, [&](std::string_view key, std::string_view value) {
      if (key == "type") type = value;
      if (key == "object") object = value;
      return type.empty() || object.empty();
    });
    if (type == "\"ERROR\"") return ListAgain();
    line_since_list = true;
    if (type == "\"BOOKMARK\"") return;
    if (type != "\"DELETED\"") return Seen(object);
    const Identity id = IdentityOf(object);
    const auto at = known.find(Key(id));
    if (at == known.end() || at->second.uid != id.uid) return;
    known.erase(at);
    Emit(Change::Type::kDeleted, std::string(object));
  }

  Status StepWatch(bool& is_quiet) {
    Result<std::optional<std::string>> line = watch->Next();
    if (!line) {
      ListAgain();
      return line.error();
    }
    is_quiet = !line->has_value();
    if (*line) OnLine(**line);
    return Ok{};
  }
};

Informer::Informer(RestKubeApi& api, ApiRequest collection)
    : inside_(new Inside{.api = api, .collection = std::move(collection)}) {}
Informer::~Informer() = default;

bool Informer::Watches() const { return inside_->watch != nullptr; }

Result<std::vector<Informer::Change>> Informer::Poll() {
  Inside& in = *inside_;
  bool is_quiet = false;
  while (!is_quiet && in.changes_bytes < kChangesBytesMax) {
    if (in.watch == nullptr && Clock::now() < in.list_again_at) break;
    const Status step = in.watch ? in.StepWatch(is_quiet) : in.StepList();
    if (step) continue;
    if (in.changes.empty()) return step.error();
    break;  // what came first; a lasting trouble is met again by the next Poll
  }
  in.changes_bytes = 0;
  return std::exchange(in.changes, {});
}

}  // namespace wt
