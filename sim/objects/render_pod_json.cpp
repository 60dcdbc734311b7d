// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/render_pod.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/content_hash.h"
#include "sim/objects/render.h"
#include "sim/objects/timestamp.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/telemetry/describe.h"
#include "sim/telemetry/names.h"

namespace wt {
namespace {

constexpr const char* kQosNames[] = {"BestEffort", "Burstable", "Guaranteed"};

constexpr const char* kAccountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

bool Tolerates(const Json& tolerations, std::string_view key) {
  for (const Json& toleration : tolerations) {
    const std::string_view effect = Text(toleration, "effect");
    const std::string_view its_key = Text(toleration, "key");
    if ((its_key == key || its_key.empty()) && (effect == "NoExecute" || effect.empty())) {
      return true;
    }
  }
  return false;
}

void AddTolerations(Json& spec) {
  const Json given = List(spec, "tolerations");
  Json out = given;
  for (const char* key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}) {
    if (Tolerates(given, key)) continue;
    out.push_back({{"key", key},
                   {"operator", "Exists"},
                   {"effect", "NoExecute"},
                   {"tolerationSeconds", 300}});
  }
  spec["tolerations"] = std::move(out);
}

void AddTokenVolume(Json& spec, u32 born) {
  const Json* automount = Find(spec, "automountServiceAccountToken");
  if (automount != nullptr && !Flag(spec, "automountServiceAccountToken")) return;
  std::string name = "kube-api-access-";
  u32 rest = ContentId(std::to_string(born));
  for (int i = 0; i < 5; ++i, rest /= 27) name += "bcdfghjklmnpqrstvwxz2456789"[rest % 27];
  const Json mount = {{"mountPath", kAccountPath}, {"name", name}, {"readOnly", true}};
  for (const char* list : {"containers", "initContainers"}) {
    if (!spec.contains(list)) continue;
    for (Json& container : spec[list]) container["volumeMounts"].push_back(mount);
  }
  Json sources = Json::array();
  sources.push_back({{"serviceAccountToken", {{"expirationSeconds", 3607}, {"path", "token"}}}});
  sources.push_back({{"configMap",
                      {{"items", Json::array({{{"key", "ca.crt"}, {"path", "ca.crt"}}})},
                       {"name", "kube-root-ca.crt"}}}});
  const Json field = {{"apiVersion", "v1"}, {"fieldPath", "metadata.namespace"}};
  const Json item = {{"fieldRef", field}, {"path", "namespace"}};
  sources.push_back({{"downwardAPI", {{"items", Json::array({item})}}}});
  spec["volumes"].push_back(
      {{"name", name}, {"projected", {{"defaultMode", 420}, {"sources", std::move(sources)}}}});
}

Json Condition(const char* type, bool holds, i32 at_ms, const char* reason = "",
               const std::string& message = "") {
  Json out = {{"type", type},
              {"status", holds ? "True" : "False"},
              {"lastProbeTime", nullptr},
              {"observedGeneration", 1},
              {"lastTransitionTime", Timestamp(at_ms)}};
  if (*reason != '\0') out["reason"] = reason;
  if (!message.empty()) out["message"] = message;
  return out;
}

std::string UnreadyContainers(const Sim& sim, const Pod& pod) {
  std::string names;
  const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
  const auto specs = Items(&tmpl, tmpl.containers);
  for (u32 row = pod.first_container; row != 0; row = sim.At<Container>(row).next) {
    const Container& container = sim.At<Container>(row);
    if (container.ready) continue;
    if (!names.empty()) names += ' ';
    names += sim.Text(specs[container.index].name);
  }
  return "containers with unready status: [" + names + "]";
}

Json PodConditions(const Sim& sim, u32 row) {
  const Pod& pod = sim.At<Pod>(row);
  Json out = Json::array();
  if (pod.node == 0) {
    const bool refused = pod.stage == PodStage::kUnschedulable;
    out.push_back(Condition("PodScheduled", false, pod.created_ms,
                            refused ? "Unschedulable" : "SchedulerError"));
    if (!refused) out = Json::array();
    return out;
  }
  const bool started = pod.started_ms != 0;
  const i32 since = started ? pod.started_ms : pod.scheduled_ms;
  const i32 ready_at = pod.ready_ms != 0 ? pod.ready_ms : since;
  const std::string unready = pod.ready ? "" : UnreadyContainers(sim, pod);
  const char* reason = pod.ready ? "" : "ContainersNotReady";
  out.push_back(Condition("PodReadyToStartContainers", started, since));
  out.push_back(Condition("Initialized", true, pod.scheduled_ms));
  out.push_back(Condition("Ready", pod.ready != 0, ready_at, reason, unready));
  out.push_back(Condition("ContainersReady", pod.ready != 0, ready_at, reason, unready));
  out.push_back(Condition("PodScheduled", true, pod.scheduled_ms));
  return out;
}

Json Terminated(i32 exit_code, ExitReason reason, i32 started_ms, i32 finished_ms) {
  return {{"terminated",
           {{"exitCode", exit_code},
            {"reason", ExitReasonText(reason)},
            {"startedAt", Timestamp(started_ms)},
            {"finishedAt", Timestamp(finished_ms)}}}};
}

Json StateOf(const Sim& sim, u32 pod, const Container& container, std::string_view name) {
  switch (container.state) {
    case ContainerState::kRunning:
      return {{"running", {{"startedAt", Timestamp(container.started_ms)}}}};
    case ContainerState::kTerminated:
      return Terminated(container.exit_code, container.exit_reason, container.started_ms,
                        container.finished_ms);
    case ContainerState::kWaiting: break;
  }
  Json waiting = {{"reason", WaitReasonText(container.waiting)}};
  if (container.waiting == WaitReason::kCrashLoopBackOff) {
    waiting["message"] = fmt::format("back-off {} restarting failed container={} pod={}",
                                     container.backoff_ms < 60'000
                                         ? fmt::format("{}s", container.backoff_ms / 1000)
                                         : fmt::format("{}m{}s", container.backoff_ms / 60'000,
                                                       container.backoff_ms / 1000 % 60),
                                     name, PodName(sim, pod));
  }
  return {{"waiting", std::move(waiting)}};
}

Json ContainerStatus(const Sim& sim, u32 pod, u32 row, const ContainerSpec& spec) {
  const Container& container = sim.At<Container>(row);
  const std::string name(sim.Text(spec.name));
  const std::string image(sim.Text(spec.image));
  Json out = {{"name", name},
              {"image", image},
              {"ready", container.ready != 0},
              {"restartCount", container.restarts},
              {"started", container.started != 0},
              {"lastState", Json::object()},
              {"state", StateOf(sim, pod, container, name)},
              {"imageID", ""}};
  if (container.runs != 0) {
    out["imageID"] = fmt::format("sha256:{0:016x}{0:016x}{0:016x}{0:016x}", ContentHash(image));
    const std::string id = std::to_string(container.born) + "." + std::to_string(container.runs);
    out["containerID"] = fmt::format("containerd://{:016x}{:016x}{:016x}{:016x}", ContentHash(id),
                                     ContentHash(id + "b"), ContentHash(id + "c"),
                                     ContentHash(id + "d"));
  }
  if (container.last_exit_reason != ExitReason::kNone) {
    out["lastState"] = Terminated(container.last_exit_code, container.last_exit_reason,
                                  container.last_started_ms, container.last_finished_ms);
  }
  return out;
}

}  // namespace

