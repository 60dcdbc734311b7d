// SPDX-License-Identifier: Apache-2.0
// Rows of services and operations (sim/traffic/flow.h) from the /metrics of every pod, read through
// the API server's proxy.
//   callers' side (rate, error): attempts that pods count of their calls, and the load program's.
//     An attempt that an open breaker or a full pool keeps back counts as a failed one.
//   servers' side (latency, p99, variance): the histograms of requests
// A pod that does not answer is passed over. A service that runs but has no data keeps what was
// known of it; one that does not run has latency 0.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "realcluster/replay/load_lines.h"
#include "realcluster/replay/pod_metrics.h"
#include "sim/api/kube_api.h"
#include "sim/sim.h"
#include "sim/traffic/flow.h"

namespace wt {

class ServiceMeter {
 public:
  explicit ServiceMeter(KubeApi& api) : api_(api) {}

  // Rows of the time since the call before, `load` being all that the load program has counted so
  // far. The first call takes the World's rows and only remembers counters. False: nothing new.
  bool Scrape(const Sim& sim, const LoadSums& load);

  const std::vector<FlowServiceRow>& services() const { return services_; }
  const std::vector<FlowOperationRow>& operations() const { return operations_; }

 private:
  struct Seen {
    PodMetrics metrics;
    SimTime at = 0;
  };
  struct Gathered;
  PodMetrics Ask(const Sim& sim, u32 pod, const Container& container);
  void ScrapePod(const Sim& sim, u32 pod, u32 container, bool first, Gathered& gathered);
  void AddLoad(const LoadSums& load, double seconds, Gathered& gathered);
  void SetRows(const Sim& sim, const Gathered& gathered);

  KubeApi& api_;
  SimTime began_ = 0, at_ = 0;
  std::map<u32, i32> ports_;          // by service: the one that answered
  std::map<std::string, Seen> pods_;  // by namespace, name, container, restarts
  std::map<std::string, LoadCount, std::less<>> load_;
  std::vector<FlowServiceRow> services_;
  std::vector<FlowOperationRow> operations_;
};

}  // namespace wt
