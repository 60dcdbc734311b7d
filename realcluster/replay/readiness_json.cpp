// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "realcluster/replay/readiness.h"
#include "realcluster/replay/steps.h"
#include "sim/objects/access.h"
#include "sim/objects/split.h"

namespace wt {
namespace {

constexpr size_t kExplainedMax = 5;

using ObjectsByName = std::map<std::string, Json>;

Result<ObjectsByName> ByName(KubeApi& api, const std::string& collection) {
  const auto items = GetItems(api, collection);
  if (!items) return items.error();
  ObjectsByName out;
  for (const Json& item : *items) out[std::string(Text(Map(item, "metadata"), "name"))] = item;
  return out;
}

i64 Replicas(const Json& deployment) {
  const Json* replicas = At(deployment, {"spec", "replicas"});
  return replicas != nullptr && replicas->is_number_integer() ? replicas->get<i64>() : 1;
}

bool IsObserved(const Json& deployment) {
  return Int(Map(deployment, "status"), "observedGeneration") >=
             Int(Map(deployment, "metadata"), "generation") &&
         !Text(Map(Map(deployment, "metadata"), "annotations"), kRevisionAnnotation).empty();
}

bool IsRolledOut(const Json& deployment) {
  const Json& status = Map(deployment, "status");
  const i64 wanted = Replicas(deployment);
  return IsObserved(deployment) && Int(status, "updatedReplicas") == wanted &&
         Int(status, "replicas") == wanted && Int(status, "availableReplicas") == wanted;
}

const Json* ConditionOf(const Json& object, std::string_view type) {
  for (const Json& condition : List(Map(object, "status"), "conditions")) {
    if (Text(condition, "type") == type) return &condition;
  }
  return nullptr;
}

bool IsReady(const Json& pod) {
  const Json* ready = ConditionOf(pod, "Ready");
  return (ready != nullptr && Text(*ready, "status") == "True") ||
         Text(Map(pod, "status"), "phase") == "Succeeded";
}

// One word and what is behind it; the higher the rank, the more it explains.
struct PodState {
  int rank = 0;
  std::string text;
  bool image_missing = false;
};

// kubelet's reasons (pkg/kubelet/images/types.go).
bool IsImageMissing(std::string_view reason) {
  return reason == "ErrImageNeverPull" || reason == "ErrImagePull" || reason == "ImagePullBackOff";
}

PodState StateOf(const Json& container) {
  const Json& state = Map(container, "state");
  const Json& last = Map(Map(container, "lastState"), "terminated");
  const std::string name(Text(container, "name"));
  const auto with_last = [&](std::string text) {
    if (last.empty()) return text;
    return fmt::format("{} (last exit: {}, code {}; {} restarts)", text, Text(last, "reason"),
                       Int(last, "exitCode"), Int(container, "restartCount"));
  };
  if (const Json* waiting = Find(state, "waiting")) {
    const std::string_view reason = Text(*waiting, "reason"), message = Text(*waiting, "message");
    const bool normal = reason == "ContainerCreating" || reason == "PodInitializing";
    return {normal ? 2 : 5, with_last(fmt::format("{} in {}{}{}", name, reason,
                                                  message.empty() ? "" : ": ", message)),
            IsImageMissing(reason)};
  }
  if (const Json* ended = Find(state, "terminated")) {
    return {4, fmt::format("{} terminated: {}, exit code {}", name, Text(*ended, "reason"),
                           Int(*ended, "exitCode"))};
  }
  return {Flag(container, "ready") ? 0 : 1, with_last(name + " runs and is not ready")};
}

PodState StateOfPod(const Json& pod) {
  const Json& status = Map(pod, "status");
  PodState worst{0, fmt::format("{}", Text(status, "phase"))};
  if (Find(Map(pod, "metadata"), "deletionTimestamp") != nullptr) return {1, "terminating"};
  const Json* scheduled = ConditionOf(pod, "PodScheduled");
  if (scheduled != nullptr && Text(*scheduled, "status") == "False") {
    worst = {3, fmt::format("not scheduled: {}", Text(*scheduled, "message"))};
  }
  for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
    for (const Json& container : List(status, list)) {
      PodState state = StateOf(container);
      if (state.rank > worst.rank) worst = std::move(state);
    }
  }
  return worst;
}

bool Selects(const Json& deployment, const Json& pod) {
  const Json& wanted = Map(Map(Map(deployment, "spec"), "selector"), "matchLabels");
  const Json& labels = Map(Map(pod, "metadata"), "labels");
  return std::ranges::all_of(wanted.items(), [&](const auto& label) {
    return labels.contains(label.key()) && labels[label.key()] == label.value();
  });
}

PodState WorstPod(const Json& deployment, const ObjectsByName& pods, std::string& name) {
  PodState worst{-1, "no pod that is not ready"};
  for (const auto& [pod_name, pod] : pods) {
    if (!Selects(deployment, pod) || IsReady(pod)) continue;
    PodState state = StateOfPod(pod);
    if (state.rank <= worst.rank) continue;
    worst = std::move(state);
    name = pod_name;
  }
  if (!name.empty()) worst.text = fmt::format("pod {}: {}", name, worst.text);
  return worst;
}

std::string_view TimeOf(const Json& event) {
  const std::string_view last = Text(event, "lastTimestamp");
  if (!last.empty()) return last;
  const std::string_view at = Text(event, "eventTime");
  return at.empty() ? Text(Map(event, "metadata"), "creationTimestamp") : at;
}

// Of the pod, else of what should have made it.
std::string LastWarning(const std::vector<Json>& events, const std::string& pod,
                        const std::string& deployment) {
  const Json* last = nullptr;
  for (const bool of_pod : {true, false}) {
    for (const Json& event : events) {
      const std::string_view name = Text(Map(event, "involvedObject"), "name");
      const bool about =
          of_pod ? name == pod : name == deployment || name.starts_with(deployment + "-");
      if (Text(event, "type") != "Warning" || !about) continue;
      if (last == nullptr || TimeOf(event) >= TimeOf(*last)) last = &event;
    }
    if (last != nullptr) {
      return fmt::format("; last warning: {}: {}", Text(*last, "reason"), Text(*last, "message"));
    }
  }
  return "";
}

// What one namespace holds, read once.
struct NamespaceState {
  ObjectsByName deployments, pods;
  std::vector<Json> events;
};

NamespaceState ReadState(KubeApi& api, const std::string& name_space) {
  NamespaceState out;
  const std::string core = "/api/v1/namespaces/" + name_space;
  const auto deployments = ByName(api, "/apis/apps/v1/namespaces/" + name_space + "/deployments");
  const auto pods = ByName(api, core + "/pods");
  const auto events = GetItems(api, core + "/events");
  if (deployments) out.deployments = *deployments;
  if (pods) out.pods = *pods;
  if (events) out.events = *events;
  return out;
}

Reasons Explain(const PlannedObject& object, const NamespaceState& state) {
  if (object.kind == "Pod") {
    const auto found = state.pods.find(object.name);
    const PodState pod =
        found == state.pods.end() ? PodState{0, "gone"} : StateOfPod(found->second);
    return {fmt::format("{}: {}{}", object.Label(), pod.text,
                        LastWarning(state.events, object.name, object.name)),
            pod.image_missing};
  }
  const auto found = state.deployments.find(object.name);
  if (found == state.deployments.end()) return {object.Label() + ": gone"};
  const Json& status = Map(found->second, "status");
  std::string pod;
  const PodState worst = WorstPod(found->second, state.pods, pod);
  std::string text = fmt::format("{}: {} of {} pods available, {} updated; {}", object.Label(),
                                 Int(status, "availableReplicas"), Replicas(found->second),
                                 Int(status, "updatedReplicas"), worst.text);
  return {text + LastWarning(state.events, pod, object.name), worst.image_missing};
}

}  // namespace

