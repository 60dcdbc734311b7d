// SPDX-License-Identifier: Apache-2.0
// A simulated cluster behind its Kubernetes API that stands for a real one: its clock is its own,
// its changes are the differences of two lists, its traffic is what it solved, and it has no fault
// of its own.
#pragma once

#include <map>

#include "realcluster/mirror/any_cluster.h"
#include "sim/cluster/sim_kube_api.h"
#include "tests/episodes/lite.h"

namespace wt {

class SimulatedReality final : public KubeApi,
                               public RealClock,
                               public ChangeFeed,
                               public TrafficMeter {
 public:
  SimulatedReality(const ScenarioSetup& setup, u64 seed);

  // Logs are served here, everything else by `api`.
  Result<ApiReply> Call(const ApiRequest& request) override;
  Result<std::unique_ptr<ApiWatch>> Watch(const ApiRequest& request) override {
    return api.Watch(request);
  }
  SimTime Now() override { return cluster.Now(); }
  AnyClusterOptions Options() const;
  void WaitUntil(SimTime at) override;
  Status Take(std::vector<TraceChange>& out) override;
  Status Report(Sim& sim) override;

  WorldPool pool;
  SimCluster cluster;
  SimKubeApi api;

 private:
  f64 requests_ = 0, errors_ = 0;
  SimTime reported_ = 0;
  std::vector<std::string> paths_;
  std::map<std::string, std::pair<std::string, TraceChange>> known_;  // by uid: version, object
};

}  // namespace wt
