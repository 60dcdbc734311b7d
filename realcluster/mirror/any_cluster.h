// SPDX-License-Identifier: Apache-2.0
// Any cluster that speaks Kubernetes, behind the seam of sim/api/cluster.h: a SimCluster whose
// World is an image of it. The loop of an episode, its policies and its Observer are those of the
// simulator; only time passes elsewhere, writes become API calls, and what the World shows is read
// from the API and from meters.
//   reads   a Mirror of the app's namespaces, brought up to date every `poll`; traffic from a meter
//   writes  the difference that a repair or a fault makes to the image, as API calls
//   twin    what would have been without the agent: simulated, from the World that the episode
//           started with
// Objects of other namespaces and kinds (Chaos Mesh's among them) are never seen.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "realcluster/mirror/mirror.h"
#include "sim/api/kube_api.h"
#include "sim/cluster/sim_cluster.h"

namespace wt {

// Time as it passes there.
class RealClock {
 public:
  virtual ~RealClock() = default;
  virtual SimTime Now() = 0;  // monotonic, from any start
  virtual i64 UnixMs() = 0;   // of the same instant
  virtual void WaitUntil(SimTime at) = 0;
};

// What clients and services saw: reports to the World (ReportTraffic) what was measured since the
// last call. Error: kEnvironment.
class TrafficMeter {
 public:
  virtual ~TrafficMeter() = default;
  virtual Status Report(Sim& sim) = 0;
};

struct AnyClusterOptions {
  SimTime poll = kSecond;
  bool inject = true;  // false: faults come about without us
  // Told of each write before it is sent; optional. Of a fault: `by_agent` is false.
  std::function<void(const ApiRequest& request, bool by_agent)> before_send = {};
};

// One call that was made for the agent or for a fault.
struct SentRequest {
  SimTime at = 0;  // in the World's time
  bool by_agent = false;
  ApiRequest request;
  int status = 0;  // 0: not answered
};

class AnyCluster final : public ClusterDriver {
 public:
  // Takes `cluster`'s World over: from here on it shows what `api` does. All must outlive this.
  // Errors: those of the first lists.
  static Result<std::unique_ptr<AnyCluster>> Begin(KubeApi& api, RealClock& clock,
                                                   TrafficMeter& meter, SimCluster& cluster,
                                                   const AnyClusterOptions& options = {});

  void Advance(SimCluster& cluster, SimTime by) override;
  bool CarryOut(const World& before, SimCluster& cluster) override;

  const std::vector<SentRequest>& sent() const { return sent_; }
  // Of reading, metering and injecting, oldest first; an episode goes on with what it last knew.
  const std::vector<Error>& errors() const { return errors_; }
  const Mirror& mirror() const { return mirror_; }

 private:
  AnyCluster(KubeApi& api, RealClock& clock, TrafficMeter& meter, const SimCluster& cluster,
             const AnyClusterOptions& options);
  Status Poll(SimCluster& cluster);
  Status List(Sim& sim, const std::string& path, std::set<std::string>& listed);
  void InjectDue(SimCluster& cluster);
  bool Send(const Sim& before, const Sim& after, bool by_agent);
  void SetTime(SimCluster& cluster);
  void Fail(Error error);

  KubeApi& api_;
  RealClock& clock_;
  TrafficMeter& meter_;
  AnyClusterOptions options_;
  std::vector<std::string> paths_;  // collections, owners before what they own
  SimTime ahead_;                   // the World's time less the clock's
  Mirror mirror_;
  std::set<std::string> listed_;
  std::vector<SentRequest> sent_;
  std::vector<Error> errors_;
};

}  // namespace wt
