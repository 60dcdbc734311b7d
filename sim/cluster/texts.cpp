// SPDX-License-Identifier: Apache-2.0
// Results of moves in words, for people and LLM agents: what kubectl would print, and the figures
// of findings.h. Rendered from the World of this instant; allocates.
#include <fmt/format.h>

#include "sim/cluster/entities.h"
#include "sim/cluster/findings.h"
#include "sim/cluster/scrape.h"
#include "sim/cluster/sim_cluster.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/telemetry/describe.h"
#include "sim/telemetry/logs.h"

namespace wt {
namespace {

constexpr u32 kLinesShown = 20;

template <class Wanted>
std::string EventsText(const Sim& sim, Wanted&& wanted) {
  std::vector<u32> rows;
  for (const u32 row : EventRows(sim)) {
    if (wanted(sim.At<ClusterEvent>(row))) rows.push_back(row);
  }
  if (rows.empty()) return "No resources found.\n";
  std::string out;
  const std::size_t skip = rows.size() > kLinesShown ? rows.size() - kLinesShown : 0;
  for (std::size_t i = skip; i < rows.size(); ++i) {
    const RenderedEvent event = Render(sim, sim.At<ClusterEvent>(rows[i]));
    out += fmt::format("{:<8} {:<8} {:<18} {:<40} {} (x{})\n", AgeText(sim, event.last_ms),
                       event.type, event.reason, event.object, event.message, event.count);
  }
  return out;
}

std::string HistoryText(const Sim& sim, u32 row) {
  std::string out =
      fmt::format("spec changed {} ago\n", AgeText(sim, sim.At<Deployment>(row).changed_ms));
  const u32 main = MainContainer(sim, row);
  for (u32 k = 0;; ++k) {
    const u32 rs = ReplicaSetByRevision(sim, row, k);
    if (rs == 0) break;
    const ReplicaSet& set = sim.At<ReplicaSet>(rs);
    const auto& tmpl = sim.Typed<PodTemplate>(set.tmpl);
    const auto containers = Items(&tmpl, tmpl.containers);
    out += fmt::format("revision {}: {}, replicas {}, created {} ago, image {}\n", set.revision,
                       ReplicaSetName(sim, rs), set.want, AgeText(sim, set.created_ms),
                       main < containers.size() ? sim.Text(containers[main].image) : "");
  }
  i32 config_ms = 0;
  if (LastConfigChange(sim, row, config_ms)) {
    out += fmt::format("its ConfigMaps changed {} ago\n", AgeText(sim, config_ms));
  }
  return out;
}

// `there`: lines that were read from the cluster that this is the image of; null: it is none.
std::string LogsText(const Sim& sim, u32 deployment, const std::vector<LogLine>* there) {
  const u32 pod = WorstPod(sim, deployment, 0);
  if (pod == 0) return "no pods\n";
  std::string out = fmt::format("{} {} {}\n", PodName(sim, pod), PodReadyText(sim, pod),
                                PodStatusText(sim, pod));
  if (there != nullptr) {
    for (const LogLine& line : *there) out += line.text + '\n';
    return out;
  }
  for (u32 c = sim.At<Pod>(pod).first_container; c != 0; c = sim.At<Container>(c).next) {
    for (const LogLine& line : ContainerLogs(sim, c, false, kLinesShown)) {
      out += line.text + '\n';
    }
  }
  return out;
}

std::string MetricsText(const Sim& sim, u32 deployment, u16 graph) {
  u32 restarts = 0, pods = 0;
  ForEachPod(sim, deployment, [&](u32 pod) {
    restarts += RestartsOf(sim, pod);
    ++pods;
  });
  if (graph == 0) return fmt::format("pods {}, restarts {}\n", pods, restarts);
  const FlowServiceRow& flow = sim.world.Rows<FlowServiceRow>()[graph - 1];
  const GraphService& service = sim.blueprint.graph.services[graph - 1u];
  const f32 bytes =
      service.memory_base_bytes +
      service.memory_per_request_bytes * flow.in_flight / static_cast<f32>(pods > 0 ? pods : 1);
  return fmt::format("pods {}, restarts {}, cpu {:.0f}m in all, memory {:.0f}Mi a pod\n", pods,
                     restarts, 1000 * flow.cpu_cores, bytes / (1 << 20));
}

}  // namespace

std::string SimCluster::Overview() const {
  const Sim sim = View();
  std::string out = fmt::format("{:<28} {:<8} {:<12} {:<10} {}\n", "NAME", "READY", "UP-TO-DATE",
                                "AVAILABLE", "AGE");
  const std::span<const EntitySlot> slots = Slots(EntityKind::kWorkload);
  for (u16 slot = 0; slot < slots.size(); ++slot) {
    if (slots[slot].row == 0) continue;
    const Deployment& d = sim.At<Deployment>(slots[slot].row);
    out += fmt::format("{:<28} {:<8} {:<12} {:<10} {}\n",
                       "deployment/" + EntityName(EntityKind::kWorkload, slot),
                       fmt::format("{}/{}", d.status_ready, d.replicas), d.status_updated,
                       d.status_available, AgeText(sim, d.created_ms));
  }
  return out;
}

std::string SimCluster::ServiceText(Verb verb, u16 slot) const {
  const Sim sim = View();
  const EntitySlot& entity = Slots(EntityKind::kService)[slot];
  switch (verb) {
    case Verb::kDescribe: {
      const ServiceFindings found = LookAtService(sim, entity.row);
      std::string out = DescribeService(sim, entity.row);
      out += fmt::format("pods that the selector matches: {}\n", found.selected_pods);
      if (found.port_undeclared) out += "none of them declares the target port\n";
      return out;
    }
    case Verb::kHistory:
      return fmt::format("spec changed {} ago\n",
                         AgeText(sim, sim.At<Service>(entity.row).changed_ms));
    case Verb::kTraces: {
      if (entity.graph == 0) return "no traces\n";
      const TraceFindings found = ReadTraces(sim, entity.graph - 1u);
      return fmt::format("{:.1f} % of calls to it are refused or lost; {:.0f} % of its failures "
                         "begin in it\n", 100 * found.refused, 100 * found.own_error);
    }
    case Verb::kMetrics: {
      if (entity.graph == 0) return "no metrics\n";
      const FlowServiceRow& flow = sim.world.Rows<FlowServiceRow>()[entity.graph - 1];
      return fmt::format("rate {:.1f}/s, errors {:.2f} % over the last minute, p99 {:.0f} ms\n",
                         flow.rate, 100 * ErrorShare(sim, entity.graph, kMinute),
                         1000 * flow.p99_s);
    }
    default: return {};
  }
}

std::string SimCluster::WorkloadText(Verb verb, u16 slot) const {
  const Sim sim = View();
  const EntitySlot& entity = Slots(EntityKind::kWorkload)[slot];
  const Deployment& row = sim.At<Deployment>(entity.row);
  switch (verb) {
    case Verb::kDescribe:
      return DescribeDeployment(sim, entity.row) + GetPodsText(sim, row.ns, entity.row);
    case Verb::kLogs: return LogsText(sim, entity.row, driver_ != nullptr ? &side_.log : nullptr);
    case Verb::kEvents:
      return EventsText(sim, [&](const ClusterEvent& event) { return IsEventOf(event, row); });
    case Verb::kMetrics: return MetricsText(sim, entity.row, entity.graph);
    case Verb::kHistory: return HistoryText(sim, entity.row);
    default: return {};
  }
}

std::string SimCluster::NodeText(Verb verb, u32 row) const {
  const Sim sim = View();
  if (verb == Verb::kDescribe) return DescribeNode(sim, row);
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
  const auto named = [&sim](const auto& object) {
    const std::string name(sim.Text(object.name));
    if (object.ns == sim.blueprint.app_namespace) return name;
    return std::string(sim.Text(object.ns)) + "/" + name;
  };
  switch (kind) {
    case EntityKind::kService: return named(sim.At<Service>(row));
    case EntityKind::kWorkload: return named(sim.At<Deployment>(row));
    case EntityKind::kNode: return std::string(sim.Text(sim.At<Node>(row).name));
    case EntityKind::kCluster:
    case EntityKind::kCount: break;
  }
  return "";
}

}  // namespace wt
