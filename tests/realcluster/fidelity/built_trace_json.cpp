// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/realcluster/fidelity/built_trace.h"

namespace wt {
namespace {

using Json = nlohmann::json;

void Put(Trace& trace, f64 at_s, const Json& object, ChangeType type = ChangeType::kModified) {
  trace.changes.push_back({At(at_s), type, object.dump()});
}

Json OwnedBy(const std::string& kind, const std::string& name) {
  return Json::array({{{"kind", kind}, {"name", name}, {"controller", true}}});
}

}  // namespace

SimTime At(f64 seconds) { return std::llround(seconds * 1000) * kMillisecond; }

Trace EmptyTrace(bool real, u64 seed, f64 seconds) {
  Trace out;
  out.header = {real, "testbed/hotel-oom", seed, "rule", 1, "abc", "v1.35.4", "", "2 cores"};
  out.end = At(seconds);
  SetResult(out, 1, 7, 60);
  return out;
}

void AddPod(Trace& trace, f64 at_s, const BuiltPod& pod) {
  Json state = {{"running", {{"startedAt", "2026-01-31T12:00:00Z"}}}};
  if (!pod.waiting.empty()) state = {{"waiting", {{"reason", pod.waiting}}}};
  if (!pod.terminated.empty()) {
    state = {{"terminated", {{"reason", pod.terminated}, {"exitCode", 137}}}};
  }
  const bool ready = pod.ready && pod.waiting.empty() && pod.terminated.empty();
  Json object = {{"apiVersion", "v1"},
                 {"kind", "Pod"},
                 {"metadata", {{"name", pod.name}, {"namespace", "hotel"}, {"uid", pod.name}}},
                 {"status",
                  {{"phase", pod.waiting.empty() ? "Running" : "Pending"},
                   {"containerStatuses",
                    Json::array({{{"name", "app"}, {"ready", ready}, {"state", state}}})}}}};
  if (!pod.owner.empty()) {
    object["metadata"]["ownerReferences"] = OwnedBy("ReplicaSet", pod.owner);
  }
  if (pod.deleting) object["metadata"]["deletionTimestamp"] = "2026-01-31T12:00:00Z";
  Put(trace, at_s, object);
}

void RemovePod(Trace& trace, f64 at_s, const std::string& name) {
  Put(trace, at_s,
      {{"kind", "Pod"}, {"metadata", {{"name", name}, {"namespace", "hotel"}, {"uid", name}}}},
      ChangeType::kDeleted);
}

void AddReplicaSet(Trace& trace, f64 at_s, const std::string& name, const std::string& owner,
                   int revision) {
  Put(trace, at_s,
      {{"kind", "ReplicaSet"},
       {"metadata",
        {{"name", name},
         {"namespace", "hotel"},
         {"ownerReferences", OwnedBy("Deployment", owner)},
         {"annotations", {{"deployment.kubernetes.io/revision", std::to_string(revision)}}}}}});
}

void AddDeployment(Trace& trace, f64 at_s, const std::string& name, int wanted, int available) {
  Put(trace, at_s,
      {{"kind", "Deployment"},
       {"metadata", {{"name", name}, {"namespace", "hotel"}, {"uid", name}}},
       {"spec", {{"replicas", wanted}}},
       {"status", {{"availableReplicas", available}}}});
}

void AddEvent(Trace& trace, f64 at_s, const BuiltEvent& event) {
  Put(trace, at_s,
      {{"kind", "Event"},
       {"metadata",
        {{"name", event.name + event.reason + event.message}, {"namespace", "hotel"}}},
       {"involvedObject", {{"kind", event.kind}, {"namespace", "hotel"}, {"name", event.name}}},
       {"reason", event.reason},
       {"message", event.message},
       {"type", event.warning ? "Warning" : "Normal"},
       {"count", event.count},
       {"source", {{"component", event.source}}}});
}

void AddTraffic(Trace& trace, f64 from_s, f64 to_s, f32 rate, f32 error) {
  for (f64 at = from_s + 1; at <= to_s; at += 1) {
    TraceTraffic line;
    line.at = At(at);
    line.client_known = true;
    line.client.rate = rate;
    line.client.error = error;
    trace.traffic.push_back(line);
  }
}

void AddAction(Trace& trace, f64 at_s, const std::string& verb, bool accepted) {
  const Json words = {{"at_s", at_s}, {"verb", verb}, {"target", "workload/geo"}};
  trace.actions.push_back({At(at_s), words.dump(), accepted});
}

void AddRequest(Trace& trace, f64 at_s, bool by_agent) {
  TraceRequest request;
  request.at = At(at_s);
  request.by_agent = by_agent;
  request.method = "PATCH";
  request.path = "/apis/apps/v1/namespaces/hotel/deployments/geo";
  request.status = 200;
  trace.requests.push_back(request);
}

void SetResult(Trace& trace, int verdict, int steps, f64 injected_s, bool errored) {
  trace.result = Json{{"schema", "wavetank.episode/1"},
                      {"verdict", verdict},
                      {"steps", steps},
                      {"injected_s", injected_s},
                      {"ttd_s", 15.0},
                      {"ttr_s", 75.0},
                      {"errored", errored}}
                     .dump();
}

}  // namespace wt
