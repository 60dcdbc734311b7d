// SPDX-License-Identifier: Apache-2.0
// Whether an API server answers. A watch that says nothing may be a quiet cluster or a server that
// hangs; a small request now and then, on a connection of its own, tells which.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "realcluster/kube/rest_kube_api.h"
#include "realcluster/mirror/any_cluster.h"

namespace wt {

class Heartbeat {
 public:
  // GET /readyz every 2 s, each given 3 s, in a thread; of any answer but 5xx it is alive. `clock`
  // is asked there, too; it must outlive this. Errors: those of RestKubeApi::Open.
  static Result<std::unique_ptr<Heartbeat>> Start(KubeTarget target, RealClock& clock);
  ~Heartbeat();  // waits for an answer that is due, 3 s at most
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  // When the last request that was answered was sent; at first, when this was started.
  SimTime LastAnswer() const;
  // Error: kEnvironment: nothing was answered since 8 s, with what the last request met.
  Status Check() const;

 private:
  Heartbeat(std::unique_ptr<RestKubeApi> api, RealClock& clock);
  void Run();

  std::unique_ptr<RestKubeApi> api_;  // the thread's
  const std::string server_;
  RealClock& clock_;
  mutable std::mutex mutex_;  // over what follows
  std::condition_variable changed_;
  bool ending_ = false;
  SimTime answered_;
  std::string trouble_;
  std::thread thread_;  // after what it uses
};

}  // namespace wt
