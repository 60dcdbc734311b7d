// SPDX-License-Identifier: Apache-2.0
// Texts of Kubernetes Events, v1.35: pkg/kubelet/events, pkg/kubelet/images, pkg/kubelet/prober,
// pkg/controller/{deployment,replicaset}; containerd and runc for what the runtime answers.
#include <fmt/format.h>

#include <iterator>

#include "sim/scheduler/fit_error.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/telemetry/names.h"
#include "sim/telemetry/runtime_text.h"

namespace wt {
namespace {

struct ReasonInfo {
  EventReason id;
  bool warning;
  const char* reason;
  const char* source;
};

constexpr const char* kKubelet = "kubelet";

constexpr ReasonInfo kReasons[] = {
    {EventReason::kNone, false, "", ""},
    {EventReason::kScheduled, false, "Scheduled", "default-scheduler"},
    {EventReason::kFailedScheduling, true, "FailedScheduling", "default-scheduler"},
    {EventReason::kPulling, false, "Pulling", kKubelet},
    {EventReason::kPulled, false, "Pulled", kKubelet},
    {EventReason::kPulledPresent, false, "Pulled", kKubelet},
    {EventReason::kCreated, false, "Created", kKubelet},
    {EventReason::kStarted, false, "Started", kKubelet},
    {EventReason::kKilling, false, "Killing", kKubelet},
    {EventReason::kKillingLiveness, false, "Killing", kKubelet},
    {EventReason::kFailedPull, true, "Failed", kKubelet},
    {EventReason::kErrImagePull, true, "Failed", kKubelet},
    {EventReason::kImagePullBackOff, true, "Failed", kKubelet},
    {EventReason::kBackOffPull, false, "BackOff", kKubelet},
    {EventReason::kFailedConfig, true, "Failed", kKubelet},
    {EventReason::kFailedCreateContainer, true, "Failed", kKubelet},
    {EventReason::kFailedStart, true, "Failed", kKubelet},
    {EventReason::kBackOff, true, "BackOff", kKubelet},
    {EventReason::kUnhealthyStartup, true, "Unhealthy", kKubelet},
    {EventReason::kUnhealthyLiveness, true, "Unhealthy", kKubelet},
    {EventReason::kUnhealthyReadiness, true, "Unhealthy", kKubelet},
    {EventReason::kFailedMount, true, "FailedMount", kKubelet},
    {EventReason::kScalingReplicaSetUp, false, "ScalingReplicaSet", "deployment-controller"},
    {EventReason::kScalingReplicaSetDown, false, "ScalingReplicaSet", "deployment-controller"},
    {EventReason::kSuccessfulCreate, false, "SuccessfulCreate", "replicaset-controller"},
    {EventReason::kSuccessfulDelete, false, "SuccessfulDelete", "replicaset-controller"},
    {EventReason::kNodeNotReady, false, "NodeNotReady", "node-controller"},
    {EventReason::kNodeReady, false, "NodeReady", kKubelet},
    {EventReason::kInspectFailed, true, "InspectFailed", kKubelet},
    {EventReason::kErrInvalidImage, true, "Failed", kKubelet},
    {EventReason::kNeverPull, true, "ErrImageNeverPull", kKubelet},
    {EventReason::kErrNeverPull, true, "Failed", kKubelet},
    {EventReason::kMountTimeout, true, "FailedMount", kKubelet},
    {EventReason::kKillingChanged, false, "Killing", kKubelet},
    {EventReason::kFailedMountSecret, true, "FailedMount", kKubelet},
};
static_assert(std::size(kReasons) == static_cast<std::size_t>(EventReason::kCount));
static_assert([] {
  for (std::size_t i = 0; i < std::size(kReasons); ++i) {
    if (static_cast<std::size_t>(kReasons[i].id) != i) return false;
  }
  return true;
}());

// "1.234s", "12.3s" as Go prints a duration rounded to milliseconds.
std::string GoSeconds(u32 ms) {
  if (ms < 1000) return fmt::format("{}ms", ms);
  std::string text = fmt::format("{}.{:03}", ms / 1000, ms % 1000);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text + "s";
}

std::string PulledText(const Sim& sim, StrId image, u32 ms) {
  i64 bytes = 0;
  for (const Image& known : sim.blueprint.images) {
    if (known.name == image) bytes = known.bytes;
  }
  const std::string took = GoSeconds(ms);
  return fmt::format(
      "Successfully pulled image \"{}\" in {} ({} including waiting). Image size: {} bytes.",
      sim.Text(image), took, took, bytes);
}

const char* const kProbeNames[] = {"startup", "liveness", "readiness"};

std::string PodText(const Sim& sim, const ClusterEvent& event, const std::string& name) {
  return fmt::format("{}_{}({})", name, sim.Text(event.names[0]),
                     UidText(sim.key(), event.object_born));
}

std::string NodeName(const Sim& sim, u32 row) {
  const Node& node = sim.At<Node>(row);
  return std::string(node.born == 0 ? "" : sim.Text(node.name));
}

std::string ScalingText(const Sim& sim, const ClusterEvent& event, const char* way) {
  return fmt::format("Scaled {} replica set {}-{} from {} to {}", way, sim.Text(event.names[1]),
                     HashText(event.args[0]), event.args[1], event.args[2]);
}

std::string KubeletMessage(const Sim& sim, const ClusterEvent& event, const std::string& name) {
  const auto text = [&sim, &event](int i) { return sim.Text(event.args[i]); };
  switch (static_cast<EventReason>(event.reason)) {
    case EventReason::kPulling: return fmt::format("Pulling image \"{}\"", text(0));
    case EventReason::kPulled: return PulledText(sim, event.args[0], event.args[1]);
    case EventReason::kPulledPresent: return ImagePresentText(text(0));
    case EventReason::kCreated: return "Container created";
    case EventReason::kStarted: return "Container started";
    case EventReason::kKilling: return fmt::format("Stopping container {}", text(0));
    case EventReason::kKillingLiveness:
      return fmt::format("Container {} failed {} probe, will be restarted", text(0),
                         kProbeNames[event.args[1]]);
    case EventReason::kKillingChanged:
      return fmt::format("Container {} definition changed, will be restarted", text(0));
    case EventReason::kFailedPull:
      return fmt::format("Failed to pull image \"{}\": {}", text(0),
                         PullErrorText(sim, event.args[0]));
    case EventReason::kErrImagePull: return "Error: ErrImagePull";
    case EventReason::kImagePullBackOff: return "Error: ImagePullBackOff";
    case EventReason::kErrInvalidImage: return "Error: InvalidImageName";
    case EventReason::kErrNeverPull: return "Error: ErrImageNeverPull";
    case EventReason::kBackOffPull: return fmt::format("Back-off pulling image \"{}\"", text(0));
    case EventReason::kInspectFailed: return InvalidImageText(text(0));
    case EventReason::kNeverPull: return NeverPullText(text(0));
    case EventReason::kFailedConfig:
      return "Error: " + ConfigErrorText(sim, event.names[0], event.args[0], event.args[1],
                                         event.args[2]);
    case EventReason::kFailedStart: return "Error: " + StartErrorText(text(0));
    case EventReason::kBackOff:
      return fmt::format("Back-off restarting failed container {} in pod {}", text(0),
                         PodText(sim, event, name));
    case EventReason::kUnhealthyStartup:
      return UnhealthyText(sim, "Startup", event.args);
    case EventReason::kUnhealthyLiveness:
      return UnhealthyText(sim, "Liveness", event.args);
    case EventReason::kUnhealthyReadiness:
      return UnhealthyText(sim, "Readiness", event.args);
    case EventReason::kFailedMount:
      return MountErrorText(text(0), "configmap", text(1), text(2));
    case EventReason::kFailedMountSecret:
      return MountErrorText(text(0), "secret", text(1), text(2));
    case EventReason::kMountTimeout: return MountTimeoutText(text(0));
    default: return "";
  }
}

std::string Message(const Sim& sim, const ClusterEvent& event, const std::string& name) {
  switch (static_cast<EventReason>(event.reason)) {
    case EventReason::kScheduled:
      return fmt::format("Successfully assigned {}/{} to {}", sim.Text(event.names[0]), name,
                         NodeName(sim, event.args[0]));
    case EventReason::kFailedScheduling:
      return FitErrorText(UnpackFitCounts(event.args[0], event.args[1]), event.args[2]);
    case EventReason::kScalingReplicaSetUp: return ScalingText(sim, event, "up");
    case EventReason::kScalingReplicaSetDown: return ScalingText(sim, event, "down");
    case EventReason::kSuccessfulCreate:
      return fmt::format("Created pod: {}-{}", name, TailText(event.args[0]));
    case EventReason::kSuccessfulDelete:
      return fmt::format("Deleted pod: {}-{}", name, TailText(event.args[0]));
    case EventReason::kNodeNotReady:
      return fmt::format("Node {} status is now: NodeNotReady", name);
    case EventReason::kNodeReady: return fmt::format("Node {} status is now: NodeReady", name);
    default: return KubeletMessage(sim, event, name);
  }
}

const char* KindText(u8 kind) {
  switch (static_cast<ObjectKind>(kind)) {
    case ObjectKind::kNode: return "node";
    case ObjectKind::kDeployment: return "deployment";
    case ObjectKind::kReplicaSet: return "replicaset";
    case ObjectKind::kPod: return "pod";
    case ObjectKind::kService: return "service";
    default: return "object";
  }
}

}  // namespace

bool IsWarning(EventReason reason) { return kReasons[static_cast<std::size_t>(reason)].warning; }

bool IsWarning(const ClusterEvent& event) {
  if (event.reported != 0) return event.reported == 2;
  return IsWarning(static_cast<EventReason>(event.reason));
}

EventReason ReasonNamed(std::string_view reason, std::string_view message) {
  constexpr struct {
    std::string_view reason, part;
    EventReason id;
  } kTold[] = {{"Killing", "probe, will be restarted", EventReason::kKillingLiveness},
               {"Killing", "definition changed", EventReason::kKillingChanged},
               {"Pulled", "already present", EventReason::kPulledPresent},
               {"Unhealthy", "Startup", EventReason::kUnhealthyStartup},
               {"Unhealthy", "Liveness", EventReason::kUnhealthyLiveness},
               {"Unhealthy", "Readiness", EventReason::kUnhealthyReadiness},
               {"BackOff", "restarting failed container", EventReason::kBackOff},
               {"ScalingReplicaSet", "Scaled down", EventReason::kScalingReplicaSetDown},
               {"Failed", "Error: ErrImagePull", EventReason::kErrImagePull},
               {"Failed", "Error: ImagePullBackOff", EventReason::kImagePullBackOff}};
  for (const auto& told : kTold) {
    if (told.reason == reason && message.find(told.part) != std::string_view::npos) return told.id;
  }
  for (const ReasonInfo& info : kReasons) {
    if (info.reason == reason) return info.id;
  }
  return EventReason::kNone;
}

RenderedEvent Render(const Sim& sim, const ClusterEvent& event) {
  WT_CHECK(event.reason < std::size(kReasons), "an event record has a reason");
  const ReasonInfo& info = kReasons[event.reason];
  const std::string name =
      NameText(sim, {event.names[0], event.names[1], event.name_hash, event.name_tail});
  const EventCount seen = CountEvent(sim, event);
  RenderedEvent out;
  const bool reported = event.reported != 0;
  out.type = IsWarning(event) ? "Warning" : "Normal";
  out.reason = reported ? sim.Text(event.args[1]) : info.reason;
  out.source = reported ? sim.Text(event.args[2]) : info.source;
  out.object = fmt::format("{}/{}", KindText(event.object_kind), name);
  out.message = reported ? std::string(sim.Text(event.args[0])) : Message(sim, event, name);
  out.count = seen.count;
  out.first_ms = event.first_ms;
  out.last_ms = seen.last_ms;
  return out;
}

}  // namespace wt
