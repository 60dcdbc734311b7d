// SPDX-License-Identifier: Apache-2.0
// WebSockets to an API server and sockets on this machine, on one event loop. Behind it stands
// Boost.Beast, in websocket.cpp alone. Handlers are called from Run, one at a time. Source of the
// protocol: RFC 6455; messages go out unfragmented, since the API server takes each frame for a
// message (golang.org/x/net/websocket).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "realcluster/kube/kubeconfig.h"

namespace wt {

// One Read and one Write may be on their way. After Close their handlers may be dropped.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  virtual const std::string& protocol() const = 0;  // the one that the server chose
  // The next message; nothing once it was closed in order.
  using OnMessage = std::function<void(Result<std::optional<std::string>>)>;
  virtual void Read(OnMessage on_message) = 0;
  virtual void Write(std::string message, std::function<void(bool ok)> on_written) = 0;
  virtual void Close() = 0;
};

class LocalSocket {
 public:
  virtual ~LocalSocket() = default;
  // Some bytes; none at the end, in order or not.
  virtual void Read(std::function<void(std::string)> on_bytes) = 0;
  virtual void Write(std::string bytes, std::function<void(bool ok)> on_written) = 0;
  virtual void Close() = 0;
};

struct WebSocketRequest {
  KubeTarget target;
  std::string authorization;           // header; empty: none
  std::string path;                    // with its query
  std::vector<std::string> protocols;  // liked best first
  double timeout_s = 10;               // until it is open
};

class EventLoop {
 public:
  virtual ~EventLoop() = default;
  static std::unique_ptr<EventLoop> Make();
  // Errors: kEnvironment: not reached, TLS refused, timed out; else a refusal in the server's
  // words, with `refused_status` (HTTP) set.
  using OnOpen = std::function<void(Result<std::shared_ptr<WebSocket>>, int refused_status)>;
  virtual void Open(const WebSocketRequest& request, OnOpen on_open) = 0;
  // Listens on 127.0.0.1:`port` (0: any); returns the port. Error: kEnvironment.
  virtual Result<int> Listen(int port,
                             std::function<void(std::shared_ptr<LocalSocket>)> on_accept) = 0;
  virtual void After(double seconds, std::function<void()> then) = 0;
  // Until Stop, or `seconds` (negative: no limit) are over, or nothing is left to wait for.
  virtual void Run(double seconds) = 0;
  virtual void Stop() = 0;  // any thread
};

}  // namespace wt
