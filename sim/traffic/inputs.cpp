// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/inputs.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "sim/kubelet/kubelet.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr f32 kRefusedS = 0.001f;  // RST comes back at once
constexpr f32 kLostS = 3.0f;       // SYN without an answer; the caller's timeout cuts earlier

struct Backends {  // what connections through one Service meet
  f32 total = 0, good = 0, wrong = 0, lost = 0;
  f32 cores = 0;
  f32 slow = 0;  // sum of multipliers of service time
};

bool HasPort(const ServiceSpec& spec, u16 port) {
  if (spec.headless) return true;  // a name, not a proxy
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
  const Container* containers = sim.world.Rows<Container>();
  for (u32 c = pod.first_container; c != 0; c = containers[c].next) {
    if (!Serves(sim, c, port)) continue;
    const Container& container = containers[c];
    if (!Answers(sim, container, graph_service)) {
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
    const u16 port = CalledPodPort(sim, service, endpoint, graph_service);
    CountPod(sim, pod, port, graph_service, last, out);
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

// The instant at which the next process begins to serve by itself; kNeverServesMs if none is known.
i32 NextListening(const Sim& sim) {
  i32 next = kNeverServesMs;
  const u32 used = sim.world.Used<Container>();
  const Container* containers = sim.world.Rows<Container>();
  for (u32 c = 1; c < used; ++c) {
    if (!containers[c].listening || containers[c].listening_ms <= sim.now_ms()) continue;
    next = std::min(next, containers[c].listening_ms);
  }
  return next;
}

// Processes that began to serve since `from_ms`.
void MarkNowListening(Sim& sim, i32 from_ms) {
  const u32 used = sim.world.Used<Container>();
  const Container* containers = sim.world.Rows<Container>();
  for (u32 c = 1; c < used; ++c) {
    const Container& container = containers[c];
    if (!container.listening || container.listening_ms < from_ms) continue;
    if (container.listening_ms <= sim.now_ms()) MarkPodInputsStale(sim, container.pod);
  }
}

// True when the kept input has other bytes than before.
bool Refresh(Sim& sim, u32 graph_service) {
  const ServiceInput now = DeriveInput(sim, graph_service);
  ServiceInput& kept = sim.At<ServiceInput>(graph_service);
  if (std::memcmp(&kept, &now, sizeof(now)) == 0) return false;
  kept = now;
  return true;
}

bool RefreshAll(Sim& sim) {
  bool changed = false;
  const u32 count = static_cast<u32>(sim.blueprint.graph.services.size());
  for (u32 g = 0; g < count; ++g) changed |= Refresh(sim, g);
  const u32 used = sim.world.Used<Service>();
  for (u32 s = 1; s < used; ++s) sim.At<Service>(s).inputs_fresh = sim.At<Service>(s).born != 0;
  return changed;
}

bool RefreshMarked(Sim& sim) {
  bool changed = false;
  const std::vector<GraphService>& graph = sim.blueprint.graph.services;
  const u32 used = sim.world.Used<Service>();
  for (u32 s = 1; s < used; ++s) {
    Service& service = sim.At<Service>(s);
    if (service.inputs_fresh || service.born == 0) continue;
    service.inputs_fresh = 1;
    for (u32 g = 0; g < graph.size(); ++g) {
      if (graph[g].kube_service != service.name || graph[g].ns != service.ns) continue;
      changed |= Refresh(sim, g);
    }
  }
  return changed;
}

}  // namespace

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

void DeriveInputs(const Sim& sim, std::span<ServiceInput> inputs) {
  for (u32 s = 0; s < inputs.size(); ++s) inputs[s] = DeriveInput(sim, s);
}

bool InputsAreFresh(const Sim& sim) {
  const WorldHeader& header = sim.world.header();
  return header.inputs_stale == 0 && sim.now_ms() < header.inputs_until_ms;
}

bool InputIsFresh(const Sim& sim, u32 graph_service) {
  const WorldHeader& header = sim.world.header();
  if (header.inputs_stale == kAllInputsStale || sim.now_ms() >= header.inputs_until_ms) {
    return false;
  }
  const GraphService& graph = sim.blueprint.graph.services[graph_service];
  const u32 row = graph.kube_service == 0 ? 0 : ServiceRow(sim, graph.ns, graph.kube_service);
  return header.inputs_stale == 0 || row == 0 || sim.At<Service>(row).inputs_fresh;
}

std::span<const ServiceInput> KeptInputs(const Sim& sim) {
  return {sim.world.Rows<ServiceInput>(), sim.blueprint.graph.services.size()};
}

bool RefreshInputs(Sim& sim) {
  if (InputsAreFresh(sim)) return false;
  WorldHeader& header = sim.world.header();
  if (sim.now_ms() >= header.inputs_until_ms) {
    MarkNowListening(sim, header.inputs_until_ms);
    header.inputs_until_ms = NextListening(sim);
  }
  const bool changed =
      header.inputs_stale == kAllInputsStale ? RefreshAll(sim) : RefreshMarked(sim);
  header.inputs_stale = 0;
  return changed;
}

}  // namespace wt
