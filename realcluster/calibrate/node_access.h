// SPDX-License-Identifier: Apache-2.0
// What no API tells and only the machine of a local testbed shows: when a container's process
// begins and ends, and how to end it. Needs root. Elsewhere these experiments are left out.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <thread>

namespace wt {

// The first process of a container of the pod, its sandbox's not counted; nothing: there is none.
// `node`: as the testbed names it. Looks through the pod's cgroups (cgroup v1 and v2).
std::optional<int> ProcessOfPod(const std::string& node, const std::string& pod_uid);

// SIGKILL.
bool KillProcess(int pid);

// The life of a pod's first process from now on, on a thread of its own: looked for every
// millisecond until it is there, then its end is waited for.
class ProcessLife {
 public:
  ProcessLife(std::string node, std::string pod_uid);
  ~ProcessLife();
  ProcessLife(const ProcessLife&) = delete;
  ProcessLife& operator=(const ProcessLife&) = delete;

  // Instants (SteadyMs); 0: not yet. `began` is that of its program, not of the runtime's helper
  // that becomes it; of a process that ran already the instant at which it was found.
  double began_ms() const { return began_ms_; }
  double ended_ms() const { return ended_ms_; }
  int pid() const { return pid_; }

 private:
  void Watch();

  std::string node_, pod_uid_;
  std::atomic<double> began_ms_ = 0, ended_ms_ = 0;
  std::atomic<int> pid_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace wt
