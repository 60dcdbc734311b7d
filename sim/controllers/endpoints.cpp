// SPDX-License-Identifier: Apache-2.0
// EndpointSlice controller. Kubernetes v1.35 staging/src/k8s.io/endpointslice: pods that match,
// have an IP and have not finished are listed; ready = Ready or publishNotReadyAddresses, and not
// terminating; serving = Ready.
#include "sim/controllers/controllers.h"
#include "sim/controllers/endpoint_ports.h"
#include "sim/controllers/label_check.h"
#include "sim/transitions.h"

namespace wt {
namespace {

bool HasAddress(const Pod& pod) { return pod.ip != 0 && !IsFinished(pod); }

bool Selects(const Sim& sim, const Service& service, u32 pod) {
  const auto& spec = sim.Typed<ServiceSpec>(service.doc);
  return sim.At<Pod>(pod).ns == service.ns && MatchesLabels(sim, &spec, spec.selector, pod);
}

// Brings one endpoint up to date with its pod. True when the slice changed.
bool UpdateEndpoint(Sim& sim, const Service& service, u32 endpoint) {
  Endpoint& row = sim.At<Endpoint>(endpoint);
  const Pod& pod = sim.At<Pod>(row.pod);
  const auto& spec = sim.Typed<ServiceSpec>(service.doc);
  const bool listed = !service.deleting && spec.selector.count != 0 && pod.born == row.pod_born &&
                      HasAddress(pod) && Selects(sim, service, row.pod);
  const u8 ready = listed && (pod.ready || spec.publish_not_ready);
  const u8 terminating = listed && IsTerminating(pod);
  // The port is looked at as well: the proxy follows a change of it like any other.
  const bool moved = listed && row.in_proxy && row.proxy_port != PortOfEndpoint(sim, service, pod);
  if (row.in_slice == listed && row.slice_ready == ready && row.slice_terminating == terminating) {
    return moved;
  }
  row.in_slice = listed;
  row.slice_ready = ready;
  row.slice_terminating = terminating;
  sim.world.Touch(row);
  return true;
}

// Looks for endpoints of pods in the order in which they were added, which is nearly the order in
// which pods are walked: usually one comparison.
struct EndpointCursor {
  const Sim& sim;
  const Service& service;
  u32 at = 0;

  bool Has(u32 pod) {
    if (at != 0 && Is(at, pod)) return at = sim.At<Endpoint>(at).next, true;
    for (u32 e = service.first_endpoint; e != 0; e = sim.At<Endpoint>(e).next) {
      if (Is(e, pod)) return at = sim.At<Endpoint>(e).next, true;
    }
    return false;
  }
  bool Is(u32 endpoint, u32 pod) const {
    const Endpoint& row = sim.At<Endpoint>(endpoint);
    return row.pod == pod && row.pod_born == sim.At<Pod>(pod).born;
  }
};

// At most this many in one event, which bounds the rows it adds; the next sync goes on.
constexpr u32 kMostNew = kHeadroom;

struct Adder {
  Sim& sim;
  u32 service;
  EndpointCursor known;
  u32 added = 0;

  void Consider(u32 pod) {
    if (added == kMostNew || !HasAddress(sim.At<Pod>(pod)) || known.Has(pod)) return;
    if (!Selects(sim, sim.At<Service>(service), pod)) return;
    const u32 row = sim.world.Add<Endpoint>();
    Endpoint& endpoint = sim.At<Endpoint>(row);
    Service& owner = sim.At<Service>(service);
    endpoint.service = service;
    endpoint.pod = pod;
    endpoint.pod_born = sim.At<Pod>(pod).born;
    endpoint.next = owner.first_endpoint;
    owner.first_endpoint = row;
    UpdateEndpoint(sim, owner, row);
    ++added;
  }
};

// Walks the pods of every ReplicaSet whose template may match, then the pods without an owner.
void AddNewPods(Sim& sim, u32 service, Adder& adder) {
  const Service& row = sim.At<Service>(service);
  const auto& spec = sim.Typed<ServiceSpec>(row.doc);
  const auto selector = Items(&spec, spec.selector);
  const StrId ns = row.ns;
  const ReplicaSet* sets = sim.world.Rows<ReplicaSet>();
  const Pod* pods = sim.world.Rows<Pod>();
  const u32 sets_used = sim.world.Used<ReplicaSet>();
  for (u32 rs = 1; rs < sets_used; ++rs) {
    const ReplicaSet& owner = sets[rs];
    if (owner.first_pod == 0 || owner.ns != ns || owner.born == 0) continue;
    RevId looked_at = 0;
    bool matches = false;
    for (u32 p = owner.first_pod; p != 0; p = pods[p].next_in_owner) {
      if (pods[p].spec != looked_at) {  // pods of one template match alike
        looked_at = pods[p].spec;
        matches = !NeverMatches(selector, sim.Typed<PodTemplate>(looked_at)) &&
                  Selects(sim, row, p);
      }
      if (matches) adder.Consider(p);
    }
  }
  const u32 pods_used = sim.world.Used<Pod>();
  for (u32 p = 1; p < pods_used; ++p) {
    if (pods[p].owner == 0 && pods[p].born != 0) adder.Consider(p);
  }
}

void CountEndpoints(Sim& sim, Service& service) {
  service.endpoints = service.ready_endpoints = 0;
  for (u32 e = service.first_endpoint; e != 0; e = sim.At<Endpoint>(e).next) {
    const Endpoint& row = sim.At<Endpoint>(e);
    service.endpoints += row.in_slice;
    service.ready_endpoints += row.in_slice && row.slice_ready && !row.slice_terminating;
  }
}

}  // namespace

void SyncEndpoints(Sim& sim, u32 service) {
  Service& row = sim.At<Service>(service);
  EndProxyRun(sim, service);
  bool changed = row.deleting;
  for (u32 e = row.first_endpoint; e != 0; e = sim.At<Endpoint>(e).next) {
    changed |= UpdateEndpoint(sim, row, e);
  }
  const auto& spec = sim.Typed<ServiceSpec>(row.doc);
  if (!row.deleting && spec.selector.count != 0) {
    Adder adder{sim, service, {sim, row, row.first_endpoint}, 0};
    AddNewPods(sim, service, adder);
    changed |= adder.added != 0;
    if (adder.added == kMostNew) WakeService(sim, service);
  }
  if (!changed) return;
  CountEndpoints(sim, row);
  row.slice_changed_ms = sim.now_ms();
  WakeProxy(sim, service);
}

}  // namespace wt
