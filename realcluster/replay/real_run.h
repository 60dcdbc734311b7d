// SPDX-License-Identifier: Apache-2.0
// One episode on a real cluster, from an empty namespace back to an empty namespace: the app is
// applied, clients ask it, the loop of an episode drives it, and everything is taken away again.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "episodes/run_episode.h"
#include "episodes/scenario_setup.h"
#include "episodes/trace/trace.h"
#include "realcluster/kube/rest_kube_api.h"
#include "realcluster/mirror/any_cluster.h"
#include "realcluster/replay/deployment.h"
#include "realcluster/replay/live_feed.h"
#include "realcluster/replay/load_meter.h"
#include "realcluster/replay/noted_api.h"

namespace wt {

struct RealRunOptions {
  std::string kubeconfig, context;  // as ReadKubeconfig takes them
  Ownership ownership;
  std::string inventory;            // file; kept until everything is gone
  std::string load_binary;          // wavetank-load
  std::vector<std::string> load_prefix;  // words before it: where it runs
  double warm_up_s = 20;            // of load before the episode begins
  std::string trace;                // file to record the episode in; empty: none
  TraceHeader header;               // of it, less what the cluster tells
  ApplyOptions apply;
};

class RealRun {
 public:
  // Checks that the cluster is ours and applies the app. Errors: those of ReadKubeconfig,
  // CheckOwnership and ApplyApp; what was created until then is taken away.
  static Result<std::unique_ptr<RealRun>> Begin(const App& app, RealRunOptions options);
  ~RealRun();

  // For ChunkOptions::drive: starts the load, waits for warm_up_s, makes `cluster` its image.
  Result<std::unique_ptr<ClusterDriver>> Drive(SimCluster& cluster);
  // For the recording: each step of the agent; its last line, the episode as `--json` prints it.
  // Error: what could not be written.
  void NoteStep(const StepView& step);
  Status CloseTrace(SimTime end, const std::string& line);
  // Of the driver, once the episode is judged.
  AnyCluster* driver() { return driver_; }
  // The episode is worth nothing (AnyCluster::failure), from when that is known.
  const std::optional<Error>& failure() const { return failure_; }
  // Ends the load and takes everything away. Error: what is left.
  Status End();

 private:
  class Clock;
  RealRun(RealRunOptions options, KubeTarget target, std::unique_ptr<RestKubeApi> api,
          std::unique_ptr<RestKubeApi> meter_api, Inventory inventory);
  Result<LoadMeterOptions> LoadOf(const SimCluster& cluster);
  Status ArmRogues(const SimCluster& cluster);
  Status Create(const std::string& object);
  Status OpenTrace(i64 unix_ms_at_zero, AnyClusterOptions& any);

  RealRunOptions options_;
  KubeTarget target_;
  std::unique_ptr<RestKubeApi> api_;
  std::unique_ptr<RestKubeApi> meter_api_;  // waits for no pod that is silent
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<LiveFeed> feed_;
  std::unique_ptr<LoadMeter> meter_;
  std::unique_ptr<TraceWriter> trace_;
  Inventory inventory_;
  NotedApi noted_;  // *api_ for all that faults and agents do
  AnyCluster* driver_ = nullptr;
  std::optional<Error> failure_;
};

// Takes away what an earlier run left; of how many objects. Errors as Cleanup's.
Result<std::size_t> CleanUpRealRun(const RealRunOptions& options);

}  // namespace wt
