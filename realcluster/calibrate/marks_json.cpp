// SPDX-License-Identifier: Apache-2.0
#include "realcluster/calibrate/marks.h"

#include <nlohmann/json.hpp>

#include "sim/objects/access.h"

namespace wt {
namespace {

bool IsScheduled(const Json& pod) { return !Text(Map(pod, "spec"), "nodeName").empty(); }

const Json& FirstContainer(const Json& pod) {
  static const Json kNone = Json::object();
  const Json& all = List(Map(pod, "status"), "containerStatuses");
  return all.empty() ? kNone : all[0];
}

// Of the kubelet: the mark of an event's reason.
const char* MarkOfEvent(std::string_view reason, std::string_view message) {
  if (reason == "Pulling") return "pulling";
  if (reason == "Pulled") return "pulled";
  if (reason == "Created") return "created";
  if (reason == "Started") return "started";
  if (reason == "Killing") return "killing";
  if (reason == "Failed" && message.find("pull") != std::string_view::npos) return "refused";
  return nullptr;
}

void MarkAfterKill(const Json& pod, double at, Marks& marks) {
  const Json& container = FirstContainer(pod);
  const bool running = Find(Map(container, "state"), "running") != nullptr;
  const bool again = running && Int(container, "restartCount") > 0;
  if (!IsPodReady(pod)) MarkOnce(marks, "not-ready", at);
  if (!running || again) MarkOnce(marks, "exit-seen", at);
  if (!again) return;
  MarkOnce(marks, "restarted", at);
  if (IsPodReady(pod)) MarkOnce(marks, "ready-again", at);
}

void MarkObject(const Json& pod, double at, Marks& marks) {
  MarkOnce(marks, "seen", at);
  if (IsScheduled(pod)) MarkOnce(marks, "scheduled", at);
  if (!Text(Map(pod, "status"), "startTime").empty()) MarkOnce(marks, "taken-up", at);
  const Json& state = Map(FirstContainer(pod), "state");
  if (Find(state, "running") != nullptr) MarkOnce(marks, "running", at);
  if (Find(state, "terminated") != nullptr) MarkOnce(marks, "exit-seen", at);
  if (Text(Map(state, "waiting"), "reason") == "ErrImagePull") {
    MarkOnce(marks, "refusal-seen", at);
  }
  if (IsPodReady(pod)) MarkOnce(marks, "ready", at);
  if (Find(Map(pod, "metadata"), "deletionTimestamp") != nullptr) {
    MarkOnce(marks, "deleting", at);
  }
}

}  // namespace

void MarkOnce(Marks& marks, const std::string& name, double at_ms) { marks.emplace(name, at_ms); }

bool IsPodReady(const Json& pod) {
  for (const Json& condition : List(Map(pod, "status"), "conditions")) {
    if (Text(condition, "type") == "Ready") return Text(condition, "status") == "True";
  }
  return false;
}

void MarkPod(const Seen& seen, const std::string& pod, double zero_ms, Marks& marks) {
  const double at = seen.at_ms - zero_ms;
  if (seen.collection == "events") {
    if (Text(Map(*seen.object, "involvedObject"), "name") != pod) return;
    const char* mark = MarkOfEvent(Text(*seen.object, "reason"), Text(*seen.object, "message"));
    if (mark != nullptr && !marks.contains("killed")) MarkOnce(marks, mark, at);
    return;
  }
  if (seen.collection != "pods" || Text(Map(*seen.object, "metadata"), "name") != pod) return;
  if (seen.deleted) return MarkOnce(marks, "gone", at);
  if (marks.contains("killed")) return MarkAfterKill(*seen.object, at, marks);
  MarkObject(*seen.object, at, marks);
}

int ReadyAddresses(const Seen& seen, const std::string& service) {
  if (seen.collection != "endpointslices") return -1;
  const Json& labels = Map(Map(*seen.object, "metadata"), "labels");
  if (Text(labels, "kubernetes.io/service-name") != service) return -1;
  if (seen.deleted) return 0;
  int ready = 0;
  for (const Json& endpoint : List(*seen.object, "endpoints")) {
    ready += Flag(Map(endpoint, "conditions"), "ready");
  }
  return ready;
}

}  // namespace wt
