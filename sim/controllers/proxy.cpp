// SPDX-License-Identifier: Apache-2.0
// kube-proxy: what traffic really uses follows the slice later. All nodes' proxies are one here:
// the last of them to sync counts. Kubernetes v1.35 pkg/proxy/topology.go. It runs at once when it
// has rested for minSyncPeriod (1 s), else at the end of that rest; one run takes up every Service
// that is pending (pkg/proxy/runner/bounded_frequency_runner.go).
#include <algorithm>

#include "sim/controllers/controllers.h"
#include "sim/controllers/endpoint_ports.h"
#include "sim/event_queue.h"
#include "sim/kubelet/kubelet.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr SimTime kMinSyncPeriod = kSecond;

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

// True when the run that the event belongs to has begun: the latest one, or the one before it while
// its rules are still being written.
bool HasBegun(const Sim& sim, u32 seq) {
  const WorldHeader& header = sim.world.header();
  if (sim.now() >= header.proxy_begins_ns) return true;
  if (sim.now() >= header.proxy_begins_ns - kMinSyncPeriod) return false;
  const PendingEvent* events = sim.world.Rows<PendingEvent>();
  const PendingEvent* end = events + header.queue_size;
  const PendingEvent* found = std::find_if(
      events, end, [seq](const PendingEvent& event) { return event.seq == seq; });
  return found != end && found->at_ns < header.proxy_done_ns;
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

void WakeProxy(Sim& sim, u32 service) {
  WorldHeader& header = sim.world.header();
  Service& row = sim.At<Service>(service);
  if (sim.now() >= header.proxy_begins_ns) {  // else a run is to come, which takes this up too
    header.proxy_begins_ns = std::max(sim.now() + 1, header.proxy_done_ns + kMinSyncPeriod);
    header.proxy_done_ns =
        header.proxy_begins_ns + DrawDelay(sim.blueprint.timing.proxy, sim.key(),
                                           Stream::kPropagation, row.born, row.draws++);
  }
  ArmIfIdle(sim.world, SimEvent::kProxySync, service, header.proxy_done_ns);
}

void EndProxyRun(Sim& sim, u32 service) {
  const Service& row = sim.At<Service>(service);
  if (row.proxy_timer == 0 || row.deleting || !HasBegun(sim, row.proxy_timer)) return;
  Cancel(sim.world, SimEvent::kProxySync, service);
  SyncProxy(sim, service);
}

}  // namespace wt
