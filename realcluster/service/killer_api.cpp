// SPDX-License-Identifier: Apache-2.0
#include "realcluster/service/killer_api.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>

namespace wt::service {
namespace {

constexpr int kTimeoutS = 10;
constexpr std::size_t kAnswerMax = 16u << 20;

struct Free {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* tls) const { SSL_free(tls); }
};

struct Socket {
  int descriptor = -1;
  ~Socket() {
    if (descriptor >= 0) close(descriptor);
  }
};

std::string TlsProblem() {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  return text.data();
}

// Empty, or why not.
std::string Connect(const ApiPlace& place, Socket& out) {
  const std::string where = fmt::format("dial tcp {}:{}: ", place.address, place.port);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(place.port));
  if (inet_pton(AF_INET, place.address.c_str(), &address.sin_addr) != 1) {
    return where + "no IPv4 address";
  }
  out.descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval timeout{kTimeoutS, 0};  // of connect, too (socket(7))
  setsockopt(out.descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
  setsockopt(out.descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  if (connect(out.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    return {};
  }
  return where + (errno == EINPROGRESS ? "i/o timeout" : std::strerror(errno));
}

// The server's certificate has to be for the address.
std::string Shake(const ApiPlace& place, const Socket& socket, SSL_CTX* context, SSL* tls) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  const std::string authority = place.account + "/ca.crt";
  if (SSL_CTX_load_verify_locations(context, authority.c_str(), nullptr) != 1) {
    return authority + ": no certificates";
  }
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), place.address.c_str());
  SSL_set_verify(tls, SSL_VERIFY_PEER, nullptr);
  SSL_set_fd(tls, socket.descriptor);
  if (SSL_connect(tls) == 1) return {};
  const long verified = SSL_get_verify_result(tls);
  if (verified == X509_V_OK) return "tls: " + TlsProblem();
  return std::string("tls: ") + X509_verify_cert_error_string(verified);
}

std::string Bearer(const ApiPlace& place) {
  std::ifstream file(place.account + "/token");
  std::string token(std::istreambuf_iterator<char>(file), {});
  while (!token.empty() && (token.back() == '\n' || token.back() == ' ')) token.pop_back();
  return token;
}

// An answer of which all is there that its head says; without Content-Length it ends with the
// connection.
bool IsWhole(const std::string& text) {
  const std::size_t head = text.find("\r\n\r\n");
  if (head == text.npos) return false;
  std::string lower = text.substr(0, head);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const std::string name = "\r\ncontent-length:";
  const std::size_t length = lower.find(name);
  if (length == lower.npos) return false;
  return text.size() - head - 4 >= std::strtoull(lower.c_str() + length + name.size(), nullptr, 10);
}

// HTTP/1.0: the answer is not chunked.
ApiAnswer Ask(SSL* tls, const std::string& request) {
  if (SSL_write(tls, request.data(), static_cast<int>(request.size())) <= 0) {
    return {0, "", "write: " + TlsProblem()};
  }
  std::string text;
  std::array<char, 16384> buffer;
  while (!IsWhole(text)) {
    const int got = SSL_read(tls, buffer.data(), static_cast<int>(buffer.size()));
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > kAnswerMax) return {0, "", "answer too large"};
    if (got > 0) continue;
    if (SSL_get_error(tls, got) == SSL_ERROR_ZERO_RETURN) break;
    return {0, "", "read: cut off"};
  }
  const std::size_t head = text.find("\r\n\r\n");
  ApiAnswer answer;
  if (head == text.npos || std::sscanf(text.c_str(), "HTTP/1.%*d %d", &answer.status) != 1) {
    return {0, "", "malformed answer"};
  }
  answer.body = text.substr(head + 4);
  return answer;
}

}  // namespace

ApiAnswer CallApi(const ApiPlace& place, const std::string& method, const std::string& path,
                  const std::string& body) {
  Socket socket;
  if (std::string problem = Connect(place, socket); !problem.empty()) return {0, "", problem};
  const std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_client_method()));
  // The CA is loaded into the context's store, which the connection shares.
  const std::unique_ptr<SSL, Free> tls(SSL_new(context.get()));
  if (std::string problem = Shake(place, socket, context.get(), tls.get()); !problem.empty()) {
    return {0, "", problem};
  }
  std::string request = fmt::format(
      "{} {} HTTP/1.0\r\nHost: {}:{}\r\nAuthorization: Bearer {}\r\nAccept: application/json\r\n",
      method, path, place.address, place.port, Bearer(place));
  if (!body.empty()) request += "Content-Type: application/json\r\n";
  request += fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
  return Ask(tls.get(), request);
}

}  // namespace wt::service
