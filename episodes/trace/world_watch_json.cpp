// SPDX-License-Identifier: Apache-2.0
#include "episodes/trace/world_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "sim/api/check.h"
#include "sim/cluster/api_objects.h"
#include "sim/cluster/app_collections.h"
#include "sim/cluster/sim_kube_api.h"
#include "sim/objects/access.h"
#include "sim/telemetry/cluster_events.h"

namespace wt {
namespace {

std::string KeyOf(const Json& object) {
  const Json& metadata = Map(object, "metadata");
  return fmt::format("{}/{}/{}", Text(object, "kind"), Text(metadata, "namespace"),
                     Text(metadata, "name"));
}

// What there is to say of an object that a list misses.
std::string GoneObject(const std::string& key, std::string_view uid, std::string_view version) {
  const std::size_t first = key.find('/'), second = key.find('/', first + 1);
  const std::string kind = key.substr(0, first), ns = key.substr(first + 1, second - first - 1);
  Json metadata = {
      {"name", key.substr(second + 1)}, {"uid", uid}, {"resourceVersion", version}};
  if (!ns.empty()) metadata["namespace"] = ns;
  return Json{{"kind", kind},
              {"apiVersion", ApiVersion(*FindKind(kind))},
              {"metadata", std::move(metadata)}}
      .dump();
}

}  // namespace

// The watches must not outlive their API.
struct WorldWatch::Attached {
  explicit Attached(const Sim& sim) : api(sim) {}
  SimKubeApi api;
  std::vector<std::unique_ptr<ApiWatch>> watches;
};

WorldWatch::WorldWatch() = default;
WorldWatch::~WorldWatch() = default;

void WorldWatch::Begin(SimCluster& cluster, std::vector<TraceChange>& out) {
  if (paths_.empty()) {
    namespaces_ = AppNamespaces(cluster.View());
    paths_ = AppCollections(cluster.View());
    std::erase_if(paths_, [](const std::string& path) { return path.ends_with("/events"); });
  }
  attached_ = std::make_unique<Attached>(cluster.View());
  cluster.Attach(&attached_->api);
  for (const std::string& path : paths_) {
    auto watch = attached_->api.Watch({.path = path});
    WT_CHECK(watch.ok(), "the collections of an app are served");
    attached_->watches.push_back(std::move(*watch));
  }
  ++list_;
  std::vector<TraceChange> seen;
  Read(cluster, seen);
  for (auto at = known_.begin(); at != known_.end();) {
    if (at->second.list == list_) {
      ++at;
      continue;
    }
    out.push_back({cluster.Now(), ChangeType::kDeleted,
                   GoneObject(at->first, at->second.uid, at->second.version)});
    at = known_.erase(at);
  }
  std::ranges::move(seen, std::back_inserter(out));
}

void WorldWatch::Poll(const SimCluster& cluster, std::vector<TraceChange>& out) {
  Read(cluster, out);
}

void WorldWatch::End(SimCluster& cluster) {
  cluster.Attach(nullptr);
  attached_.reset();
}

void WorldWatch::Read(const SimCluster& cluster, std::vector<TraceChange>& out) {
  std::vector<std::pair<u64, TraceChange>> found;
  std::vector<TraceChange> taken;
  for (const auto& watch : attached_->watches) {
    for (;;) {
      const Result<std::optional<std::string>> line = watch->Next();
      WT_CHECK(line.ok(), "a watch of a World does not break");
      if (!*line) break;
      Take(cluster.Now(), **line, taken);
    }
  }
  ReadEvents(cluster.View(), taken);
  const auto version = [](const TraceChange& change) {
    const Json object = Json::parse(change.object);
    return std::strtoull(std::string(Text(Map(object, "metadata"), "resourceVersion")).c_str(),
                         nullptr, 10);
  };
  found.reserve(found.size() + taken.size());
  for (TraceChange& change : taken) found.emplace_back(version(change), std::move(change));
  std::ranges::stable_sort(found, {}, &std::pair<u64, TraceChange>::first);
  for (auto& [rv, change] : found) out.push_back(std::move(change));
}

void WorldWatch::Take(SimTime at, const std::string& line, std::vector<TraceChange>& out) {
  const Json read = Json::parse(line);
  const std::string_view type = Text(read, "type");
  const Json& object = Map(read, "object");
  WT_CHECK(type != "ERROR", "a watch is read before its history is forgotten");
  const std::string key = KeyOf(object);
  if (type == "DELETED") {
    if (known_.erase(key) > 0) out.push_back({at, ChangeType::kDeleted, object.dump()});
    return;
  }
  const Json& metadata = Map(object, "metadata");
  const std::string uid(Text(metadata, "uid")), version(Text(metadata, "resourceVersion"));
  Known& known = known_[key];
  known.list = list_;
  if (known.uid == uid && known.version == version) return;
  if (!known.uid.empty() && known.uid != uid) {
    out.push_back({at, ChangeType::kDeleted, GoneObject(key, known.uid, known.version)});
    known.uid.clear();
  }
  out.push_back(
      {at, known.uid.empty() ? ChangeType::kAdded : ChangeType::kModified, object.dump()});
  known.uid = uid;
  known.version = version;
}

// Repeating Events grow without a write, so that no resourceVersion tells.
bool WorldWatch::EventsMoved(const Sim& sim) {
  bool moved = false;
  counts_.resize(sim.world.Used<ClusterEvent>());
  for (u32 row = 1; row < counts_.size(); ++row) {
    const ClusterEvent& event = sim.At<ClusterEvent>(row);
    if (event.born == 0) continue;
    const std::pair now{event.born, CountEvent(sim, event).count};
    moved = moved || counts_[row] != now;
    counts_[row] = now;
  }
  return moved;
}

void WorldWatch::ReadEvents(const Sim& sim, std::vector<TraceChange>& out) {
  if (!EventsMoved(sim)) return;
  for (const Json& event : EventObjects(sim)) {
    const Json& metadata = Map(event, "metadata");
    const std::string ns(Text(metadata, "namespace"));
    if (!namespaces_.contains(ns)) continue;
    std::string text = event.dump();
    const auto [at, is_new] =
        events_.try_emplace(fmt::format("{}/{}", ns, Text(metadata, "name")), "");
    if (at->second == text) continue;
    out.push_back({sim.now(), is_new ? ChangeType::kAdded : ChangeType::kModified, text});
    at->second = std::move(text);
  }
}

}  // namespace wt
