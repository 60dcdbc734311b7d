// SPDX-License-Identifier: Apache-2.0
#include "sim/cluster/findings.h"

#include <array>

#include "sim/cluster/entities.h"
#include "sim/controllers/controllers.h"
#include "sim/kubelet/config.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/traffic/inputs.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr i32 kWarningWindowMs = 300'000;

bool WaitsForImage(WaitReason reason) {
  return reason == WaitReason::kErrImagePull || reason == WaitReason::kImagePullBackOff ||
         reason == WaitReason::kInvalidImageName || reason == WaitReason::kErrImageNeverPull;
}

struct ContainerFindings {
  bool image = false, config = false, run = false, crash = false, oom = false;
};

void Look(const Sim& sim, const Pod& pod, const Container& c, ContainerFindings& found) {
  const bool waiting = c.state == ContainerState::kWaiting;
  const bool ended = c.state == ContainerState::kTerminated;
  const ExitReason exit = ended ? c.exit_reason : c.last_exit_reason;
  const bool crash_loop = waiting && c.waiting == WaitReason::kCrashLoopBackOff;
  found.image |= waiting && WaitsForImage(c.waiting);
  found.config |= waiting && c.waiting == WaitReason::kCreateContainerConfigError;
  found.run |= waiting && (c.waiting == WaitReason::kRunContainerError ||
                           c.waiting == WaitReason::kCreateContainerError);
  found.run |= (crash_loop || ended) && exit == ExitReason::kStartError;
  found.crash |= crash_loop || (ended && c.exit_code != 0);
  found.oom |= exit == ExitReason::kOomKilled;
  if (waiting && c.waiting == WaitReason::kContainerCreating && pod.node != 0) {
    const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
    const ContainerSpec& spec = Items(&tmpl, tmpl.containers)[c.index];
    found.config |= FirstMissing(sim, pod.ns, spec, &tmpl, true) != nullptr;
  }
}

bool Declares(const Sim& sim, u32 pod, const ServicePort& port) {
  const auto& tmpl = sim.Typed<PodTemplate>(sim.At<Pod>(pod).spec);
  for (const ContainerSpec& container : Items(&tmpl, tmpl.containers)) {
    const auto ports = Items(&tmpl, container.ports);
    const auto names = Items(&tmpl, container.port_names);
    for (u32 i = 0; i < ports.size(); ++i) {
      if (port.target_name == 0 ? ports[i] == port.target_port
                                : i < names.size() && names[i] == port.target_name) {
        return true;
      }
    }
  }
  return false;
}

// Share of an operation's requests that its required calls make fail.
f32 ExplainedByCallees(const Sim& sim, u32 operation) {
  const ServiceGraph& app = sim.blueprint.graph;
  const FlowOperationRow* flow = sim.world.Rows<FlowOperationRow>();
  const GraphOperation& op = app.operations[operation];
  f32 all_well = 1;
  for (u32 c = 0; c < op.calls; ++c) {
    const GraphCall& call = app.calls[op.first_call + c];
    if (call.optional) continue;
    f32 fails = flow[call.callee].error;
    for (u32 retry = 0; retry < call.retries_max; ++retry) fails *= flow[call.callee].error;
    all_well *= 1.0f - call.probability * fails;
  }
  return 1.0f - all_well;
}

}  // namespace

bool IsEventOf(const ClusterEvent& event, const Deployment& deployment) {
  if (event.names[0] != deployment.ns || event.names[1] != deployment.name) return false;
  const auto kind = static_cast<ObjectKind>(event.object_kind);
  return kind == ObjectKind::kPod || kind == ObjectKind::kReplicaSet ||
         kind == ObjectKind::kDeployment;
}

PodFindings LookAtPods(const Sim& sim, u32 deployment) {
  PodFindings out;
  ForEachPod(sim, deployment, [&](u32 row) {
    const Pod& pod = sim.At<Pod>(row);
    if (pod.stage == PodStage::kTerminating) return;
    ContainerFindings found;
    for (u32 c = pod.first_container; c != 0; c = sim.At<Container>(c).next) {
      Look(sim, pod, sim.At<Container>(c), found);
    }
    ++out.pods;
    out.waiting_image += found.image;
    out.waiting_config += found.config;
    out.run_error += found.run;
    out.crash_loop += found.crash;
    out.oom_killed += found.oom;
    out.unschedulable += pod.node == 0;
    out.young += sim.now_ms() - pod.created_ms < kYoungPodMs;
  });
  return out;
}

ServiceFindings LookAtService(const Sim& sim, u32 service) {
  ServiceFindings out;
  const Service& row = sim.At<Service>(service);
  const auto& spec = sim.Typed<ServiceSpec>(row.doc);
  const auto ports = Items(&spec, spec.ports);
  if (spec.selector.count == 0) return out;
  u32 undeclared = ports.size() >= 32 ? 0 : (1u << ports.size()) - 1u;
  for (u32 p = 1; p < sim.world.Used<Pod>(); ++p) {
    const Pod& pod = sim.At<Pod>(p);
    if (pod.born == 0 || pod.ns != row.ns || pod.stage == PodStage::kTerminating) continue;
    if (!MatchesLabels(sim, &spec, spec.selector, p)) continue;
    ++out.selected_pods;
    for (u32 i = 0; i < ports.size() && i < 32; ++i) {
      if (Declares(sim, p, ports[i])) undeclared &= ~(1u << i);
    }
  }
  out.port_undeclared = out.selected_pods > 0 && undeclared != 0;
  return out;
}

