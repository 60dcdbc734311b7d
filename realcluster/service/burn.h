// SPDX-License-Identifier: Apache-2.0
// Burns CPU time on threads of its own, first come first served: the cores of a pod as a station
// (docs/traffic.md). A pod's CPU limit is the kernel's to enforce.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "realcluster/service/law.h"
#include "realcluster/service/loop.h"

namespace wt::service {

class Burner {
 public:
  // At most `threads` burn at a time; they are started when first needed and live as long as the
  // process. REQUIRES: the Burner is never destroyed before the process ends.
  Burner(asio::io_context& loop, unsigned threads) : loop_(loop), threads_max_(threads) {}
  // Returns when a thread has used `cpu` of CPU time for it. Less than 50 us is burnt at once, on
  // the loop's thread.
  Task<void> Burn(Nanos cpu);
  // Of all that was burnt, what the loop's thread did itself.
  Nanos burnt_here() const { return burnt_here_; }

 private:
  void Work();

  asio::io_context& loop_;
  Nanos burnt_here_{0};
  unsigned threads_max_, threads_ = 0, idle_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> jobs_;
};

// Uses `cpu` of this thread's CPU time.
void BurnHere(Nanos cpu);
// CPU time used so far, by this thread and by the process.
Nanos ThreadCpu();
Nanos ProcessCpu();

}  // namespace wt::service
