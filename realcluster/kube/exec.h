// SPDX-License-Identifier: Apache-2.0
// Commands in a container, and connections to a pod's port: over WebSocket. Protocols:
// v5.channel.k8s.io, else v4.channel.k8s.io (exec); v4.channel.k8s.io (portforward). Frames: one
// byte of channel, then data (k8s.io/apimachinery/pkg/util/remotecommand/constants.go). Not through
// a proxy-url: refused.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "realcluster/kube/kubeconfig.h"
#include "sim/api/result.h"

namespace wt {

struct ExecResult {
  int exit_code = 0;
  std::string out, err;
  bool truncated = false;  // more than `bytes_max` was printed
};

struct ExecRequest {
  std::string name_space, pod, container;  // container empty: the first
  std::vector<std::string> command;
  std::string input;  // with v4 the command never sees its end; empty: no standard input at all
  double timeout_s = 30;
  std::size_t bytes_max = 1 << 20;
};

// Errors: kNotFound, kForbidden, kBadRequest: the server's words; kEnvironment: not reached, timed
// out (the command may go on). Sent once, but for a 401 that new credentials may cure.
Result<ExecResult> Exec(const KubeTarget& target, const ExecRequest& request);

// Forwards connections to 127.0.0.1:local_port() to a port of the pod until it is destroyed. A
// thread of its own; each connection is a WebSocket of its own. Open asks once whether it may
// (errors as Exec's). The protocol knows no half-closed connection: after the client's end the
// pod's answer is passed on until it pauses for 2 s, and a connection that the pod ends is seen to
// end up to 1 s later (containerd waits for the client's half).
class PortForward {
 public:
  static Result<std::unique_ptr<PortForward>> Open(const KubeTarget& target,
                                                   const std::string& name_space,
                                                   const std::string& pod, int port,
                                                   int local_port = 0);
  ~PortForward();
  int local_port() const;
  // The last trouble of a connection in the server's words; empty: none. Any thread.
  std::string last_error() const;

 private:
  struct Inside;
  explicit PortForward(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace wt
