// SPDX-License-Identifier: Apache-2.0
// Any cluster that speaks Kubernetes, behind the seam of sim/api/cluster.h: a SimCluster whose
// World is an image of it. The loop of an episode, its policies and its Observer are those of the
// simulator; only time passes elsewhere, writes become API calls, and what the World shows is read
// from the API and from meters.
//   reads   a Mirror of the app's namespaces, brought up to date every `poll` with the changes that
//           a feed has seen; traffic from a meter
//   writes  the difference that a repair or a fault makes to the image, as API calls
//   twin    what would have been without the agent: simulated, from the World that the episode
//           started with
// Objects of other namespaces and kinds (Chaos Mesh's among them) are never seen.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "episodes/trace/trace.h"
#include "realcluster/mirror/awaited_writes.h"
#include "realcluster/mirror/mirror.h"
#include "realcluster/mirror/outage.h"
#include "sim/api/kube_api.h"
#include "sim/cluster/sim_cluster.h"

namespace wt {

// Time as it passes there.
class RealClock {
 public:
  virtual ~RealClock() = default;
  virtual SimTime Now() = 0;  // monotonic, from any start
  virtual void WaitUntil(SimTime at) = 0;
};

// What happens to the objects of the app (AppCollections, sim/cluster/app_collections.h).
class ChangeFeed {
 public:
  virtual ~ChangeFeed() = default;
  // What came since the call before, in order for each object, with the RealClock's times of
  // arrival; the first call waits for every object that is there (as ADDED). Error: kEnvironment,
  // beside what came; told by every call until what failed is well again.
  virtual Status Take(std::vector<TraceChange>& out) = 0;
  // When the source of the changes last gave a sign of life, in the RealClock's time; nothing: not
  // known. Take tells an error when that is too long ago.
  virtual std::optional<SimTime> LastAnswer() { return std::nullopt; }
};

// What clients and services saw: reports to the World (ReportTraffic) what was measured since the
// last call; nothing new: it does not. Error: kEnvironment.
class TrafficMeter {
 public:
  virtual ~TrafficMeter() = default;
  virtual Status Report(Sim& sim) = 0;
};

struct AnyClusterOptions {
  i64 unix_ms_at_zero = 0;  // the wall clock there at the World's time 0
  SimTime poll = kSecond;
  bool inject = true;  // false: faults come about without us
  // Told of each write before it is sent; optional. Of a fault: `by_agent` is false.
  std::function<void(const ApiRequest& request, bool by_agent)> before_send = {};
  // Told of all that the image is made of, in whole milliseconds of the World's time, so that it
  // can be made again; optional. A change is shown by the first poll that is not before it, and
  // each poll ends with what the meter said, new or not.
  std::function<void(const TraceChange&)> on_change = {};
  std::function<void(const TraceTraffic&)> on_traffic = {};
  std::function<void(const TraceRequest&)> on_request = {};
  // Told once of what failure() will be; optional.
  std::function<void(const Error&)> on_failure = {};
  // True: nothing is waited for or read any more, so that the episode comes to its end at once.
  std::function<bool()> interrupted = {};
};

class AnyCluster final : public ClusterDriver {
 public:
  // Takes `cluster`'s World over: from here on it shows what `feed` tells; writes go to `api`. All
  // must outlive this. Errors: those of the feed's first answer.
  static Result<std::unique_ptr<AnyCluster>> Begin(KubeApi& api, ChangeFeed& feed, RealClock& clock,
                                                   TrafficMeter& meter, SimCluster& cluster,
                                                   const AnyClusterOptions& options = {});

  void Advance(SimCluster& cluster, SimTime by) override;
  bool CarryOut(const World& before, SimCluster& cluster) override;
  std::vector<LogLine> Logs(const SimCluster& cluster, u32 pod) override;

  // After the episode: waits until what its faults wrote is shown, at most kShownWithin after it
  // was written. Nothing is shown to the World any more; what fails is failure().
  void AwaitWrites(const SimCluster& cluster);

  const std::vector<TraceRequest>& sent() const { return sent_; }
  // Of reading and metering, oldest first, a lasting one once; an episode goes on with what it last
  // knew.
  const std::vector<Error>& errors() const { return errors_; }
  // The episode runs out at once and is worth nothing: a fault that could not be injected or taken
  // back, that the API accepted and does not show (awaited_writes.h), or whose own workload does
  // not come to run; a feed or a meter without data (outage.h); clients of whom not one was served
  // before the first fault.
  const std::optional<Error>& failure() const { return failure_; }
  const Mirror& mirror() const { return mirror_; }

 private:
  // A change whose owner has not been seen yet: watches of two kinds may overtake one another.
  struct Waiting {
    TraceChange change;
    std::string key;
    int polls = 0;
  };

  AnyCluster(KubeApi& api, ChangeFeed& feed, RealClock& clock, TrafficMeter& meter,
             const SimCluster& cluster, const AnyClusterOptions& options);
  struct Polled {
    Status read = Ok{}, measured = Ok{};
    bool traffic_silent = false;  // nothing new of the clients
  };
  Polled Poll(SimCluster& cluster);
  void NoteOutages(SimTime now, const Polled& polled);
  std::vector<TraceChange> TakeChanges(SimTime now, Status& taken);
  Status Read(Sim& sim);
  bool Show(Sim& sim, const TraceChange& change, const std::string& key, const Json& object);
  void ShowWaiting(Sim& sim);
  Status Measure(Sim& sim, bool& silent);
  void TellTraffic(const Sim& sim, bool client_known);
  void InjectDue(SimCluster& cluster);
  void CheckClients(const SimCluster& cluster);
  void CheckRogues(const SimCluster& cluster);
  void CheckWrites(SimTime now);
  Result<ApiReply> Call(SimTime at, bool by_agent, const ApiRequest& request);
  bool IsFed(const ApiRequest& request) const;
  Status Send(const Sim& before, const Sim& after, bool by_agent);
  void SetTime(SimCluster& cluster);
  void Note(Error error);
  void Fail(Error error);

  KubeApi& api_;
  ChangeFeed& feed_;
  RealClock& clock_;
  TrafficMeter& meter_;
  AnyClusterOptions options_;
  SimTime ahead_;  // the World's time less the clock's
  SimTime polled_ = -1;             // -1: what is there is being read for the first time
  SimTime began_ = 0;
  std::set<std::string> collections_;  // that the feed tells of
  Mirror mirror_;
  std::vector<TraceChange> held_;  // came after the time of the poll that took them
  std::vector<Waiting> waiting_;
  std::vector<FlowServiceRow> told_services_;
  std::vector<FlowOperationRow> told_operations_;
  std::set<u32> rogues_seen_;  // faults whose workload has run
  AwaitedWrites awaited_;      // of faults
  Outage feed_outage_, traffic_outage_;
  bool clients_checked_ = false;
  f64 requests_at_begin_ = 0, errors_at_begin_ = 0;
  std::vector<TraceRequest> sent_;
  std::vector<Error> errors_;
  std::optional<Error> failure_;
};

}  // namespace wt
