// SPDX-License-Identifier: Apache-2.0
// Pods as kubectl shows them: columns, tables, describe.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>

#include "sim/kubelet/config.h"
#include "sim/telemetry/describe.h"
#include "sim/telemetry/describe_parts.h"
#include "sim/telemetry/durations.h"
#include "sim/telemetry/names.h"
#include "sim/telemetry/runtime_text.h"

namespace wt {
namespace {

constexpr const char* kWaitReasons[] = {
    "", "ContainerCreating", "PodInitializing", "ErrImagePull", "ImagePullBackOff",
    "InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError", "CreateContainerError",
    "RunContainerError", "CrashLoopBackOff"};
constexpr const char* kExitReasons[] = {"",           "Completed",  "Error",
                                        "OOMKilled",  "StartError", "ContainerStatusUnknown"};
constexpr const char* kPhases[] = {"Pending", "Running", "Succeeded", "Failed"};

const char* StateText(const Container& c) {
  if (c.state == ContainerState::kWaiting) return WaitReasonText(c.waiting);
  if (c.state == ContainerState::kTerminated) return ExitReasonText(c.exit_reason);
  return "";
}

void AppendExit(std::string& out, const Sim& sim, const char* title, ExitReason reason, u8 code,
                i32 started_ms, i32 finished_ms) {
  out += fmt::format("    {:<16}Terminated\n      Reason:       {}\n      Exit Code:    {}\n",
                     title, ExitReasonText(reason), code);
  if (reason != ExitReason::kStartError) {
    out += fmt::format("      Started:      {} ago\n", AgeText(sim, started_ms));
  }
  out += fmt::format("      Finished:     {} ago\n", AgeText(sim, finished_ms));
}

void AppendState(std::string& out, const Sim& sim, u32 container) {
  const Container& c = sim.At<Container>(container);
  if (c.state == ContainerState::kRunning) {
    out += fmt::format("    State:          Running\n      Started:      {} ago\n",
                       AgeText(sim, c.started_ms));
  } else if (c.state == ContainerState::kTerminated) {
    AppendExit(out, sim, "State:", c.exit_reason, c.exit_code, c.started_ms, c.finished_ms);
  } else {
    out += fmt::format("    State:          Waiting\n      Reason:       {}\n",
                       WaitReasonText(c.waiting));
    const std::string message = WaitMessage(sim, container);
    if (!message.empty()) out += fmt::format("      Message:      {}\n", message);
  }
  if (c.last_exit_reason != ExitReason::kNone) {
    AppendExit(out, sim, "Last State:", c.last_exit_reason, c.last_exit_code, c.last_started_ms,
               c.last_finished_ms);
  }
}

void AppendContainer(std::string& out, const Sim& sim, u32 container) {
  const Container& c = sim.At<Container>(container);
  const auto& tmpl = sim.Typed<PodTemplate>(sim.At<Pod>(c.pod).spec);
  const ContainerSpec& spec = Items(&tmpl, tmpl.containers)[c.index];
  out += ContainerSpecText(sim, tmpl, spec, false);
  AppendState(out, sim, container);
  out += fmt::format("    Ready:          {}\n    Restart Count:  {}\n", c.ready ? "True" : "False",
                     c.restarts);
  out += ResourcesText(sim, tmpl, spec);
}

std::string NodeText(const Sim& sim, const Pod& pod) {
  return pod.node == 0 ? "<none>" : std::string(sim.Text(sim.At<Node>(pod.node).name));
}

std::string LabelsText(const Sim& sim, const Pod& pod) {
  const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
  std::string text = PairsText(sim, Items(&tmpl, tmpl.labels), "\n                  ");
  if (pod.owner != 0) {
    text += "\n                  pod-template-hash=" + HashText(sim.At<ReplicaSet>(pod.owner).hash);
  }
  return text;
}

bool Started(const Sim& sim, const Pod& pod) {
  return pod.first_container != 0 && sim.At<Container>(pod.first_container).born != 0;
}

}  // namespace

const char* WaitReasonText(WaitReason reason) {
  return kWaitReasons[static_cast<std::size_t>(reason)];
}
const char* ExitReasonText(ExitReason reason) {
  return kExitReasons[static_cast<std::size_t>(reason)];
}
const char* PhaseText(PodPhase phase) { return kPhases[static_cast<std::size_t>(phase)]; }

const char* PodStatusText(const Sim& sim, u32 pod_row) {
  const Pod& pod = sim.At<Pod>(pod_row);
  if (pod.stage == PodStage::kTerminating) return "Terminating";
  const char* reason = PhaseText(pod.phase);
  bool running = false;
  // The list runs first to last and the first container with a reason wins.
  const char* first = nullptr;
  for (u32 at = pod.first_container; at != 0; at = sim.At<Container>(at).next) {
    const Container& c = sim.At<Container>(at);
    if (c.state == ContainerState::kRunning) {
      running = running || c.ready;
    } else if (first == nullptr) {
      first = StateText(c);
    }
  }
  if (first != nullptr) reason = first;
  if (running && std::strcmp(reason, "Completed") == 0) return pod.ready ? "Running" : "NotReady";
  return reason;
}

std::string PodReadyText(const Sim& sim, u32 pod_row) {
  const Pod& pod = sim.At<Pod>(pod_row);
  u32 ready = 0;
  for (u32 at = pod.first_container; at != 0; at = sim.At<Container>(at).next) {
    ready += sim.At<Container>(at).ready;
  }
  return fmt::format("{}/{}", ready, sim.Typed<PodTemplate>(pod.spec).containers.count);
}

std::string PodRestartsText(const Sim& sim, u32 pod_row) {
  u32 restarts = 0;
  i32 last_ms = INT32_MIN;
  for (u32 at = sim.At<Pod>(pod_row).first_container; at != 0; at = sim.At<Container>(at).next) {
    const Container& c = sim.At<Container>(at);
    restarts += c.restarts;
    if (c.last_exit_reason != ExitReason::kNone) last_ms = std::max(last_ms, c.last_finished_ms);
  }
  if (restarts == 0 || last_ms == INT32_MIN) return std::to_string(restarts);
  return fmt::format("{} ({} ago)", restarts, AgeText(sim, last_ms));
}

std::string AgeText(const Sim& sim, i32 since_ms) {
  return HumanDuration((static_cast<i64>(sim.now_ms()) - since_ms) / 1000);
}

std::string WaitMessage(const Sim& sim, u32 container) {
  const Container& c = sim.At<Container>(container);
  const Pod& pod = sim.At<Pod>(c.pod);
  const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
  const ContainerSpec& spec = Items(&tmpl, tmpl.containers)[c.index];
  switch (c.waiting) {
    case WaitReason::kErrImagePull: return PullErrorText(sim, spec.image);
    case WaitReason::kImagePullBackOff:
      return fmt::format("Back-off pulling image \"{}\": ErrImagePull: {}", sim.Text(spec.image),
                         PullErrorText(sim, spec.image));
    case WaitReason::kInvalidImageName: return InvalidImageText(sim.Text(spec.image));
    case WaitReason::kErrImageNeverPull: return NeverPullText(sim.Text(spec.image));
    case WaitReason::kRunContainerError: return StartErrorText(sim.Text(spec.command));
    case WaitReason::kCrashLoopBackOff:
      return fmt::format("back-off {} restarting failed container={} pod={}",
                         GoMinutes(c.backoff_ms / 1000), sim.Text(spec.name),
                         KubeletPodText(sim, c.pod));
    case WaitReason::kCreateContainerConfigError: {
      const ConfigRef* ref = FirstMissing(sim, pod.ns, spec, &tmpl, false);
      if (ref == nullptr) return "";  // it is there again, the kubelet has not looked yet
      return ConfigErrorText(sim, pod.ns, ref->name, ref->key,
                             CheckConfig(sim, pod.ns, *ref).problem);
    }
    default: return "";
  }
}

std::string GetPodsText(const Sim& sim, StrId ns, u32 deployment) {
  TextTable table({"NAME", "READY", "STATUS", "RESTARTS", "AGE", "NODE"});
  for (u32 row = 1; row < sim.world.Used<Pod>(); ++row) {
    const Pod& pod = sim.At<Pod>(row);
    if (pod.born == 0 || pod.ns != ns) continue;
    const u32 owner = pod.owner == 0 ? 0 : sim.At<ReplicaSet>(pod.owner).deployment;
    if (deployment != 0 && owner != deployment) continue;
    table.Add({PodName(sim, row), PodReadyText(sim, row), PodStatusText(sim, row),
               PodRestartsText(sim, row), AgeText(sim, pod.created_ms), NodeText(sim, pod)});
  }
  return table.Sorted();
}

std::string DescribePod(const Sim& sim, u32 pod_row) {
  const Pod& pod = sim.At<Pod>(pod_row);
  const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
  std::string out = fmt::format(
      "Name:             {}\nNamespace:        {}\nNode:             {}\n", PodName(sim, pod_row),
      sim.Text(pod.ns), NodeText(sim, pod));
  if (pod.started_ms != 0) {
    out += fmt::format("Start Time:       {} ago\n", AgeText(sim, pod.started_ms));
  }
  out += fmt::format("Labels:           {}\n", LabelsText(sim, pod));
  out += fmt::format("Status:           {}\n", pod.stage == PodStage::kTerminating
                                                   ? "Terminating"
                                                   : PhaseText(pod.phase));
  out += fmt::format("IP:               {}\n", PodIpText(pod.ip));
  if (pod.owner != 0) {
    out += fmt::format("Controlled By:    ReplicaSet/{}\n", ReplicaSetName(sim, pod.owner));
  }
  out += "Containers:\n";
  for (u32 at = pod.first_container; at != 0; at = sim.At<Container>(at).next) {
    AppendContainer(out, sim, at);
  }
  if (!Started(sim, pod)) {
    for (const ContainerSpec& spec : Items(&tmpl, tmpl.containers)) {
      out += ContainerSpecText(sim, tmpl, spec, true);
    }
  }
  const char* ready = pod.ready ? "True" : "False";
  out += fmt::format(
      "Conditions:\n  Type              Status\n  Ready             {}\n  ContainersReady   {}\n"
      "  PodScheduled      {}\n",
      ready, ready, pod.node != 0 ? "True" : "False");
  constexpr const char* kQos[] = {"BestEffort", "Burstable", "Guaranteed"};
  out += fmt::format("QoS Class:        {}\n", kQos[static_cast<std::size_t>(tmpl.qos)]);
  out += fmt::format("Node-Selectors:   {}\n",
                     PairsText(sim, Items(&tmpl, tmpl.node_selector), "\n                  "));
  return out + EventsText(sim, pod.born);
}

}  // namespace wt
