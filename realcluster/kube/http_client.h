// SPDX-License-Identifier: Apache-2.0
// HTTP over TLS: several transfers at once on one thread, connections kept alive. The one place
// that knows curl. What is sent again, and when, is not decided here (rest_kube_api.cpp).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "realcluster/kube/kubeconfig.h"

namespace wt {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::string> headers;  // "Name: value"
  std::string user_agent;
  std::string body;
  double connect_timeout_s = 5;
  double timeout_s = 30;  // of the whole; 0: none
  // On a connection of its own: curl would send a request again by itself when a kept connection
  // turns out dead, though the server may have read it.
  bool once = false;
};

// Why there is no answer.
struct HttpFailure {
  bool sent = true;        // some of it may have reached the server
  bool temporary = false;  // worth another try: not refused by TLS, not our own doing
  bool timed_out = false;
  std::string what;
};

enum class Take {
  kTaken,
  kLater,  // the connection is not read until Resume
  kNoMore  // ends the transfer
};

// One request on its way. Ending it closes its connection.
class HttpTransfer {
 public:
  virtual ~HttpTransfer() = default;
  virtual int status() const = 0;                  // 0 until the answer's head is there
  virtual double retry_after_s() const = 0;        // 0: not said
  virtual bool done() const = 0;                   // whole, or failed
  virtual const HttpFailure* failure() const = 0;  // null while none
  virtual void Resume() = 0;                       // after Take::kLater
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  static std::unique_ptr<HttpClient> Make();
  // `on_body` gets the body in pieces, from within Run. Must not outlive the client.
  virtual std::unique_ptr<HttpTransfer> Start(const KubeTarget& target, const HttpRequest& request,
                                              std::function<Take(std::string_view)> on_body) = 0;
  // Waits up to `seconds` (0: not) for something to happen on a transfer or `wake_fd` (-1: none),
  // and moves all transfers on.
  virtual void Run(double seconds, int wake_fd = -1) = 0;
};

}  // namespace wt
