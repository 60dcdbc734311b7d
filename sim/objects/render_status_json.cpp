// SPDX-License-Identifier: Apache-2.0
// Status of everything but pods. Condition texts: pkg/controller/deployment/util and
// pkg/kubelet/nodestatus, Kubernetes v1.35.
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/render.h"
#include "sim/objects/timestamp.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/telemetry/describe.h"

namespace wt {
namespace {

// message = before + "ReplicaSet name" + after, by ProgressReason
struct ProgressMessage {
  const char* before;
  const char* after;
};
constexpr ProgressMessage kProgress[] = {
    {"", ""},
    {"Created new replica set ", ""},
    {"Found new replica set ", ""},
    {"ReplicaSet ", " is progressing."},
    {"ReplicaSet ", " has successfully progressed."},
    {"ReplicaSet ", " has timed out progressing."},
    {"", ""},
    {"", ""}};

Json Condition(const char* type, bool holds, const char* reason, const std::string& message,
               i32 changed_ms) {
  return {{"type", type},
          {"status", holds ? "True" : "False"},
          {"reason", reason},
          {"message", message},
          {"lastTransitionTime", Timestamp(changed_ms)}};
}

// The ReplicaSet of the Deployment's template, 0 = not made yet.
u32 NewReplicaSet(const Sim& sim, const Deployment& deployment) {
  for (u32 row = deployment.first_rs; row != 0; row = sim.At<ReplicaSet>(row).next) {
    const ReplicaSet& set = sim.At<ReplicaSet>(row);
    if (set.tmpl == deployment.tmpl && set.restarted_at_s == deployment.restarted_at_s) {
      return row;
    }
  }
  return 0;
}

void PutCount(Json& status, const char* name, i64 count) {
  if (count != 0) status[name] = count;
}

Json ProgressCondition(const Sim& sim, const Deployment& deployment) {
  const ProgressMessage& text = kProgress[deployment.progressing];
  const auto reason = static_cast<ProgressReason>(deployment.progressing);
  const u32 set = NewReplicaSet(sim, deployment);
  std::string message =
      set == 0 ? "" : text.before + ('"' + ReplicaSetName(sim, set) + '"') + text.after;
  const bool paused = reason == ProgressReason::kDeploymentPaused;
  if (paused) message = "Deployment is paused";
  if (reason == ProgressReason::kDeploymentResumed) message = "Deployment is resumed";
  Json out = Condition("Progressing", reason != ProgressReason::kProgressDeadlineExceeded,
                       ProgressReasonText(reason), message, deployment.last_progress_ms);
  if (paused || reason == ProgressReason::kDeploymentResumed) out["status"] = "Unknown";
  return out;
}

Json DeploymentStatus(const Sim& sim, u32 row) {
  const Deployment& deployment = sim.At<Deployment>(row);
  Json out = Json::object();
  PutCount(out, "observedGeneration", deployment.observed_generation);
  PutCount(out, "replicas", deployment.status_replicas);
  PutCount(out, "updatedReplicas", deployment.status_updated);
  PutCount(out, "readyReplicas", deployment.status_ready);
  PutCount(out, "availableReplicas", deployment.status_available);
  PutCount(out, "unavailableReplicas", deployment.status_unavailable);
  i64 terminating = 0;
  for (u32 at = deployment.first_rs; at != 0; at = sim.At<ReplicaSet>(at).next) {
    terminating += sim.At<ReplicaSet>(at).terminating;
  }
  out["terminatingReplicas"] = terminating;
  if (deployment.observed_generation == 0) return out;
  Json conditions = Json::array();
  conditions.push_back(
      deployment.available
          ? Condition("Available", true, "MinimumReplicasAvailable",
                      "Deployment has minimum availability.", deployment.available_change_ms)
          : Condition("Available", false, "MinimumReplicasUnavailable",
                      "Deployment does not have minimum availability.",
                      deployment.available_change_ms));
  if (deployment.progressing != 0) conditions.push_back(ProgressCondition(sim, deployment));
  for (Json& condition : conditions) condition["lastUpdateTime"] = condition["lastTransitionTime"];
  out["conditions"] = std::move(conditions);
  return out;
}

Json ReplicaSetStatus(const Sim& sim, u32 row) {
  const ReplicaSet& set = sim.At<ReplicaSet>(row);
  Json out = {{"replicas", set.active}};
  PutCount(out, "fullyLabeledReplicas", set.active);
  PutCount(out, "readyReplicas", set.ready);
  PutCount(out, "availableReplicas", set.available);
  PutCount(out, "terminatingReplicas", set.terminating);
  return out;
}

Json NodeStatus(const Sim& sim, u32 row) {
  const Node& node = sim.At<Node>(row);
  const std::string_view text = DocumentOf(sim, node.doc);
  Json out = text.empty() ? Json::object() : Json::parse(text).value("status", Json::object());
  constexpr struct {
    const char* type;
    const char* reason;
    const char* message;
  } kPressures[] = {
      {"MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"},
      {"DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"},
      {"PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"}};
  Json conditions = Json::array();
  for (const auto& row_of : kPressures) {
    conditions.push_back(
        Condition(row_of.type, false, row_of.reason, row_of.message, node.created_ms));
  }
  conditions.push_back(node.ready
                           ? Condition("Ready", true, "KubeletReady",
                                       "kubelet is posting ready status", node.created_ms)
                           : Condition("Ready", false, "KubeletNotReady", "kubelet is not ready",
                                       node.created_ms));
  const std::string heartbeat = Timestamp(sim.now_ms() / 10'000 * 10'000);
  for (Json& condition : conditions) condition["lastHeartbeatTime"] = heartbeat;
  out["conditions"] = std::move(conditions);
  return out;
}

}  // namespace

Json RenderStatus(const Sim& sim, ObjectRef object) {
  switch (object.kind) {
    case ObjectKind::kNode: return NodeStatus(sim, object.row);
    case ObjectKind::kDeployment: return DeploymentStatus(sim, object.row);
    case ObjectKind::kReplicaSet: return ReplicaSetStatus(sim, object.row);
    case ObjectKind::kPod: return RenderPodStatus(sim, object.row);
    case ObjectKind::kService: return {{"loadBalancer", Json::object()}};
    case ObjectKind::kNamespace: return {{"phase", "Active"}};
    default: return Json();
  }
}

}  // namespace wt
