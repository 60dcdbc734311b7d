// SPDX-License-Identifier: Apache-2.0
#include "tests/realcluster/mirror/simulated_reality.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "faults/fault_schedule.h"
#include "sim/event_queue.h"
#include "sim/cluster/app_collections.h"
#include "sim/objects/timestamp.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/traffic/traffic.h"

namespace wt {
namespace {

SimCluster Started(const ScenarioSetup& setup, WorldPool& pool, u64 seed) {
  Result<StartedEpisode> started = StartEpisode(setup, pool, seed);
  WT_CHECK(started.ok(), "an episode of the catalog starts");
  return std::move(started->cluster);
}

}  // namespace

SimulatedReality::SimulatedReality(const ScenarioSetup& setup, u64 seed)
    : cluster(Started(setup, pool, seed)), api(cluster.View()) {
  for (const u32 row : PlannedFaults(cluster.world())) {
    Cancel(cluster.world(), SimEvent::kFault, row);
  }
  cluster.Attach(&api);
  paths_ = AppCollections(cluster.View());
  reported_ = cluster.Now();
  requests_ = cluster.world().header().client_requests;
  errors_ = cluster.world().header().client_errors;
}

AnyClusterOptions SimulatedReality::Options() const {
  return {.unix_ms_at_zero = kEpochUnixS * 1000, .poll = 15 * kSecond};
}

// GET /api/v1/namespaces/NS/pods/NAME/log?container=C&...
Result<ApiReply> SimulatedReality::Call(const ApiRequest& request) {
  if (!request.path.ends_with("/log")) return api.Call(request);
  const Sim sim = cluster.View();
  std::string text;
  for (u32 pod = 1; pod < sim.world.Used<Pod>(); ++pod) {
    if (sim.At<Pod>(pod).born == 0) continue;
    if (!request.path.ends_with("/pods/" + PodName(sim, pod) + "/log")) continue;
    const auto& tmpl = sim.Typed<PodTemplate>(sim.At<Pod>(pod).spec);
    for (u32 c = sim.At<Pod>(pod).first_container; c != 0; c = sim.At<Container>(c).next) {
      const ContainerSpec& spec = Items(&tmpl, tmpl.containers)[sim.At<Container>(c).index];
      const std::string asked = fmt::format("container={}&", sim.Text(spec.name));
      if (!request.query.starts_with(asked)) continue;
      for (const LogLine& line : ContainerLogs(sim, c, false, 40)) {
        std::string at = Timestamp(line.at_ms);
        at.insert(at.size() - 1, fmt::format(".{:03}000000", ((line.at_ms % 1000) + 1000) % 1000));
        text += at + " " + line.text + "\n";
      }
    }
  }
  return ApiReply{200, text};
}

void SimulatedReality::WaitUntil(SimTime at) {
  if (at > cluster.Now()) cluster.Advance(at - cluster.Now());
}

Status SimulatedReality::Take(std::vector<TraceChange>& out) {
  std::map<std::string, std::pair<std::string, TraceChange>> known;
  for (const std::string& path : paths_) {
    const Result<ApiReply> reply = api.Call({.path = path});
    if (!reply) return reply.error();
    const auto list = nlohmann::json::parse(reply->body);
    std::string kind = list.at("kind");
    kind.resize(kind.size() - std::string_view("List").size());
    for (auto item : list.at("items")) {
      item.emplace("kind", kind);
      item.emplace("apiVersion", list.at("apiVersion"));
      const std::string version = item["metadata"].value("resourceVersion", "");
      TraceChange change{Now(), ChangeType::kAdded, item.dump()};
      const std::string key = Mirror::KeyOf(item);
      const auto before = known_.find(key);
      if (before != known_.end()) change.type = ChangeType::kModified;
      if (before == known_.end() || before->second.first != version) out.push_back(change);
      known[key] = {version, change};
    }
  }
  for (auto& [key, state] : known_) {
    if (known.contains(key)) continue;
    state.second.at = Now();
    state.second.type = ChangeType::kDeleted;
    out.push_back(state.second);
  }
  known_ = std::move(known);
  return Ok{};
}

Status SimulatedReality::Report(Sim& sim) {
  const WorldHeader& header = cluster.world().header();
  const f64 seconds = ToSeconds(cluster.Now() - reported_);
  const f64 requests = header.client_requests - requests_, errors = header.client_errors - errors_;
  FlowClient client = header.client;
  if (seconds > 0) client.rate = static_cast<f32>(requests / seconds);
  if (requests > 0) client.error = static_cast<f32>(errors / requests);
  reported_ = cluster.Now();
  requests_ = header.client_requests;
  errors_ = header.client_errors;
  const ServiceGraph& graph = sim.blueprint.graph;
  ReportTraffic(sim, client, {cluster.world().Rows<FlowServiceRow>(), graph.services.size()},
                {cluster.world().Rows<FlowOperationRow>(), graph.operations.size()});
  return Ok{};
}

}  // namespace wt