TraceFindings ReadTraces(const Sim& sim, u32 graph) {
  TraceFindings out;
  const ServiceGraph& app = sim.blueprint.graph;
  const FlowServiceRow& flow = sim.world.Rows<FlowServiceRow>()[graph];
  if (flow.rate <= 0) return out;  // nobody calls: no traces
  const ServiceInput input = DeriveInput(sim, graph);
  out.refused = 1.0f - input.reach;
  if (flow.error <= 0) return out;
  const GraphService& service = app.services[graph];
  f32 rate = 0, explained = 0;
  for (u32 o = service.first_operation; o < service.first_operation + service.operations; ++o) {
    const f32 calls = sim.world.Rows<FlowOperationRow>()[o].rate;
    rate += calls;
    explained += calls * ExplainedByCallees(sim, o);
  }
  if (rate <= 0) return out;
  // Only requests that reach a process can fail through its callees.
  const f32 own = flow.error - explained / rate * input.reach;
  out.own_error = own > 0 ? own / flow.error : 0.0f;
  return out;
}

LogFindings ReadLogs(const Sim& sim, u32 deployment) {
  LogFindings out;
  out.pod = WorstPod(sim, deployment, 0);
  if (out.pod == 0) return out;
  u32 failed_calls = 0;
  for (u32 c = sim.At<Pod>(out.pod).first_container; c != 0; c = sim.At<Container>(c).next) {
    const LogSigns signs = ReadLogSigns(sim, c, ToMs(kMinute), kFailedCallLines);
    out.calls_api |= signs.deleted_pods > 0;
    out.missing_key |= signs.missing_key;
    out.dependency |= signs.cannot_connect;
    failed_calls += signs.failed_calls;
  }
  out.dependency |= failed_calls >= kFailedCallLines;
  return out;
}

LogFindings FindInLog(std::span<const LogLine> lines, i32 now_ms) {
  LogFindings out;
  u32 failed_calls = 0;
  bool waits = false;  // for a service, since its start
  for (const LogLine& line : lines) {
    const auto says = [&](std::string_view words) {
      return line.text.find(words) != line.text.npos;
    };
    const bool fatal = says("FATAL") || says("fatal") || says("panic");
    out.missing_key |= fatal && (says(" is missing") || says("cannot read configuration") ||
                                 says("no such file") || says(" not set"));
    out.dependency |= fatal && (says("cannot connect") || says("giving up"));
    waits = (waits || says("WARN dial tcp")) && !says("INFO listening");
    out.calls_api |= says("deleted pod ") || says("cannot delete pod") || says("cannot list pods");
    const bool failed = says("failed: ") || says("connection refused") || says("no such host") ||
                        says("deadline exceeded");
    failed_calls += failed && !fatal && now_ms - line.at_ms <= ToMs(kMinute);
  }
  out.dependency |= waits || failed_calls >= kFailedCallLines;
  return out;
}

EventFindings ReadEvents(const Sim& sim, u32 deployment) {
  EventFindings out;
  const Deployment& row = sim.At<Deployment>(deployment);
  u32 killing = 0, deleted = 0;
  for (u32 e = 1; e < sim.world.Used<ClusterEvent>(); ++e) {
    const ClusterEvent& event = sim.At<ClusterEvent>(e);
    if (event.born == 0 || !IsEventOf(event, row)) continue;
    switch (static_cast<EventReason>(event.reason)) {
      case EventReason::kKillingLiveness: out.probe_kills += CountEvent(sim, event).count; break;
      case EventReason::kKilling: killing += 1; break;
      case EventReason::kSuccessfulDelete: deleted += 1; break;
      default: break;
    }
  }
  out.pods_killed = killing > deleted ? killing - deleted : 0;
  return out;
}

u32 RecentWarnings(const Sim& sim) {
  u32 warnings = 0;
  for (u32 e = 1; e < sim.world.Used<ClusterEvent>(); ++e) {
    const ClusterEvent& event = sim.At<ClusterEvent>(e);
    if (event.born == 0 || !IsWarning(event)) continue;
    const EventCount count = CountEvent(sim, event);
    warnings += count.count > 0 && sim.now_ms() - count.last_ms < kWarningWindowMs;
  }
  return warnings;
}

bool LastConfigChange(const Sim& sim, u32 deployment, i32& changed_ms) {
  bool any = false;
  for (u32 k = 0;; ++k) {
    const u32 object = ConfigMapOf(sim, deployment, k);
    if (object == 0) return any;
    const i32 at = sim.At<Object>(object).changed_ms;
    if (!any || at > changed_ms) changed_ms = at;
    any = true;
  }
}

}  // namespace wt
