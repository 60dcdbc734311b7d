// SPDX-License-Identifier: Apache-2.0
// Clients and metrics of a real cluster: wavetank-load as a child process asks the app's entry
// services at the rate of a scenario, /metrics of every pod is read through the API server's proxy;
// both are reported to the image (sim/traffic/traffic.h).
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "realcluster/mirror/any_cluster.h"

namespace wt {

// The client's p50 and p99 are those of this long: a second has too few requests for them.
inline constexpr double kQuantileWindowS = 10;

struct LoadMeterOptions {
  std::string load_binary;          // wavetank-load
  std::vector<std::string> prefix;  // words before it: {"nsenter", "--net=/run/netns/wt-n1"}
  // GraphService name -> "HOST:PORT" that the load program can reach.
  std::vector<std::pair<std::string, std::string>> targets;
  double rps = 8;
  std::vector<std::pair<std::string, double>> mix;  // "frontend/search" -> share
  u64 seed = 1;
  double timeout_s = 10;         // kClientTimeoutS
  SimTime scrape = 5 * kSecond;  // of pods' metrics
};

class LoadMeter final : public TrafficMeter {
 public:
  // Starts the load. `api` is to give up soon (RestOptions: timeout_s 1, retry_for_s 0): pods that
  // do not answer are asked, too, and Report waits for each. The load lives no longer than the
  // thread that calls this. Errors: kEnvironment: the program cannot be started.
  static Result<std::unique_ptr<LoadMeter>> Start(KubeApi& api, LoadMeterOptions options);
  ~LoadMeter() override;  // ends it

  // The client: what the load program printed since the first report, less what the World has
  // counted since then; a request counts when it ended, one that could not be sent as failed. While
  // nothing new is printed nothing is reported, and the next report is of all the time since the
  // last. Services and operations: counters of all pods now less those of the scrape before; a pod
  // that is new counts from zero, one that restarted, too; nothing of them before the second scrape
  // (service_meter.h). Services nobody asks report rate 0. Errors: kEnvironment: the load program
  // ended (what it printed until then is reported), or printed something else.
  Status Report(Sim& sim) override;

  // Before the first report: error kEnvironment when no request has succeeded so far, with the
  // addresses and what to do.
  Status CheckReached();

  // Each second's line of the load program, in order, for the trace; taken away by the call.
  std::vector<std::string> TakeLines();

 private:
  struct Inside;
  explicit LoadMeter(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace wt
