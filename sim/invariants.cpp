// SPDX-License-Identifier: Apache-2.0
#include "sim/invariants.h"

#include <fmt/format.h>

#include <cstring>
#include <vector>

#include "sim/controllers/controllers.h"
#include "sim/scheduler/score.h"
#include "sim/traffic/inputs.h"
#include "sim/transitions.h"

namespace wt {
namespace {

// How often each row stands in some lists; `Walk` fails on a cycle or a row that is not live.
template <class Row>
struct ListCheck {
  const Sim& sim;
  const char* what;
  std::vector<u32> seen;

  ListCheck(const Sim& s, const char* name) : sim(s), what(name), seen(s.world.Used<Row>()) {}

  std::string Walk(u32 first, u32 Row::*next) {
    for (u32 i = first; i != 0; i = sim.At<Row>(i).*next) {
      if (i >= seen.size() || sim.At<Row>(i).born == 0) {
        return fmt::format("{}: row {} is not live", what, i);
      }
      if (++seen[i] > 1) return fmt::format("{}: row {} is listed twice", what, i);
    }
    return {};
  }
};

template <class Row, class Visit>
std::string Each(const Sim& sim, Visit visit) {
  for (u32 i = 1; i < sim.world.Used<Row>(); ++i) {
    if (sim.At<Row>(i).born == 0) continue;
    if (std::string bad = visit(i, sim.At<Row>(i)); !bad.empty()) return bad;
  }
  return {};
}

bool IsLive(const Sim& sim, u32 replica_set) {
  return replica_set < sim.world.Used<ReplicaSet>() && sim.At<ReplicaSet>(replica_set).born != 0;
}

std::string CheckPodRow(const Sim& sim, u32 i, const Pod& pod, u32 in_owner, u32 on_node) {
  if (pod.owner != 0 && !IsLive(sim, pod.owner)) {
    return fmt::format("pod {} has no live owner", i);
  }
  if (in_owner != (pod.owner != 0)) return fmt::format("pod {} is not in its owner's list", i);
  if (on_node != (pod.node != 0)) {
    return fmt::format("pod {} is on {} nodes' lists, bound to node {}", i, on_node, pod.node);
  }
  if (pod.ready && (pod.node == 0 || pod.phase != PodPhase::kRunning)) {
    return fmt::format("pod {} is ready without running on a node", i);
  }
  if (pod.available && !pod.ready) return fmt::format("pod {} is available without being ready", i);
  return {};
}

struct Recount {
  i32 active = 0, ready = 0, available = 0, terminating = 0;
};

std::string CheckReplicaSet(const Sim& sim, u32 i, const ReplicaSet& row) {
  Recount count;
  for (u32 p = row.first_pod; p != 0; p = sim.At<Pod>(p).next_in_owner) {
    const Pod& pod = sim.At<Pod>(p);
    if (pod.owner != i) return fmt::format("pod {} is listed by replica set {}", p, i);
    count.active += IsActive(pod);
    count.ready += IsActive(pod) && pod.ready;
    count.available += IsActive(pod) && pod.available;
    count.terminating += IsTerminating(pod) && !IsFinished(pod);
  }
  if (count.active != row.active || count.ready != row.ready ||
      count.available != row.available || count.terminating != row.terminating) {
    return fmt::format(
        "replica set {} counts active/ready/available/terminating {}/{}/{}/{}, "
         "its pods {}/{}/{}/{}",
        i, row.active, row.ready, row.available, row.terminating, count.active, count.ready,
        count.available, count.terminating);
  }
  if (row.want < 0) return fmt::format("replica set {} wants {} pods", i, row.want);
  if (row.deleting && row.first_pod == 0) {
    return fmt::format("replica set {} is gone but its row stays", i);
  }
  return {};
}

std::string CheckNode(const Sim& sim, u32 i, const Node& node) {
  Node count = {};
  bool by_scheduler = true;  // a pod with spec.nodeName never asked whether there is room
  for (u32 p = node.first_pod; p != 0; p = sim.At<Pod>(p).next_on_node) {
    const Pod& pod = sim.At<Pod>(p);
    if (pod.node != i) return fmt::format("pod {} is listed by node {}", p, i);
    if (IsFinished(pod)) continue;
    const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
    by_scheduler = by_scheduler && tmpl.node_name == 0;
    ++count.pods;
    count.cpu_requested += tmpl.cpu_request;
    count.memory_requested += tmpl.memory_request;
    count.cpu_nonzero += NonzeroRequestOf(tmpl).cpu;
    count.memory_nonzero += NonzeroRequestOf(tmpl).memory;
  }
  if (count.pods != node.pods || count.cpu_requested != node.cpu_requested ||
      count.memory_requested != node.memory_requested ||
      count.cpu_nonzero != node.cpu_nonzero || count.memory_nonzero != node.memory_nonzero) {
    return fmt::format("node {} counts {} pods, {} m, {} bytes; its pods {}, {} m, {} bytes", i,
                       node.pods, node.cpu_requested, node.memory_requested, count.pods,
                       count.cpu_requested, count.memory_requested);
  }
  const auto& spec = sim.Typed<NodeSpec>(node.doc);
  if (by_scheduler && (node.cpu_requested > spec.cpu_allocatable ||
                       node.memory_requested > spec.memory_allocatable ||
                       node.pods > static_cast<u32>(spec.pods_allocatable))) {
    return fmt::format("node {} has more requested than it can allocate", i);
  }
  return {};
}

bool ShouldServe(const Sim& sim, const Service& service, u32 pod_row) {
  const Pod& pod = sim.At<Pod>(pod_row);
  const auto& spec = sim.Typed<ServiceSpec>(service.doc);
  if (pod.born == 0 || !pod.ready || !IsActive(pod) || pod.ns != service.ns) return false;
  if (service.deleting || spec.selector.count == 0 || pod.ip == 0) return false;
  return MatchesLabels(sim, &spec, spec.selector, pod_row);
}

// Once nothing is on its way any more, exactly the ready pods of the selector get traffic.
std::string CheckSettled(const Sim& sim, u32 i, const Service& service) {
  const auto& spec = sim.Typed<ServiceSpec>(service.doc);
  if (service.timer != 0 || service.proxy_timer != 0 || spec.publish_not_ready) return {};
  u32 wanted = 0, present = 0;
  for (u32 p = 1; p < sim.world.Used<Pod>(); ++p) wanted += ShouldServe(sim, service, p);
  for (u32 e = service.first_endpoint; e != 0; e = sim.At<Endpoint>(e).next) {
    const Endpoint& row = sim.At<Endpoint>(e);
    if (!row.in_proxy || !row.proxy_ready) continue;
    ++present;
    if (sim.At<Pod>(row.pod).born != row.pod_born || !ShouldServe(sim, service, row.pod)) {
      return fmt::format("service {} sends traffic to pod {}, which is not ready for it", i,
                         row.pod);
    }
  }
  if (wanted == present) return {};
  return fmt::format("service {} has {} ready pods, {} of them get traffic", i, wanted, present);
}

std::string CheckService(const Sim& sim, u32 i, const Service& service) {
  u32 listed = 0, ready = 0;
  for (u32 e = service.first_endpoint; e != 0; e = sim.At<Endpoint>(e).next) {
    const Endpoint& row = sim.At<Endpoint>(e);
    if (row.service != i) return fmt::format("endpoint {} is listed by service {}", e, i);
    listed += row.in_slice;
    ready += row.in_slice && row.slice_ready && !row.slice_terminating;
  }
  if (listed != service.endpoints || ready != service.ready_endpoints) {
    return fmt::format("service {} counts {} endpoints, {} ready; its slice {}, {}", i,
                       service.endpoints, service.ready_endpoints, listed, ready);
  }
  return CheckSettled(sim, i, service);
}

bool Finite(f32 value) { return value >= 0 && value <= 3.0e38f; }

}  // namespace

std::string CheckPods(const Sim& sim) {
  ListCheck<Pod> owned(sim, "pods of replica sets"), bound(sim, "pods on nodes");
  ListCheck<Container> contained(sim, "containers of pods");
  std::string bad = Each<ReplicaSet>(
      sim, [&](u32, const ReplicaSet& r) { return owned.Walk(r.first_pod, &Pod::next_in_owner); });
  if (bad.empty()) {
    bad = Each<Node>(
        sim, [&](u32, const Node& n) { return bound.Walk(n.first_pod, &Pod::next_on_node); });
  }
  if (bad.empty()) {
    bad = Each<Pod>(sim, [&](u32, const Pod& p) {
      return contained.Walk(p.first_container, &Container::next);
    });
  }
  if (bad.empty()) {
    bad = Each<Pod>(sim, [&](u32 i, const Pod& p) {
      return CheckPodRow(sim, i, p, owned.seen[i], bound.seen[i]);
    });
  }
  if (!bad.empty()) return bad;
  return Each<Container>(sim, [&](u32 i, const Container& c) -> std::string {
    if (contained.seen[i] == 1 && sim.At<Pod>(c.pod).born != 0) return {};
    return fmt::format("container {} belongs to no live pod", i);
  });
}

std::string CheckWorkloads(const Sim& sim) {
  ListCheck<ReplicaSet> owned(sim, "replica sets of deployments");
  std::string bad = Each<Deployment>(sim, [&](u32, const Deployment& d) {
    return owned.Walk(d.first_rs, &ReplicaSet::next);
  });
  if (!bad.empty()) return bad;
  return Each<ReplicaSet>(sim, [&](u32 i, const ReplicaSet& r) -> std::string {
    if (owned.seen[i] != (r.deployment != 0)) {
      return fmt::format("replica set {} is not in its deployment's list", i);
    }
    return CheckReplicaSet(sim, i, r);
  });
}

std::string CheckNodes(const Sim& sim) {
  return Each<Node>(sim, [&](u32 i, const Node& n) { return CheckNode(sim, i, n); });
}

std::string CheckQueues(const Sim& sim) {
  const WorldHeader& header = sim.world.header();
  ListCheck<Pod> queued(sim, "scheduler's queues");
  std::string bad = queued.Walk(header.pending_first, &Pod::next_pending);
  if (bad.empty()) bad = queued.Walk(header.unschedulable_first, &Pod::next_pending);
  if (!bad.empty()) return bad;
  if (header.pending_first != 0 && header.timers[kSchedulerTimer] == 0) {
    return "pods are pending and the scheduler sleeps";
  }
  return Each<Pod>(sim, [&](u32 i, const Pod& pod) -> std::string {
    const bool waits = pod.node == 0 && sim.Typed<PodTemplate>(pod.spec).node_name == 0 &&
                       !IsFinished(pod);
    if (queued.seen[i] == waits) return {};
    return fmt::format("pod {} bound to node {} is in {} scheduler queues", i, pod.node,
                       queued.seen[i]);
  });
}

std::string CheckServices(const Sim& sim) {
  ListCheck<Endpoint> owned(sim, "endpoints of services");
  std::string bad = Each<Service>(sim, [&](u32, const Service& s) {
    return owned.Walk(s.first_endpoint, &Endpoint::next);
  });
  if (bad.empty()) {
    bad = Each<Endpoint>(sim, [&](u32 i, const Endpoint&) -> std::string {
      return owned.seen[i] == 1 ? "" : fmt::format("endpoint {} is in no service's list", i);
    });
  }
  if (!bad.empty()) return bad;
  return Each<Service>(sim, [&](u32 i, const Service& s) { return CheckService(sim, i, s); });
}

std::string CheckFlows(const Sim& sim) {
  const ServiceGraph& graph = sim.blueprint.graph;
  for (u32 i = 0; i < graph.services.size(); ++i) {
    const FlowServiceRow& row = sim.world.Rows<FlowServiceRow>()[i];
    if (!Finite(row.rate) || !Finite(row.error) || !Finite(row.latency_s) || !Finite(row.p99_s) ||
        !Finite(row.utilisation) || !Finite(row.backlog) || row.error > 1.0001f) {
      return fmt::format("flow of service {} is not finite or out of range", i);
    }
  }
  for (u32 i = 0; i < graph.operations.size(); ++i) {
    const FlowOperationRow& row = sim.world.Rows<FlowOperationRow>()[i];
    if (!Finite(row.rate) || !Finite(row.error) || !Finite(row.latency_s) ||
        !Finite(row.variance_s2)) {
      return fmt::format("flow of operation {} is not finite", i);
    }
  }
  for (u32 i = 0; i < graph.services.size(); ++i) {
    if (!InputIsFresh(sim, i)) continue;
    const ServiceInput input = DeriveInput(sim, i);
    if (std::memcmp(&input, &KeptInputs(sim)[i], sizeof(ServiceInput)) != 0) {
      return fmt::format("what service {} can serve changed and nobody marked it", i);
    }
  }
  return {};
}

std::string CheckMemoryFits(const Sim& sim) {
  if (sim.world.header().memory_stale) return {};
  return Each<Container>(sim, [&](u32 i, const Container& c) -> std::string {
    if (!c.listening || c.service == 0 || c.state != ContainerState::kRunning) return {};
    if (sim.blueprint.graph.services[c.service - 1u].memory_leak_bytes_per_s > 0) return {};
    const auto& tmpl = sim.Typed<PodTemplate>(sim.At<Pod>(c.pod).spec);
    const i64 limit = Items(&tmpl, tmpl.containers)[c.index].memory_limit;
    const f32 fits = sim.At<MemoryFits>(c.service - 1u).bytes;
    if (limit <= 0 || static_cast<f64>(fits) <= static_cast<f64>(limit)) return {};
    return fmt::format("container {} was not compared with its memory limit", i);
  });
}

std::string CheckInvariants(const Sim& sim) {
  using Check = std::string (*)(const Sim&);
  constexpr Check kChecks[] = {CheckFreeRows, CheckPods,  CheckWorkloads, CheckNodes,
                               CheckTimers,   CheckQueues, CheckServices, CheckFlows,
                               CheckMemoryFits};
  for (const Check check : kChecks) {
    if (std::string bad = check(sim); !bad.empty()) return bad;
  }
  return {};
}

}  // namespace wt
