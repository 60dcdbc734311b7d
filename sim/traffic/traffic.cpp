// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/traffic.h"

#include <cstddef>
#include <cstring>

#include "sim/kubelet/kubelet.h"
#include "sim/traffic/solve_memo.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr u32 kMaxServices = 256;
constexpr f32 kRefusedS = 0.001f;  // RST comes back at once
constexpr f32 kLostS = 3.0f;       // SYN without an answer; the caller's timeout cuts earlier

struct Backends {  // what connections through one Service meet
  f32 total = 0, good = 0, wrong = 0, lost = 0;
  f32 cores = 0;
  f32 slow = 0;  // sum of multipliers of service time
};

bool HasPort(const ServiceSpec& spec, u16 port) {
  for (const ServicePort& p : Items(&spec, spec.ports)) {
    if (p.port == port) return true;
  }
  return false;
}

// The container of a template that was looked at last: pods of one workload come together.
struct LastSpec {
  RevId tmpl = 0;
  u32 index = 0;
  const ContainerSpec* spec = nullptr;

  const ContainerSpec& Of(const Sim& sim, RevId rev, u32 container_index) {
    if (spec == nullptr || tmpl != rev || index != container_index) {
      const auto& typed = sim.Typed<PodTemplate>(rev);
      *this = {rev, container_index, &Items(&typed, typed.containers)[container_index]};
    }
    return *spec;
  }
};

void CountPod(const Sim& sim, const Pod& pod, u16 port, u32 graph_service, LastSpec& last,
              Backends& out) {
  for (u32 c = pod.first_container; c != 0; c = sim.At<Container>(c).next) {
    if (!Serves(sim, c, port)) continue;
    const Container& container = sim.At<Container>(c);
    if (container.service != graph_service + 1) {
      out.wrong += 1;
      return;
    }
    const ContainerSpec& spec = last.Of(sim, pod.spec, container.index);
    const f32 limit = spec.cpu_limit > 0 ? static_cast<f32>(spec.cpu_limit) / 1000.0f : 2.0f;
    out.good += 1;
    out.cores += limit;
    out.slow += 1.0f + static_cast<f32>(sim.At<Node>(pod.node).slow_percent) * 0.01f;
    return;
  }
}

Backends CountBackends(const Sim& sim, const Service& service, u32 graph_service) {
  const Endpoint* endpoints = sim.world.Rows<Endpoint>();
  const Pod* pods = sim.world.Rows<Pod>();
  Backends out;
  LastSpec last;
  bool any_ready = false;
  for (u32 e = service.first_endpoint; e != 0 && !any_ready; e = endpoints[e].next) {
    any_ready = endpoints[e].in_proxy && endpoints[e].proxy_ready;
  }
  for (u32 e = service.first_endpoint; e != 0; e = endpoints[e].next) {
    const Endpoint& endpoint = endpoints[e];
    if (!endpoint.in_proxy) continue;
    // Without a ready endpoint kube-proxy falls back to serving terminating ones.
    if (any_ready ? !endpoint.proxy_ready : !endpoint.proxy_terminating) continue;
    out.total += 1;
    const Pod& pod = pods[endpoint.pod];
    if (pod.born != endpoint.pod_born) {
      out.lost += 1;
      continue;
    }
    CountPod(sim, pod, endpoint.proxy_port, graph_service, last, out);
  }
  return out;
}

u32 ServiceRow(const Sim& sim, StrId ns, StrId name) {
  const Service* services = sim.world.Rows<Service>();
  const u32 used = sim.world.Used<Service>();
  for (u32 s = 1; s < used; ++s) {
    if (services[s].name != name || services[s].ns != ns) continue;
    if (services[s].born != 0 && !services[s].deleting) return s;
  }
  return 0;
}

