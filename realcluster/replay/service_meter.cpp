// SPDX-License-Identifier: Apache-2.0
#include "realcluster/replay/service_meter.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/telemetry/cluster_events.h"

namespace wt {
namespace {

constexpr std::size_t kPortsTried = 4;

f32 F32(double value) { return static_cast<f32>(value); }

// Requests that one process works on at a time (realcluster/service/engine.cpp).
double SlotsOf(const GraphService& service) {
  if (service.model == ConcurrencyModel::kThreads) return service.threads;
  return std::max(1.0, static_cast<double>(static_cast<int>(service.loop_cores)));
}

}  // namespace

// Sums of the time since the scrape before; rates a second.
struct ServiceMeter::Gathered {
  struct OfService {
    u32 running = 0, answered = 0;
    DurationCount durations;
    double in_flight = 0, waiting = 0, working = 0, cpu_cores = 0;
  };
  struct OfOperation {
    double attempts = 0, failed = 0;
    DurationCount durations;
  };
  std::vector<OfService> services;
  std::vector<OfOperation> operations;
  std::map<std::string, u32, std::less<>> service_of, operation_of;  // "geo", "geo/nearby"
  std::map<std::string, Seen> pods;

  explicit Gathered(const Sim& sim) {
    const ServiceGraph& graph = sim.blueprint.graph;
    services.resize(graph.services.size());
    operations.resize(graph.operations.size());
    for (u32 s = 0; s < graph.services.size(); ++s) {
      service_of.emplace(sim.Text(graph.services[s].name), s);
    }
    for (u32 o = 0; o < graph.operations.size(); ++o) {
      const GraphOperation& operation = graph.operations[o];
      operation_of.emplace(fmt::format("{}/{}", sim.Text(graph.services[operation.service].name),
                                       sim.Text(operation.name)),
                           o);
    }
  }

  void AddGrowth(const PodMetrics& growth, double seconds) {
    for (const auto& [name, calls] : growth.calls) {
      const auto found = operation_of.find(name);
      if (found == operation_of.end()) continue;
      operations[found->second].attempts += calls.attempts / seconds;
      operations[found->second].failed += calls.failed / seconds;
    }
    const auto service = service_of.find(growth.service);
    if (service == service_of.end()) return;
    OfService& own = services[service->second];
    own.cpu_cores += growth.cpu_s / seconds;
    for (const auto& [name, durations] : growth.operations) {
      const auto found = operation_of.find(growth.service + "/" + name);
      if (found == operation_of.end()) continue;
      operations[found->second].durations.Add(durations);
      own.durations.Add(durations);
    }
  }