Result<Progress> ReadProgress(KubeApi& api, const AppPlan& plan) {
  Progress out;
  std::map<std::string, ObjectsByName> lists;
  for (const PlannedObject& object : plan.objects) {
    const bool deployment = object.kind == "Deployment";
    if (!deployment && object.kind != "Pod") continue;
    if (!lists.contains(object.collection)) {
      auto list = ByName(api, object.collection);
      if (!list) return list.error();
      lists[object.collection] = std::move(*list);
    }
    const ObjectsByName& list = lists[object.collection];
    const auto found = list.find(object.name);
    const Json& live = found == list.end() ? Json() : found->second;
    const i64 wanted = deployment ? Replicas(live) : 1;
    const i64 ready = deployment ? Int(Map(live, "status"), "readyReplicas") : IsReady(live);
    out.pods += static_cast<int>(wanted);
    out.ready_pods += static_cast<int>(std::min(ready, wanted));
    const bool done = deployment ? IsRolledOut(live) : IsReady(live);
    if (!done) out.not_ready.push_back(object.path);
    if (deployment && !IsObserved(live)) out.unobserved.push_back(object.path);
  }
  return out;
}

Reasons WhyNotReady(KubeApi& api, const AppPlan& plan, const Progress& progress) {
  std::map<std::string, NamespaceState> states;
  Reasons out;
  size_t explained = 0;
  for (const PlannedObject& object : plan.objects) {
    if (std::ranges::find(progress.not_ready, object.path) == progress.not_ready.end()) continue;
    if (explained++ == kExplainedMax) break;
    if (!states.contains(object.name_space)) {
      states[object.name_space] = ReadState(api, object.name_space);
    }
    const Reasons reasons = Explain(object, states[object.name_space]);
    out.text += "\n  " + reasons.text;
    out.image_missing |= reasons.image_missing;
  }
  if (progress.not_ready.size() > kExplainedMax) {
    out.text += fmt::format("\n  and {} more", progress.not_ready.size() - kExplainedMax);
  }
  return out;
}

}  // namespace wt
