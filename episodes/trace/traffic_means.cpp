// SPDX-License-Identifier: Apache-2.0
#include "episodes/trace/traffic_means.h"

#include <fmt/format.h>

#include <cstring>

namespace wt {
namespace {

// The means of all rows; those that are not as told, by name.
template <class Means, class Members, class Row, class NameOf>
void TakeRows(std::vector<Means>& means, const Members& members, std::vector<Row>& told,
              const NameOf& name_of, std::vector<std::pair<std::string, Row>>& out) {
  const bool first = told.empty();
  told.resize(means.size());
  for (std::size_t i = 0; i < means.size(); ++i) {
    const Row row = means[i].Take(members);
    if (!first && std::memcmp(&row, &told[i], sizeof row) == 0) continue;
    told[i] = row;
    out.emplace_back(name_of(i), row);
  }
}

}  // namespace

void TrafficMeans::Begin(const SimCluster& cluster) {
  const WorldHeader& header = cluster.world().header();
  reported_ = cluster.Now();
  requests_ = header.client_requests;
  errors_ = header.client_errors;
  const ServiceGraph& graph = cluster.blueprint().graph;
  service_means_.resize(graph.services.size());
  operation_means_.resize(graph.operations.size());
}

void TrafficMeans::Sample(const SimCluster& cluster) {
  const World& world = cluster.world();
  client_.Add(world.header().client, kClientNumbers);
  for (std::size_t i = 0; i < service_means_.size(); ++i) {
    service_means_[i].Add(world.Rows<FlowServiceRow>()[i], kServiceNumbers);
  }
  for (std::size_t i = 0; i < operation_means_.size(); ++i) {
    operation_means_[i].Add(world.Rows<FlowOperationRow>()[i], kOperationNumbers);
  }
  ++samples_;
}

TraceTraffic TrafficMeans::Report(const SimCluster& cluster) {
  if (samples_ == 0) Sample(cluster);
  samples_ = 0;
  const Sim sim = cluster.View();
  const WorldHeader& header = sim.world.header();
  TraceTraffic out;
  out.at = cluster.Now();
  out.client_known = true;
  out.client = client_.Take(kClientNumbers);
  const f64 seconds = ToSeconds(cluster.Now() - reported_);
  const f64 requests = header.client_requests - requests_;
  const f64 errors = header.client_errors - errors_;
  if (seconds > 0) out.client.rate = static_cast<f32>(requests / seconds);
  out.client.error = requests > 0 ? static_cast<f32>(errors / requests) : 0;
  reported_ = cluster.Now();
  requests_ = header.client_requests;
  errors_ = header.client_errors;
  const ServiceGraph& graph = sim.blueprint.graph;
  const auto service_name = [&](std::size_t s) {
    return std::string(sim.Text(graph.services[s].name));
  };
  const auto operation_name = [&](std::size_t o) {
    const GraphOperation& operation = graph.operations[o];
    return fmt::format("{}/{}", service_name(operation.service), sim.Text(operation.name));
  };
  TakeRows(service_means_, kServiceNumbers, services_, service_name, out.services);
  TakeRows(operation_means_, kOperationNumbers, operations_, operation_name, out.operations);
  return out;
}

}  // namespace wt
