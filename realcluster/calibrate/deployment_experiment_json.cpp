// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "realcluster/calibrate/experiments.h"
#include "sim/objects/access.h"

namespace wt {
namespace {

constexpr int kReplicas = 3;
constexpr double kWithinS = 60;

// Instants of one revision's way to three ready pods, as `prefix` + mark.
struct Rollout {
  std::string deployment, prefix;
  double zero_ms = 0;
  Marks& marks;
  std::set<std::string> old;       // ReplicaSets that were there before
  std::set<std::string> ready;     // pods of the new one
  std::string replica_set;

  void Note(const std::string& mark, double at_ms) {
    MarkOnce(marks, prefix + mark, at_ms - zero_ms);
  }
  bool IsNewPod(const std::string& pod) const {
    return !replica_set.empty() && pod.starts_with(replica_set + "-");
  }
  bool Take(const Seen& seen);
  bool IsComplete(const Json& object) const;
};

bool Rollout::IsComplete(const Json& object) const {
  const Json& status = Map(object, "status");
  return Int(status, "observedGeneration") == Int(Map(object, "metadata"), "generation") &&
         Int(status, "updatedReplicas") == kReplicas && Int(status, "replicas") == kReplicas &&
         Int(status, "availableReplicas") == kReplicas;
}

bool Rollout::Take(const Seen& seen) {
  const std::string name(Text(Map(*seen.object, "metadata"), "name"));
  if (seen.collection == "deployments" && name == deployment) {
    Note("deployment", seen.at_ms);
    if (!replica_set.empty() && IsComplete(*seen.object)) Note("complete", seen.at_ms);
  }
  if (seen.collection == "replicasets" && name.starts_with(deployment + "-") &&
      !old.contains(name) && !seen.deleted && replica_set.empty()) {
    replica_set = name;
    Note("replicaset", seen.at_ms);
  }
  if (seen.collection == "pods" && IsNewPod(name) && !seen.deleted) {
    Note("pod", seen.at_ms);
    if (IsPodReady(*seen.object) && ready.insert(name).second) {
      Note(fmt::format("ready-{}", ready.size()), seen.at_ms);
    }
  }
  return marks.contains(prefix + "complete");
}

Json DeploymentOf(const std::string& name) {
  Json pod = PodOf(name, {});
  pod["spec"]["containers"][0]["name"] = "app";
  const Json labels = {{"app", "calibrate"}, {"of", name}};
  return {{"apiVersion", "apps/v1"},
          {"kind", "Deployment"},
          {"metadata", {{"name", name}}},
          {"spec",
           {{"replicas", kReplicas},
            {"selector", {{"matchLabels", {{"of", name}}}}},
            {"template", {{"metadata", {{"labels", labels}}}, {"spec", pod["spec"]}}}}}};
}

// Until the Deployment's ReplicaSets and pods are gone.
Status Remove(Rig& rig, const Made& made, const std::string& name) {
  std::set<std::string> pods;
  if (Status sent = Delete(rig, made, -1); !sent) return sent;
  std::set<std::string> gone;
  Status followed = Follow(rig, name, kWithinS, [&](const Seen& seen) {
    const std::string pod(Text(Map(*seen.object, "metadata"), "name"));
    if (seen.collection == "pods" && pod.starts_with(name + "-") && seen.deleted) gone.insert(pod);
    return gone.size() >= kReplicas;
  });
  if (!followed) return followed;
  return Forget(rig, made);
}

}  // namespace

Result<Sample> DeploymentOnce(Rig& rig, int run) {
  Sample sample{"deployment", run, {}};
  if (Status waited = WaitAtRandom(rig, 0.2, 1.2); !waited) return waited.error();
  rig.log.Skip();
  const std::string name = fmt::format("deployment-{}", run);
  const double zero = SteadyMs();
  Result<Made> made = Make(rig, "/apis/apps/v1", "deployments", DeploymentOf(name));
  if (!made) return made.error();
  Rollout first{name, "", zero, sample.at_ms, {}, {}, ""};
  const auto take = [](Rollout& rollout) {
    return [&rollout](const Seen& seen) { return rollout.Take(seen); };
  };
  if (Status s = Follow(rig, name, kWithinS, take(first)); !s) return s.error();
  if (Status waited = WaitAtRandom(rig, 2.0, 3.0); !waited) return waited.error();
  rig.log.Skip();
  Rollout second{name, "rollout-", zero, sample.at_ms, {first.replica_set}, {}, ""};
  sample.at_ms["rollout-sent"] = SteadyMs() - zero;
  const Json patch = {
      {"spec", {{"template", {{"metadata", {{"annotations", {{"turn", "2"}}}}}}}}}};
  if (Status s = Patch(rig, made->path, patch); !s) return s.error();
  if (Status s = Follow(rig, name, kWithinS, take(second)); !s) return s.error();
  if (Status waited = WaitAtRandom(rig, 4.0, 4.5); !waited) return waited.error();
  rig.log.Skip();  // the old pods are gone
  if (Status removed = Remove(rig, *made, name); !removed) return removed.error();
  return sample;
}

}  // namespace wt
