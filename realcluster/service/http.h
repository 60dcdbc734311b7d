// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 server and client as coroutines: the one place that knows Boost.Beast. Whatever comes
// from outside is bounded: size of headers and bodies, connections, time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "realcluster/service/loop.h"

namespace wt::service {

struct HttpRequest {
  std::string method;
  std::string path;     // without query
  std::string service;  // header X-Wavetank-Service: the service that is meant; empty: not said
};

struct HttpResponse {
  unsigned status = 200;
  std::string body;
  std::string type = "application/json";
};

using HttpHandler = std::function<Task<HttpResponse>(HttpRequest)>;

struct HttpLimits {
  std::uint32_t header_bytes = 8 << 10;
  std::uint64_t body_bytes = 64 << 10;  // of a request; bodies are read and ignored
  std::size_t connections = 1024;       // more are closed as they come
  std::chrono::seconds idle{15};        // for a request to arrive, for an answer to be taken
};

// A connection carries as many requests as its client likes. A request goes on when its client
// has gone: it is not told.
class HttpServer {
 public:
  HttpServer(asio::io_context& loop, HttpLimits limits, HttpHandler handler);
  ~HttpServer();
  // Listens on every IPv4 address; HTTP over TCP, or one request a datagram (udp.h). Returns what
  // is wrong, empty for nothing.
  std::string Listen(int port, bool udp);
  // Nothing is accepted any more; requests under way are answered.
  void Close();

 private:
  struct Part;
  std::shared_ptr<Part> part_;
};

// How a call ended.
enum class Ending {
  kAnswered,
  kTimeout,
  kRefused,
  kReset,        // closed before the answer was there
  kNoSuchHost,
  kLookupFailed,  // the name server does not answer
  kUnreachable,
  kMalformed,     // an answer that is none
};

struct HttpQuestion {
  std::string host, path, service;
  std::uint32_t address = 0;  // IPv4, host byte order
  int port = 0;
  Clock::time_point deadline;
};

struct HttpAnswer {
  Ending ending = Ending::kTimeout;
  unsigned status = 0;  // kAnswered
};

// One GET on a connection of its own, as the simulator's callers meet an endpoint anew each time.
// The answer's body (at most 1 MiB) is dropped.
Task<HttpAnswer> AskHttp(asio::io_context& loop, const HttpQuestion& question);
// The same as one datagram each way.
Task<HttpAnswer> AskUdp(asio::io_context& loop, const HttpQuestion& question);

}  // namespace wt::service
