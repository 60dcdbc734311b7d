// SPDX-License-Identifier: Apache-2.0
// What every micro-experiment uses: calls, the log of what was seen, the inventory of what is ours,
// waiting that Ctrl-C ends.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>

#include "realcluster/calibrate/marks.h"
#include "realcluster/calibrate/service_probe.h"
#include "realcluster/kube/rest_kube_api.h"
#include "realcluster/replay/deployment.h"

namespace wt {

// The Service that selects the pods of experiments: label app=calibrate.
constexpr const char* kService = "calibrate";
constexpr const char* kImage = "wavetank.local/app:1";  // what a testbed has loaded

struct Rig {
  RestKubeApi& api;
  WatchLog& log;
  Inventory& inventory;
  const ApplyOptions& options;  // progress, interrupted
  std::string name_space;
  bool on_node = false;         // the cluster is the testbed of this machine
  ServiceProbe* probe = nullptr;  // set when on_node
  std::mt19937_64 random{1};
};

struct Made {
  std::string path, uid;
};

// POST to a collection of the namespace ("/api/v1" and "pods"), noted before and after.
Result<Made> Make(Rig& rig, const std::string& group, const std::string& collection,
                  const nlohmann::json& object);
Status Patch(Rig& rig, const std::string& path, const nlohmann::json& merge_patch);
// DELETE; `grace_s` < 0: the object's own.
Status Delete(Rig& rig, const Made& made, int grace_s);
// What is known to be gone.
Status Forget(Rig& rig, const Made& made);

// Hands changes to `take` until it returns true. Error kEnvironment: `seconds` are over ("in vain:
// WHAT"), interrupted, the watches ended.
Status Follow(Rig& rig, const std::string& what, double seconds,
              const std::function<bool(const Seen&)>& take);
// Until all of them are set for the pod.
Status FollowPod(Rig& rig, const std::string& pod, double zero_ms, Marks& marks,
                 std::initializer_list<const char*> wanted);
// Uniform in [low_s, high_s]: no experiment keeps step with the kubelet's loops.
Status WaitAtRandom(Rig& rig, double low_s, double high_s);
// Until the condition holds, asked every millisecond; false: `seconds` are over.
bool WaitFor(double seconds, const std::function<bool()>& condition);

// A pod with one container of kImage. `args` empty: it serves on 8080, with a readiness probe each
// second and label app=calibrate.
nlohmann::json PodOf(const std::string& name, const std::vector<std::string>& args);

}  // namespace wt
