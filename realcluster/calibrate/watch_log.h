// SPDX-License-Identifier: Apache-2.0
// Changes of a namespace's objects with the instant at which each arrived: watches on a thread and
// a connection of their own, so that no call of the experiment delays a stamp.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <thread>

#include "realcluster/kube/rest_kube_api.h"

namespace wt {

// Milliseconds of the steady clock.
double SteadyMs();

struct Seen {
  double at_ms = 0;
  std::string collection;  // "pods", "events", ...
  bool deleted = false;
  std::shared_ptr<const nlohmann::json> object;  // never null
};

class WatchLog {
 public:
  // pods, events, endpointslices, deployments and replicasets of a namespace; returns once all of
  // them are listed. Errors: those of a call.
  static Result<std::unique_ptr<WatchLog>> Start(const KubeTarget& target,
                                                 const std::string& name_space);
  ~WatchLog();

  // The next change, in order of arrival; nothing until `until_ms` (SteadyMs). Error: the watches
  // have ended.
  Result<std::optional<Seen>> Next(double until_ms);
  // What has arrived and was not asked for is of no interest any more.
  void Skip();

 private:
  WatchLog() = default;
  void Watch(const std::string& name_space);
  void End(Error error);

  std::unique_ptr<RestKubeApi> api_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Seen> seen_;
  std::optional<Error> error_;
  bool listed_ = false, stop_ = false;
  std::thread thread_;
};

}  // namespace wt
