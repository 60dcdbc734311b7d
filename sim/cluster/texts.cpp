// SPDX-License-Identifier: Apache-2.0
// Results of moves in words, for people and LLM agents: the findings of findings.h with names,
// states as kubectl prints them. Rendered from the World of this instant; allocates.
#include <fmt/format.h>

#include "sim/cluster/entities.h"
#include "sim/cluster/findings.h"
#include "sim/cluster/scrape.h"
#include "sim/cluster/sim_cluster.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/telemetry/describe.h"

namespace wt {
namespace {

constexpr u32 kEventsShown = 20;

std::string LabelsText(const Sim& sim, const void* blob, RelArray<LabelPair> labels) {
  std::string text;
  for (const LabelPair& pair : Items(blob, labels)) {
    if (!text.empty()) text += ',';
    text += fmt::format("{}={}", sim.Text(pair.key), sim.Text(pair.value));
  }
  return text.empty() ? "<none>" : text;
}

std::string AgoText(const Sim& sim, i32 at_ms) {
  const i64 seconds = (static_cast<i64>(sim.now_ms()) - at_ms) / 1000;
  if (seconds < 120) return fmt::format("{}s ago", seconds);
  if (seconds < 7200) return fmt::format("{}m ago", seconds / 60);
  return fmt::format("{}h ago", seconds / 3600);
}

void AddEvent(const Sim& sim, u32 row, std::string& out) {
  const RenderedEvent event = Render(sim, sim.At<ClusterEvent>(row));
  if (event.count == 0) return;
  out += fmt::format("{}  {}  {}  {}  x{}  {}\n", AgoText(sim, event.last_ms), event.type,
                     event.reason, event.object, event.count, event.message);
}

template <class Wanted>
std::string EventsText(const Sim& sim, Wanted&& wanted) {
  std::vector<u32> rows;
  for (const u32 row : EventRows(sim)) {
    if (wanted(sim.At<ClusterEvent>(row))) rows.push_back(row);
  }
  if (rows.empty()) return "No resources found.";
  std::string out;
  const std::size_t skip = rows.size() > kEventsShown ? rows.size() - kEventsShown : 0;
  for (std::size_t i = skip; i < rows.size(); ++i) AddEvent(sim, rows[i], out);
  return out;
}

std::string PodLine(const Sim& sim, u32 pod) {
  u32 ready = 0, containers = 0;
  for (u32 c = sim.At<Pod>(pod).first_container; c != 0; c = sim.At<Container>(c).next) {
    ready += sim.At<Container>(c).ready;
    ++containers;
  }
  return fmt::format("{}  {}/{}  {}  restarts {}  created {}\n", PodName(sim, pod), ready,
                     containers, PodStatusText(sim, pod), RestartsOf(sim, pod),
                     AgoText(sim, sim.At<Pod>(pod).created_ms));
}

std::string WorkloadLine(const Sim& sim, u32 row) {
  const Deployment& d = sim.At<Deployment>(row);
  return fmt::format("deployment/{}  ready {}/{}  up-to-date {}  available {}\n",
                     sim.Text(d.name), d.status_ready, d.replicas, d.status_updated,
                     d.status_available);
}

std::string ContainersText(const Sim& sim, RevId tmpl) {
  std::string out;
  const auto& spec = sim.Typed<PodTemplate>(tmpl);
  for (const ContainerSpec& c : Items(&spec, spec.containers)) {
    out += fmt::format("  container {}: image {}, memory limit {}Mi, cpu limit {}m, ports",
                       sim.Text(c.name), sim.Text(c.image), c.memory_limit >> 20, c.cpu_limit);
    for (const u16 port : Items(&spec, c.ports)) out += fmt::format(" {}", port);
    out += '\n';
  }
  if (spec.node_selector.count > 0) {
    out += "  node selector: " + LabelsText(sim, &spec, spec.node_selector) + "\n";
  }
  return out;
}

std::string HistoryText(const Sim& sim, u32 row) {
  std::string out = fmt::format("spec changed {}\n", AgoText(sim, sim.At<Deployment>(row).changed_ms));
  for (u32 k = 0;; ++k) {
    const u32 rs = ReplicaSetByRevision(sim, row, k);
    if (rs == 0) break;
    const ReplicaSet& set = sim.At<ReplicaSet>(rs);
    out += fmt::format("revision {}  {}  replicas {}  created {}\n{}", set.revision,
                       ReplicaSetName(sim, rs), set.want, AgoText(sim, set.created_ms),
                       ContainersText(sim, set.tmpl));
  }
  i32 config_ms = 0;
  if (LastConfigChange(sim, row, config_ms)) {
    out += fmt::format("its ConfigMaps changed {}\n", AgoText(sim, config_ms));
  }
  return out;
}

std::string DescribeServiceText(const Sim& sim, u32 row) {
  const Service& service = sim.At<Service>(row);
  const auto& spec = sim.Typed<ServiceSpec>(service.doc);
  const ServiceFindings found = DescribeService(sim, row);
  std::string out = fmt::format("service/{}\nselector: {}\n", sim.Text(service.name),
                                LabelsText(sim, &spec, spec.selector));
  for (const ServicePort& port : Items(&spec, spec.ports)) {
    const std::string target = port.target_name != 0 ? std::string(sim.Text(port.target_name))
                                                     : std::to_string(port.target_port);
    out += fmt::format("port {} -> {}\n", port.port, target);
  }
  out += fmt::format("endpoints: {} ready of {}\npods that the selector matches: {}\n",
                     service.ready_endpoints, service.endpoints, found.selected_pods);
  if (found.port_undeclared) out += "none of them declares the target port\n";
  return out;
}

std::string DescribeNodeText(const Sim& sim, u32 row) {
  const Node& node = sim.At<Node>(row);
  const auto& spec = sim.Typed<NodeSpec>(node.doc);
  std::string out = fmt::format(
      "node/{}\nReady: {}\nunschedulable: {}\ncpu requested {}m of {}m\n"
      "memory requested {}Mi of {}Mi\npods: {}\ntaints:",
      sim.Text(node.name), node.ready ? "True" : "False", node.unschedulable != 0,
      node.cpu_requested, spec.cpu_allocatable, node.memory_requested >> 20,
      spec.memory_allocatable >> 20, node.pods);
  for (const Taint& taint : Items(&spec, spec.taints)) {
    out += fmt::format(" {}={}", sim.Text(taint.key), sim.Text(taint.value));
  }
  return out + (spec.taints.count == 0 ? " <none>\n" : "\n");
}

}  // namespace

std::string SimCluster::Overview() const {
  const Sim sim = View();
  std::string out;
  for (const EntitySlot& slot : Slots(EntityKind::kWorkload)) {
    if (slot.row != 0) out += WorkloadLine(sim, slot.row);
  }
  return out;
}

std::string SimCluster::ServiceText(Verb verb, u16 slot) const {
  const Sim sim = View();
  const EntitySlot& entity = Slots(EntityKind::kService)[slot];
  const Service& service = sim.At<Service>(entity.row);
  switch (verb) {
    case Verb::kDescribe: return DescribeServiceText(sim, entity.row);
    case Verb::kHistory: return fmt::format("spec changed {}", AgoText(sim, service.changed_ms));
    case Verb::kTraces: {
      if (entity.graph == 0) return "no traces";
      const TraceFindings found = ReadTraces(sim, entity.graph - 1u);
      return fmt::format("{:.1f} % of calls to it are refused or lost; {:.0f} % of its failures "
                         "begin in it", 100 * found.refused, 100 * found.own_error);
    }
    case Verb::kMetrics: {
      if (entity.graph == 0) return "no metrics";
      const FlowServiceRow& flow = sim.world.Rows<FlowServiceRow>()[entity.graph - 1];
      return fmt::format("rate {:.1f}/s, errors {:.2f} % over the last minute, p99 {:.0f} ms",
                         flow.rate, 100 * ErrorShare(sim, entity.graph, kMinute),
                         1000 * flow.p99_s);
    }
    default: return {};
  }
}

std::string SimCluster::WorkloadText(Verb verb, u16 slot) const {
  const Sim sim = View();
  const u32 row = Slots(EntityKind::kWorkload)[slot].row;
  switch (verb) {
    case Verb::kDescribe: {
      std::string out = WorkloadLine(sim, row) + ContainersText(sim, sim.At<Deployment>(row).tmpl);
      ForEachPod(sim, row, [&](u32 pod) { out += PodLine(sim, pod); });
      return out;
    }
    case Verb::kLogs: {
      const u32 pod = WorstPod(sim, row, 0);
      return pod == 0 ? "no pods" : PodLine(sim, pod) + LogText(sim, pod, kEventsShown);
    }
    case Verb::kEvents: {
      const Deployment& d = sim.At<Deployment>(row);
      return EventsText(sim, [&](const ClusterEvent& event) {
        const auto kind = static_cast<ObjectKind>(event.object_kind);
        return event.names[0] == d.ns && event.names[1] == d.name &&
               (kind == ObjectKind::kPod || kind == ObjectKind::kReplicaSet ||
                kind == ObjectKind::kDeployment);
      });
    }
    case Verb::kMetrics: {
      const u16 graph = Slots(EntityKind::kWorkload)[slot].graph;
      u32 restarts = 0;
      ForEachPod(sim, row, [&](u32 pod) { restarts += RestartsOf(sim, pod); });
      const f32 cores =
          graph == 0 ? 0.0f : sim.world.Rows<FlowServiceRow>()[graph - 1].cpu_cores;
      return fmt::format("cpu {:.0f}m over all pods, restarts {}", 1000 * cores, restarts);
    }
    case Verb::kHistory: return HistoryText(sim, row);
    default: return {};
  }
}

std::string SimCluster::NodeText(Verb verb, u32 row) const {
  const Sim sim = View();
  if (verb == Verb::kDescribe) return DescribeNodeText(sim, row);
  return EventsText(sim, [&](const ClusterEvent& event) {
    return static_cast<ObjectKind>(event.object_kind) == ObjectKind::kNode &&
           event.names[1] == sim.At<Node>(row).name;
  });
}

std::string SimCluster::ResultText(const Action& action, const ActionOutcome& outcome) const {
  const Move& move = MoveOf(action);
  if (!IsInvestigation(move.verb)) {
    return outcome.accepted ? fmt::format("{}: done", VerbName(move.verb))
                            : fmt::format("{}: refused, nothing to do it to", VerbName(move.verb));
  }
  const u32 row = RowOf(action.kind, action.slot);
  switch (action.kind) {
    case EntityKind::kCluster:
      if (move.verb == Verb::kGet) return Overview();
      return EventsText(View(), [](const ClusterEvent&) { return true; });
    case EntityKind::kService: return row == 0 ? "gone" : ServiceText(move.verb, action.slot);
    case EntityKind::kWorkload: return row == 0 ? "gone" : WorkloadText(move.verb, action.slot);
    case EntityKind::kNode: return row == 0 ? "gone" : NodeText(move.verb, row);
    case EntityKind::kCount: break;
  }
  return {};
}

std::string SimCluster::LastResultText() const {
  if (!side_.acted) return "";
  if (side_.options.texts) return side_.last_text;
  return ResultText(side_.last_action, side_.last);
}

std::string SimCluster::EntityName(EntityKind kind, u16 slot) const {
  const u32 row = RowOf(kind, slot);
  if (row == 0) return "";
  const Sim sim = View();
  switch (kind) {
    case EntityKind::kService: return std::string(sim.Text(sim.At<Service>(row).name));
    case EntityKind::kWorkload: return std::string(sim.Text(sim.At<Deployment>(row).name));
    case EntityKind::kNode: return std::string(sim.Text(sim.At<Node>(row).name));
    case EntityKind::kCluster:
    case EntityKind::kCount: break;
  }
  return "";
}

}  // namespace wt
