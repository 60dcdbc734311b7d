// SPDX-License-Identifier: Apache-2.0
// The API server of client_throughput: PODS pods; each watch that comes finds CHANGES changes made
// for it. In a process of its own, so that a client's CPU time and memory are its own.
#pragma once

#include <sys/types.h>

#include <string>

#include "realcluster/kube/kubeconfig.h"
#include "sim/api/result.h"

namespace wt {

struct ThroughputPods {
  int pods = 1000;
  int changes = 20000;
  std::size_t pod_bytes = 5000;  // of filling
  std::string like = {};         // not empty: JSON text of a Pod instead (FakePods::LookLike)
};

// A child of this process, ended with it.
class ThroughputServer {
 public:
  explicit ThroughputServer(const ThroughputPods& pods);
  ~ThroughputServer();
  ThroughputServer(const ThroughputServer&) = delete;
  ThroughputServer& operator=(const ThroughputServer&) = delete;
  const KubeTarget& target() const { return target_; }

 private:
  pid_t child_ = -1;
  KubeTarget target_;
};

// This process: writes a kubeconfig, prints "ready", serves until standard input ends.
Status ServeUntilInputEnds(const ThroughputPods& pods, const std::string& kubeconfig_path);

// A Pod from a file that is JSON with each member on a line of its own: without line breaks and
// the spaces after them.
Result<std::string> ReadPodFile(const std::string& path);

}  // namespace wt
