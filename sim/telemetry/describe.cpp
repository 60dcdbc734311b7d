// SPDX-License-Identifier: Apache-2.0
// Deployments, Services and Nodes as kubectl describes them, and the list of Events.
#include "sim/telemetry/describe.h"

#include <fmt/format.h>

#include "sim/telemetry/cluster_events.h"
#include "sim/telemetry/describe_parts.h"
#include "sim/telemetry/names.h"

namespace wt {
namespace {

constexpr const char* kJoin = "\n                        ";

std::string BoundText(IntOrPercent bound) {
  return fmt::format("{}{}", bound.value, bound.is_percent ? "%" : "");
}

// Paused or resumed, it is not known until the next sync that sees pods change (v1.35,
// pkg/controller/deployment/sync.go, checkPausedConditions).
const char* ProgressStatus(ProgressReason reason) {
  switch (reason) {
    case ProgressReason::kProgressDeadlineExceeded: return "False";
    case ProgressReason::kDeploymentPaused:
    case ProgressReason::kDeploymentResumed: return "Unknown";
    default: return "True";
  }
}

std::string ConditionsText(const Deployment& d) {
  TextTable table({"Type", "Status", "Reason"});
  table.Add({"Available", d.available ? "True" : "False",
             d.available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable"});
  const auto progress = static_cast<ProgressReason>(d.progressing);
  if (progress != ProgressReason::kNone) {
    table.Add({"Progressing", ProgressStatus(progress), ProgressReasonText(progress)});
  }
  if (d.failing) table.Add({"ReplicaFailure", "True", "FailedCreate"});
  return "Conditions:\n" + table.Text("  ");
}

std::string ReplicaSetsText(const Sim& sim, const Deployment& d) {
  std::string older, newest = "NewReplicaSet:    <none>\n";
  for (u32 row = d.first_rs; row != 0; row = sim.At<ReplicaSet>(row).next) {
    const ReplicaSet& rs = sim.At<ReplicaSet>(row);
    const std::string text = fmt::format("{} ({}/{} replicas created)", ReplicaSetName(sim, row),
                                         rs.active, rs.want);
    if (rs.tmpl == d.tmpl && rs.restarted_at_s == d.restarted_at_s) {
      newest = "NewReplicaSet:    " + text + "\n";
    } else {
      older += (older.empty() ? "" : ", ") + text;
    }
  }
  return fmt::format("OldReplicaSets:   {}\n{}", older.empty() ? "<none>" : older, newest);
}

std::string TargetText(const Sim& sim, const ServicePort& port) {
  return port.target_name != 0 ? std::string(sim.Text(port.target_name))
                               : std::to_string(port.target_port);
}

std::string EndpointsText(const Sim& sim, const Service& service) {
  std::string out;
  for (u32 row = service.first_endpoint; row != 0; row = sim.At<Endpoint>(row).next) {
    const Endpoint& endpoint = sim.At<Endpoint>(row);
    const Pod& pod = sim.At<Pod>(endpoint.pod);
    const bool shown = endpoint.in_slice && endpoint.slice_ready && !endpoint.slice_terminating;
    if (!shown || pod.born != endpoint.pod_born) continue;
    if (!out.empty()) out += ",";
    out += fmt::format("{}:{}", PodIpText(pod.ip), endpoint.proxy_port);
  }
  return out;
}

std::string TaintsText(const Sim& sim, const NodeSpec& spec) {
  constexpr const char* kEffects[] = {"", "NoSchedule", "PreferNoSchedule", "NoExecute"};
  std::string out;
  for (const Taint& taint : Items(&spec, spec.taints)) {
    if (!out.empty()) out += kJoin;
    out += sim.Text(taint.key);
    if (taint.value != 0) out += fmt::format("={}", sim.Text(taint.value));
    out += fmt::format(":{}", kEffects[static_cast<std::size_t>(taint.effect)]);
  }
  return out.empty() ? "<none>" : out;
}

i64 Percent(i64 part, i64 whole) { return whole == 0 ? 0 : part * 100 / whole; }

}  // namespace

const char* ProgressReasonText(ProgressReason reason) {
  constexpr const char* kNames[] = {"",
                                    "NewReplicaSetCreated",
                                    "FoundNewReplicaSet",
                                    "ReplicaSetUpdated",
                                    "NewReplicaSetAvailable",
                                    "ProgressDeadlineExceeded",
                                    "DeploymentPaused",
                                    "DeploymentResumed"};
  return kNames[static_cast<std::size_t>(reason)];
}

std::string DescribeDeployment(const Sim& sim, u32 row) {
  const Deployment& d = sim.At<Deployment>(row);
  const auto& spec = sim.Typed<DeploymentSpec>(d.doc);
  const auto& tmpl = sim.Typed<PodTemplate>(d.tmpl);
  std::string out = fmt::format(
      "Name:                   {}\nNamespace:              {}\nAge:                    {}\n"
      "Labels:                 {}\nAnnotations:            deployment.kubernetes.io/revision: {}\n"
      "Selector:               {}\n",
      sim.Text(d.name), sim.Text(d.ns), AgeText(sim, d.created_ms),
      PairsText(sim, Items(&spec, spec.labels), kJoin), d.revision,
      SelectorText(sim, &spec, spec.selector));
  out += fmt::format(
      "Replicas:               {} desired | {} updated | {} total | {} available | {} "
      "unavailable\n",
      d.replicas, d.status_updated, d.status_replicas, d.status_available,
      d.status_replicas - d.status_available);
  const bool rolling = spec.strategy == StrategyType::kRollingUpdate;
  out += fmt::format("StrategyType:           {}\n", rolling ? "RollingUpdate" : "Recreate");
  if (rolling) {
    out += fmt::format("RollingUpdateStrategy:  {} max unavailable, {} max surge\n",
                       BoundText(spec.max_unavailable), BoundText(spec.max_surge));
  }
  if (d.paused) out += "Paused:                 true\n";
  out += fmt::format("Pod Template:\n  Labels:  {}\n",
                     PairsText(sim, Items(&tmpl, tmpl.labels), "\n           "));
  out += "  Containers:\n";
  for (const ContainerSpec& container : Items(&tmpl, tmpl.containers)) {
    out += ContainerSpecText(sim, tmpl, container, true);
  }
  out += fmt::format("  Node-Selectors:  {}\n",
                     PairsText(sim, Items(&tmpl, tmpl.node_selector), "\n                   "));
  return out + ConditionsText(d) + ReplicaSetsText(sim, d) + EventsText(sim, d.born);
}

std::string DescribeService(const Sim& sim, u32 row) {
  constexpr const char* kTypes[] = {"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"};
  constexpr const char* kProtocols[] = {"TCP", "UDP", "SCTP"};
  const Service& service = sim.At<Service>(row);
  const auto& spec = sim.Typed<ServiceSpec>(service.doc);
  std::string out = fmt::format(
      "Name:                   {}\nNamespace:              {}\nLabels:                 {}\n"
      "Selector:               {}\nType:                   {}\n",
      sim.Text(service.name), sim.Text(service.ns),
      PairsText(sim, Items(&spec, spec.labels), kJoin),
      PairsText(sim, Items(&spec, spec.selector), ","),
      kTypes[static_cast<std::size_t>(spec.type)]);
  bool first = true;
  for (const ServicePort& port : Items(&spec, spec.ports)) {
    const char* protocol = kProtocols[port.protocol % 3];
    out += fmt::format("Port:                   {}  {}/{}\nTargetPort:             {}/{}\n",
                       port.name == 0 ? "<unset>" : sim.Text(port.name), port.port, protocol,
                       TargetText(sim, port), protocol);
    if (first) out += fmt::format("Endpoints:              {}\n", EndpointsText(sim, service));
    first = false;
  }
  return out + EventsText(sim, service.born);
}

std::string DescribeNode(const Sim& sim, u32 row) {
  const Node& node = sim.At<Node>(row);
  const auto& spec = sim.Typed<NodeSpec>(node.doc);
  std::string out = fmt::format(
      "Name:                   {}\nLabels:                 {}\nTaints:                 {}\n"
      "Unschedulable:          {}\nConditions:\n  Type    Status\n  Ready   {}\n",
      sim.Text(node.name), PairsText(sim, Items(&spec, spec.labels), kJoin),
      TaintsText(sim, spec), node.unschedulable ? "true" : "false",
      node.ready ? "True" : "False");
  out += fmt::format("Allocatable:\n  cpu:     {}\n  memory:  {}\n  pods:    {}\n",
                     CpuText(spec.cpu_allocatable), MemoryText(spec.memory_allocatable),
                     spec.pods_allocatable);
  TextTable pods({"Namespace", "Name", "CPU Requests", "Memory Requests", "Age"});
  for (u32 at = node.first_pod; at != 0; at = sim.At<Pod>(at).next_on_node) {
    const Pod& pod = sim.At<Pod>(at);
    const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
    pods.Add({std::string(sim.Text(pod.ns)), PodName(sim, at), CpuText(tmpl.cpu_request),
              MemoryText(tmpl.memory_request), AgeText(sim, pod.created_ms)});
  }
  out += fmt::format("Non-terminated Pods:    ({} in total)\n{}", node.pods, pods.Text("  "));
  out += fmt::format("Allocated resources:\n  cpu     {} ({}%)\n  memory  {} ({}%)\n",
                     CpuText(node.cpu_requested), Percent(node.cpu_requested, spec.cpu_allocatable),
                     MemoryText(node.memory_requested),
                     Percent(node.memory_requested, spec.memory_allocatable));
  return out + EventsText(sim, node.born);
}

std::string GetEventsText(const Sim& sim, StrId ns, u32 lines) {
  std::vector<u32> rows;
  for (const u32 row : EventRows(sim)) {
    const ClusterEvent& event = sim.At<ClusterEvent>(row);
    if (event.names[0] == ns || event.object_kind == static_cast<u8>(ObjectKind::kNode)) {
      rows.push_back(row);
    }
  }
  const std::size_t skip = rows.size() > lines ? rows.size() - lines : 0;
  TextTable table({"LAST SEEN", "COUNT", "TYPE", "REASON", "OBJECT", "MESSAGE"});
  for (std::size_t i = skip; i < rows.size(); ++i) {
    const RenderedEvent event = Render(sim, sim.At<ClusterEvent>(rows[i]));
    table.Add({AgeText(sim, event.last_ms), std::to_string(event.count), event.type,
               std::string(event.reason), event.object, event.message});
  }
  return table.empty() ? "No resources found\n" : table.Text();
}

}  // namespace wt