ServiceInput DeriveInput(const Sim& sim, u32 index) {
  const GraphService& g = sim.blueprint.graph.services[index];
  ServiceInput in;
  in.cache_hit = g.cache_hit_ratio;
  in.connect_fail_s = kRefusedS;
  const u32 row = g.kube_service == 0 ? 0 : ServiceRow(sim, g.ns, g.kube_service);
  if (row == 0) {
    in.connect_fail_s = 0.01f;  // the name does not resolve
    return in;
  }
  const Service& service = sim.At<Service>(row);
  const u16 port = static_cast<u16>(g.called_port);
  if (!HasPort(sim.Typed<ServiceSpec>(service.doc), port)) {
    in.connect_fail_s = kLostS;
    return in;
  }
  const Backends backends = CountBackends(sim, service, index);
  if (backends.total == 0) return in;
  const f32 reached = backends.good + backends.wrong;
  in.servers = backends.good;
  in.reach = reached / backends.total;
  in.fail = reached > 0 ? backends.wrong / reached : 0;
  const f32 missed = backends.total - reached;
  if (missed > 0) in.connect_fail_s = kRefusedS + (kLostS - kRefusedS) * backends.lost / missed;
  in.cores_per_server = backends.good > 0 ? backends.cores / backends.good : 1;
  in.slow = backends.good > 0 ? backends.slow / backends.good : 1;
  return in;
}

bool Moved(f32 a, f32 b, f32 relative, f32 absolute) {
  const f32 change = a > b ? a - b : b - a;
  return change > absolute && change > relative * (a > b ? a : b);
}

void AddSegment(Sim& sim, u32 service, f32 rate, f32 error, f32 latency_s, f32 p99_s) {
  WorldHeader& header = sim.world.header();
  TableRef& table = header.tables[static_cast<int>(Table::kSegments)];
  if (table.capacity < 2) return;
  header.segment_next = header.segment_next + 1 >= table.capacity ? 1 : header.segment_next + 1;
  if (header.segment_next >= table.used) table.used = header.segment_next + 1;
  Segment& s = sim.At<Segment>(header.segment_next);
  s = {0, 1, sim.now_ms(), service, rate, error, latency_s, p99_s};  // takes no identity
}

FlowState StateOf(Sim& sim) {
  const ServiceGraph& graph = sim.blueprint.graph;
  return {{sim.world.Rows<FlowServiceRow>(), graph.services.size()},
          {sim.world.Rows<FlowOperationRow>(), graph.operations.size()},
          &sim.world.header().client};
}

void CheckMemoryOfAll(Sim& sim) {
  const ServiceGraph& graph = sim.blueprint.graph;
  const u32 used = sim.world.Used<Container>();
  LastSpec last;
  for (u32 c = 1; c < used; ++c) {
    const Container& container = sim.At<Container>(c);
    if (container.born == 0 || container.state != ContainerState::kRunning) continue;
    if (!container.listening || container.service == 0) continue;
    const u32 index = container.service;
    const GraphService& g = graph.services[index - 1u];
    if (g.memory_per_request_bytes <= 0 && g.memory_leak_bytes_per_s <= 0) continue;
    const FlowServiceRow& flow = sim.world.Rows<FlowServiceRow>()[index - 1u];
    const f32 age_s = static_cast<f32>(sim.now_ms() - container.started_ms) * 0.001f;
    const f32 in_use = g.memory_base_bytes + g.memory_per_request_bytes * flow.in_flight +
                       g.memory_leak_bytes_per_s * age_s;
    const i64 limit = last.Of(sim, sim.At<Pod>(container.pod).spec, container.index).memory_limit;
    if (limit > 0 && static_cast<f64>(in_use) > static_cast<f64>(limit)) {
      CheckMemory(sim, c, in_use);
    }
  }
}

// Space for one row per service; not initialised, since only a few are used.
template <class Row>
struct Room {
  alignas(Row) std::byte bytes[kMaxServices * sizeof(Row)];
  Row* rows() { return reinterpret_cast<Row*>(bytes); }
};