void AddAdmittedPodFields(const Sim& sim, u32 row, Json& spec) {
  const Pod& pod = sim.At<Pod>(row);
  if (pod.node != 0) spec["nodeName"] = sim.Text(sim.At<Node>(pod.node).name);
  if (!spec.contains("serviceAccountName")) spec["serviceAccountName"] = "default";
  spec["serviceAccount"] = spec["serviceAccountName"];
  if (!spec.contains("enableServiceLinks")) spec["enableServiceLinks"] = true;
  if (!spec.contains("priority")) spec["priority"] = 0;
  if (!spec.contains("preemptionPolicy")) spec["preemptionPolicy"] = "PreemptLowerPriority";
  AddTolerations(spec);
  AddTokenVolume(spec, pod.born);
}

std::string NodeAddress(const Sim& sim, u32 node) {
  const std::string_view text = DocumentOf(sim, sim.At<Node>(node).doc);
  if (text.empty()) return "";
  const Json document = Json::parse(text);
  for (const Json& address : List(Map(document, "status"), "addresses")) {
    if (Text(address, "type") == "InternalIP") return std::string(Text(address, "address"));
  }
  return "";
}

Json RenderPodStatus(const Sim& sim, u32 row) {
  const Pod& pod = sim.At<Pod>(row);
  const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
  const auto specs = Items(&tmpl, tmpl.containers);
  Json out = {{"phase", PhaseText(pod.phase)},
              {"qosClass", kQosNames[static_cast<int>(tmpl.qos)]},
              {"observedGeneration", 1}};
  Json conditions = PodConditions(sim, row);
  if (!conditions.empty()) out["conditions"] = std::move(conditions);
  if (pod.node == 0) return out;
  Json statuses = Json::array();
  for (u32 at = pod.first_container; at != 0; at = sim.At<Container>(at).next) {
    statuses.push_back(ContainerStatus(sim, row, at, specs[sim.At<Container>(at).index]));
  }
  if (!statuses.empty()) out["containerStatuses"] = std::move(statuses);
  if (pod.started_ms != 0) out["startTime"] = Timestamp(pod.started_ms);
  if (const std::string host = NodeAddress(sim, pod.node); !host.empty()) {
    out["hostIP"] = host;
    out["hostIPs"] = Json::array({{{"ip", host}}});
  }
  if (pod.ip != 0) {
    out["podIP"] = PodIpText(pod.ip);
    out["podIPs"] = Json::array({{{"ip", out["podIP"]}}});
  }
  return out;
}

}  // namespace wt
