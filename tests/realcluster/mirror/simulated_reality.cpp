// SPDX-License-Identifier: Apache-2.0
#include "tests/realcluster/mirror/simulated_reality.h"

#include "faults/fault_schedule.h"
#include "sim/event_queue.h"
#include "sim/objects/timestamp.h"
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
  reported_ = cluster.Now();
  requests_ = cluster.world().header().client_requests;
  errors_ = cluster.world().header().client_errors;
}

i64 SimulatedReality::UnixMs() { return kEpochUnixS * 1000 + ToMs(cluster.Now()); }

void SimulatedReality::WaitUntil(SimTime at) {
  if (at > cluster.Now()) cluster.Advance(at - cluster.Now());
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