  void AddGauges(const PodMetrics& metrics) {
    const auto service = service_of.find(metrics.service);
    if (service == service_of.end()) return;
    OfService& own = services[service->second];
    ++own.answered;
    own.in_flight += metrics.in_flight;
    own.waiting += metrics.waiting;
    own.working += metrics.working;
  }
};

// A port that callers use may be a UDP one: then another port of the container has the metrics.
PodMetrics ServiceMeter::Ask(const Sim& sim, u32 row, const Container& c) {
  const Pod& pod = sim.At<Pod>(row);
  const u32 service = c.service - 1u;
  std::vector<i32> ports{sim.blueprint.graph.services[service].listen_port};
  if (const auto known = ports_.find(service); known != ports_.end()) {
    ports = {known->second};
  } else if (c.ready != 0) {
    const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
    const ContainerSpec& spec = Items(&tmpl, tmpl.containers)[c.index];
    for (const u16 port : Items(&tmpl, spec.ports)) {
      if (port != ports[0] && ports.size() < kPortsTried) ports.push_back(port);
    }
  }
  for (const i32 port : ports) {
    const Result<ApiReply> reply =
        api_.Call({.path = fmt::format("/api/v1/namespaces/{}/pods/{}:{}/proxy/metrics",
                                       sim.Text(pod.ns), PodName(sim, row), port)});
    if (!reply || reply->status != 200) continue;
    PodMetrics metrics = ReadPodMetrics(reply->body);
    if (metrics.service.empty()) continue;
    ports_[service] = port;
    return metrics;
  }
  return {};
}

void ServiceMeter::ScrapePod(const Sim& sim, u32 row, u32 container, bool first,
                             Gathered& gathered) {
  const Pod& pod = sim.At<Pod>(row);
  const Container& c = sim.At<Container>(container);
  ++gathered.services[c.service - 1u].running;
  const std::string key =
      fmt::format("{}/{}/{}/{}", sim.Text(pod.ns), PodName(sim, row), c.index, c.restarts);
  const auto before = pods_.find(key);
  PodMetrics now = Ask(sim, row, c);
  if (now.service.empty()) {
    if (before != pods_.end()) gathered.pods[key] = before->second;
    return;
  }
  gathered.AddGauges(now);
  if (before != pods_.end()) {
    gathered.AddGrowth(Growth(before->second.metrics, now),
                       ToSeconds(sim.now() - before->second.at));
  } else if (const SimTime started = FromMs(c.started_ms); !first && started >= began_) {
    // New: all that it counted, in the time that it may have counted in.
    gathered.AddGrowth(now, ToSeconds(sim.now() - std::min(at_, started)));
  }
  gathered.pods[key] = {std::move(now), sim.now()};
}

void ServiceMeter::AddLoad(const LoadSums& load, double seconds, Gathered& gathered) {
  for (const auto& [name, count] : load.operations) {
    const LoadCount before = load_[name];
    load_[name] = count;
    const std::size_t dot = name.find('.');
    if (dot == name.npos || seconds <= 0) continue;
    const auto found =
        gathered.operation_of.find(name.substr(0, dot) + "/" + name.substr(dot + 1));
    if (found == gathered.operation_of.end()) continue;
    const auto ok = static_cast<double>(count.ok - before.ok);
    const auto failed = static_cast<double>(count.failed - before.failed);
    gathered.operations[found->second].attempts += (ok + failed) / seconds;
    gathered.operations[found->second].failed += failed / seconds;
  }
}

void ServiceMeter::SetRows(const Sim& sim, const Gathered& gathered) {
  const ServiceGraph& graph = sim.blueprint.graph;
  for (u32 s = 0; s < services_.size(); ++s) {
    const GraphService& service = graph.services[s];
    const Gathered::OfService& own = gathered.services[s];
    FlowServiceRow& row = services_[s];
    double attempts = 0, failed = 0;
    for (u32 o = service.first_operation; o < service.first_operation + service.operations; ++o) {
      const Gathered::OfOperation& operation = gathered.operations[o];
      FlowOperationRow& out = operations_[o];
      attempts += operation.attempts;
      failed += operation.failed;
      out.rate = F32(operation.attempts);
      out.error = operation.attempts > 0 ? F32(operation.failed / operation.attempts) : 0;
      if (own.running == 0) out.latency_s = out.variance_s2 = 0;
      if (operation.durations.count <= 0) continue;
      out.latency_s = F32(operation.durations.Mean());
      out.variance_s2 = F32(operation.durations.Variance());
    }
    row.rate = F32(attempts);
    row.error = attempts > 0 ? F32(failed / attempts) : 0;
    if (own.running == 0) row = {.rate = row.rate, .error = row.error};
    if (own.answered == 0) continue;
    if (own.durations.count > 0) {
      row.latency_s = F32(own.durations.Mean());
      row.p99_s = F32(own.durations.Quantile(0.99));
    }
    const double slots = SlotsOf(service) * own.answered;
    row.utilisation = F32((own.working + own.waiting) / slots);
    row.backlog = F32(own.waiting);
    row.in_flight = F32(own.in_flight);
    row.cpu_cores = F32(own.cpu_cores);
  }
}

bool ServiceMeter::Scrape(const Sim& sim, const LoadSums& load) {
  const ServiceGraph& graph = sim.blueprint.graph;
  const bool first = services_.empty();
  if (!first && sim.now() <= at_) return false;
  Gathered gathered(sim);
  if (first) {
    const auto* services = sim.world.Rows<FlowServiceRow>();
    const auto* operations = sim.world.Rows<FlowOperationRow>();
    services_.assign(services, services + graph.services.size());
    operations_.assign(operations, operations + graph.operations.size());
    began_ = sim.now();
  }
  for (u32 pod = 1; pod < sim.world.Used<Pod>(); ++pod) {
    if (sim.At<Pod>(pod).born == 0) continue;
    for (u32 c = sim.At<Pod>(pod).first_container; c != 0; c = sim.At<Container>(c).next) {
      const Container& container = sim.At<Container>(c);
      if (container.state != ContainerState::kRunning || container.service == 0) continue;
      ScrapePod(sim, pod, c, first, gathered);
    }
  }
  AddLoad(load, first ? 0 : ToSeconds(sim.now() - at_), gathered);
  pods_ = std::move(gathered.pods);
  at_ = sim.now();
  if (first) return false;
  SetRows(sim, gathered);
  return true;
}

}  // namespace wt
