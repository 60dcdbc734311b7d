// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "realcluster/fidelity/json_members.h"
#include "realcluster/fidelity/pod_column.h"

namespace wt {
namespace {

// "ExitCode:1" or "Signal:9" of what ended without a reason.
std::string ExitText(const Json& terminated) {
  const std::string reason = TextAt(terminated, "reason");
  if (!reason.empty()) return reason;
  const i64 signal = IntegerAt(terminated, "signal");
  if (signal != 0) return "Signal:" + std::to_string(signal);
  return "ExitCode:" + std::to_string(IntegerAt(terminated, "exitCode"));
}

bool RestartsAlways(const Json& pod, const std::string& container) {
  for (const Json& spec : ListAt(MemberOf(pod, "spec"), "initContainers")) {
    if (TextAt(spec, "name") == container) return TextAt(spec, "restartPolicy") == "Always";
  }
  return false;
}

// What the first init container that is not done says; empty: all are.
std::string InitText(const Json& pod) {
  const std::size_t count = ListAt(MemberOf(pod, "spec"), "initContainers").size();
  std::size_t i = 0;
  for (const Json& status : ListAt(MemberOf(pod, "status"), "initContainerStatuses")) {
    const Json& state = MemberOf(status, "state");
    const Json& ended = MemberOf(state, "terminated");
    const std::string waiting = TextAt(MemberOf(state, "waiting"), "reason");
    const bool sidecar_up =
        RestartsAlways(pod, TextAt(status, "name")) && FlagAt(status, "started");
    const bool done = ended.is_object() && IntegerAt(ended, "exitCode") == 0;
    if (!done && !sidecar_up) {
      if (ended.is_object()) return "Init:" + ExitText(ended);
      if (!waiting.empty() && waiting != "PodInitializing") return "Init:" + waiting;
      return "Init:" + std::to_string(i) + "/" + std::to_string(count);
    }
    ++i;
  }
  return "";
}

bool HasCondition(const Json& pod, const char* type) {
  for (const Json& condition : ListAt(MemberOf(pod, "status"), "conditions")) {
    if (TextAt(condition, "type") == type) return TextAt(condition, "status") == "True";
  }
  return false;
}

// The list runs last to first, so the first container that has something to say wins.
std::string ContainersText(const Json& pod, std::string text) {
  bool running = false;
  const Json& statuses = ListAt(MemberOf(pod, "status"), "containerStatuses");
  for (auto status = statuses.rbegin(); status != statuses.rend(); ++status) {
    const Json& state = MemberOf(*status, "state");
    const std::string waiting = TextAt(MemberOf(state, "waiting"), "reason");
    const Json& ended = MemberOf(state, "terminated");
    if (!waiting.empty()) text = waiting;
    else if (ended.is_object()) text = ExitText(ended);
    else if (FlagAt(*status, "ready") && MemberOf(state, "running").is_object()) running = true;
  }
  if (text == "Completed" && running) text = HasCondition(pod, "Ready") ? "Running" : "NotReady";
  return text;
}

bool IsGated(const Json& pod) {
  for (const Json& condition : ListAt(MemberOf(pod, "status"), "conditions")) {
    if (TextAt(condition, "type") == "PodScheduled" &&
        TextAt(condition, "reason") == "SchedulingGated") {
      return true;
    }
  }
  return false;
}

}  // namespace

std::string StatusColumn(const Json& pod) {
  const Json& status = MemberOf(pod, "status");
  const std::string own_reason = TextAt(status, "reason");
  std::string text = TextAt(status, "phase");
  if (!own_reason.empty()) text = own_reason;
  if (text.empty()) text = "Pending";
  if (IsGated(pod)) text = "SchedulingGated";
  const std::string init = InitText(pod);
  if (!init.empty()) text = init;
  // Of a pod whose init containers are not done the others say nothing.
  if (init.empty() || HasCondition(pod, "Initialized")) text = ContainersText(pod, text);
  if (TextAt(MemberOf(pod, "metadata"), "deletionTimestamp").empty()) return text;
  return own_reason == "NodeLost" ? "Unknown" : "Terminating";
}

}  // namespace wt
