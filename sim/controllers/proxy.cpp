// SPDX-License-Identifier: Apache-2.0
// kube-proxy: what traffic really uses follows the slice later. All nodes' proxies are one here:
// the last of them to sync counts. Kubernetes v1.35 pkg/proxy/topology.go.
#include "sim/controllers/controllers.h"
#include "sim/controllers/endpoint_ports.h"
#include "sim/kubelet/kubelet.h"
#include "sim/transitions.h"

namespace wt {
namespace {

// True when traffic to this endpoint changes.
bool UpdateProxy(const Sim& sim, const ServiceSpec& spec, Endpoint& row) {
  const u8 ready = row.in_slice && row.slice_ready && !row.slice_terminating;
  const u8 serving_still = row.in_slice && row.slice_ready && row.slice_terminating;
  const Pod& pod = sim.At<Pod>(row.pod);
  const u16 port =
      row.in_slice && pod.born == row.pod_born ? PortOfEndpoint(sim, spec, pod) : row.proxy_port;
  if (row.in_proxy == row.in_slice && row.proxy_ready == ready &&
      row.proxy_terminating == serving_still && row.proxy_port == port) {
    return false;
  }
  row.in_proxy = row.in_slice;
  row.proxy_ready = ready;
  row.proxy_terminating = serving_still;
  row.proxy_port = port;
  return true;
}

}  // namespace

void SyncProxy(Sim& sim, u32 service) {
  Service& row = sim.At<Service>(service);
  const auto& spec = sim.Typed<ServiceSpec>(row.doc);
  bool changed = false;
  for (u32* link = &row.first_endpoint; *link != 0;) {
    const u32 endpoint = *link;
    Endpoint& at = sim.At<Endpoint>(endpoint);
    changed |= UpdateProxy(sim, spec, at);
    if (at.in_slice) {
      link = &at.next;
    } else {
      *link = at.next;
      sim.world.Free<Endpoint>(endpoint);
    }
  }
  const auto ports = Items(&spec, spec.ports);
  row.proxied_target_port = ports.empty() ? u16{0} : ports[0].target_port;
  if (changed) {
    MarkFlowDirty(sim);
    RearmDependents(sim);
  }
  if (row.deleting && row.timer == 0) sim.world.Free<Service>(service);
}

}  // namespace wt
