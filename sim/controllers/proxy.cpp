// SPDX-License-Identifier: Apache-2.0
// kube-proxy: what traffic really uses follows the slice later. All nodes' proxies are one here:
// the last of them to sync counts. Kubernetes v1.35 pkg/proxy/topology.go.
#include "sim/controllers/controllers.h"
#include "sim/controllers/endpoint_ports.h"
#include "sim/kubelet/kubelet.h"
#include "sim/transitions.h"

namespace wt {
namespace {

// What of an endpoint decides where connections go.
struct Route {
  u8 ready, serving_still;
  u16 port;
  friend bool operator==(const Route&, const Route&) = default;
};

Route RouteOf(const Endpoint& row) {
  if (!row.proxy_ready && !row.proxy_terminating) return {0, 0, 0};
  return {row.proxy_ready, row.proxy_terminating, row.proxy_port};
}

// True when traffic to this endpoint changes.
bool UpdateProxy(const Sim& sim, const Service& service, Endpoint& row) {
  const Route before = RouteOf(row);
  const Pod& pod = sim.At<Pod>(row.pod);
  row.in_proxy = row.in_slice;
  row.proxy_ready = row.in_slice && row.slice_ready && !row.slice_terminating;
  row.proxy_terminating = row.in_slice && row.slice_ready && row.slice_terminating;
  if (row.in_slice && pod.born == row.pod_born) row.proxy_port = PortOfEndpoint(sim, service, pod);
  return !(RouteOf(row) == before);
}

}  // namespace

void SyncProxy(Sim& sim, u32 service) {
  Service& row = sim.At<Service>(service);
  bool changed = false;
  for (u32* link = &row.first_endpoint; *link != 0;) {
    const u32 endpoint = *link;
    Endpoint& at = sim.At<Endpoint>(endpoint);
    changed |= UpdateProxy(sim, row, at);
    if (at.in_slice) {
      link = &at.next;
    } else {
      *link = at.next;
      sim.world.Free<Endpoint>(endpoint);
    }
  }
  if (changed) {
    MarkServiceInputsStale(sim, service);
    MarkSolveNeeded(sim);
    RearmDependents(sim);
  }
  if (row.deleting && row.timer == 0) sim.world.Free<Service>(service);
}

}  // namespace wt
