// SPDX-License-Identifier: Apache-2.0
// Whether a Service's address answers on a node of the local testbed, asked every few milliseconds
// by a thread in the node's network namespace: what kube-proxy's rules do, and when.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "sim/api/result.h"

namespace wt {

class ServiceProbe {
 public:
  struct Turn {
    double at_ms = 0;  // SteadyMs at which the first that fared otherwise was sent
    bool answers = false;
  };

  // `space`: path of a network namespace. Errors: kEnvironment.
  static Result<std::unique_ptr<ServiceProbe>> Start(const std::string& space,
                                                     const std::string& address, int port);
  ~ServiceProbe();

  // The first turn to `answers` at or after `from_ms`; 0: none yet.
  double TurnedTo(bool answers, double from_ms) const;
  bool answers() const { return answers_; }

 private:
  ServiceProbe() = default;
  void AskOn(const std::string& address, int port);

  mutable std::mutex mutex_;
  std::vector<Turn> turns_;
  std::atomic<bool> answers_ = false, stop_ = false;
  std::atomic<int> entered_ = 0;  // the namespace: 1, or -1: it could not
  std::thread thread_;
};

}  // namespace wt