std::span<const ServiceInput> InputsIn(const Sim& sim, Room<ServiceInput>& room) {
  const u32 count = static_cast<u32>(sim.blueprint.graph.services.size());
  WT_CHECK(count <= kMaxServices, "at most 256 services in an app");
  const std::span<ServiceInput> inputs{room.rows(), count};
  DeriveInputs(sim, inputs);
  return inputs;
}

void SolveWith(Sim& sim, std::span<const ServiceInput> inputs) {
  const u32 count = static_cast<u32>(inputs.size());
  Room<FlowServiceRow> room;
  const FlowServiceRow* before = room.rows();
  FlowState state = StateOf(sim);
  std::memcpy(room.bytes, state.services.data(), state.services.size_bytes());
  const FlowClient client_before = *state.client;

  SolveFlowRemembered(sim.blueprint, inputs, sim.world.header().offered_rps, state);
  ++sim.world.header().solves_done;

  for (u32 s = 0; s < count; ++s) {
    const FlowServiceRow& now = state.services[s];
    const bool moved = Moved(now.rate, before[s].rate, 0.02f, 0.01f) ||
                       Moved(now.error, before[s].error, 0, 0.002f) ||
                       Moved(now.p99_s, before[s].p99_s, 0.05f, 0.0005f);
    if (moved) AddSegment(sim, s + 1, now.rate, now.error, now.latency_s, now.p99_s);
  }
  const FlowClient& client = *state.client;
  if (Moved(client.error, client_before.error, 0, 0.0005f) ||
      Moved(client.rate, client_before.rate, 0.005f, 0.01f) ||
      Moved(client.p99_s, client_before.p99_s, 0.02f, 0.0005f)) {
    AddSegment(sim, 0, client.rate, client.error, client.latency_s, client.p99_s);
  }
  CheckMemoryOfAll(sim);
  for (u32 s = 0; s < count; ++s) {
    if (state.services[s].utilisation > 1.0f || state.services[s].backlog > 0) {
      ArmIfIdle(sim.world, SimEvent::kBacklog, 0, sim.now() + kBacklogStep);
      return;
    }
  }
}

}  // namespace

void DeriveInputs(const Sim& sim, std::span<ServiceInput> inputs) {
  for (u32 s = 0; s < inputs.size(); ++s) inputs[s] = DeriveInput(sim, s);
}

void IntegrateFlow(Sim& sim) {
  WorldHeader& header = sim.world.header();
  const f64 dt = ToSeconds(header.now_ns - header.flow_since_ns);
  header.flow_since_ns = header.now_ns;
  const FlowClient& client = header.client;
  const f64 requests = dt * static_cast<f64>(client.rate);
  header.client_requests += requests;
  header.client_errors += requests * static_cast<f64>(client.error);
  header.client_latency_s += requests * static_cast<f64>(client.latency_s);
}

void SolveTraffic(Sim& sim) {
  Room<ServiceInput> room;
  SolveWith(sim, InputsIn(sim, room));
}

void StepLoad(Sim& sim) {
  WorldHeader& header = sim.world.header();
  const LoadPattern pattern{.kind = static_cast<LoadKind>(header.load_kind),
                            .base_rps = header.load_scale,
                            .peak_rps = header.load_peak_rps,
                            .start = header.load_start_ns,
                            .duration = header.load_duration_ns,
                            .period = header.load_period_ns,
                            .points = sim.blueprint.load_points};
  header.offered_rps = RateAt(pattern, header.now_ns) * (1.0f + header.load_burst);
  MarkFlowDirty(sim);
  const SimTime next = NextChange(pattern, header.now_ns);
  if (next != kForever) Arm(sim.world, SimEvent::kLoad, 0, next);
}

void StepTraffic(Sim& sim) {
  Room<ServiceInput> room;
  const std::span<const ServiceInput> inputs = InputsIn(sim, room);
  StepBacklog(sim.blueprint.graph, inputs, static_cast<f32>(ToSeconds(kBacklogStep)),
              StateOf(sim));
  SolveWith(sim, inputs);
}

}  // namespace wt
