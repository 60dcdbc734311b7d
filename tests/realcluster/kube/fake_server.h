// SPDX-License-Identifier: Apache-2.0
// An HTTP/1.1 server on 127.0.0.1 whose answers a test writes: a thread per connection, blocking.
// WebSocket frames are made and read here by hand, so that the client is held against something
// that is not Beast. Like the API server it takes every frame for a message.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/realcluster/kube/certificates.h"

struct ssl_st;
struct ssl_ctx_st;

namespace wt {

struct FakeRequest {
  std::string method, path, query, body;
  std::map<std::string, std::string> headers;     // names in lower case
  std::string peer_name;                          // CN of the client's certificate
  std::map<std::string, std::string> parameters;  // of the query, decoded; the last of a name
  std::vector<std::string> All(const std::string& parameter) const;
};

class FakeConnection {
 public:
  FakeConnection(int socket, ssl_st* tls) : socket_(socket), tls_(tls) {}

  // All return false once the client is gone.
  bool Reply(int status, std::string_view body, const std::vector<std::string>& headers = {});
  bool BeginChunks(int status = 200);
  bool Chunk(std::string_view bytes);
  bool EndChunks();
  bool Write(std::string_view bytes);
  void Drop();   // in the middle, with a reset
  void Close();  // in order

  bool Upgrade(const FakeRequest& request, const std::string& protocol);
  bool SendMessage(std::string_view message);
  std::optional<std::string> ReadMessage();  // nothing: closed
  bool SendClose();

  std::size_t ReadSome(char* to, std::size_t most);  // 0: the end
  bool ReadExactly(std::size_t size, std::string& bytes);
  bool open() const { return open_; }
  bool client_gone() const;  // or the server is going

 private:
  int socket_;
  ssl_st* tls_;
  bool open_ = true;
  std::string unread_;
  friend class FakeServer;
};

struct FakeOptions {
  bool tls = true;
  Certificate certificate;    // empty: signed by an authority of its own
  std::string client_ca_pem;  // not empty: a client needs a certificate
};

class FakeServer {
 public:
  using Handler = std::function<void(FakeConnection&, const FakeRequest&)>;
  FakeServer(FakeOptions options, Handler handler);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::string url() const;
  int port() const { return port_; }
  const std::string& ca_pem() const { return authority_.cert_pem; }
  int connections() const { return connections_; }
  int requests() const { return requests_; }

 private:
  void AcceptAll();
  void Serve(int socket);
  bool ReadRequest(FakeConnection& connection, FakeRequest& request);

  FakeOptions options_;
  Handler handler_;
  Certificate authority_;
  ssl_ctx_st* context_ = nullptr;
  int listener_ = -1, port_ = 0;
  std::atomic<int> connections_{0}, requests_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::thread acceptor_;
  std::vector<std::thread> threads_;  // of connections
  std::vector<int> sockets_;
};

// A port of this machine on which nothing listens.
int UnusedPort();

}  // namespace wt
