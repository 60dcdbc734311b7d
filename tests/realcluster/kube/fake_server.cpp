// SPDX-License-Identifier: Apache-2.0
#include "tests/realcluster/kube/fake_server.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "sim/api/check.h"

namespace wt {
namespace {

std::string DecodePercent(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> Parameters(const std::string& query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (std::size_t begin = 0; begin < query.size();) {
    const std::size_t end = std::min(query.find('&', begin), query.size());
    const std::string part = query.substr(begin, end - begin);
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string value = equals < part.size() ? part.substr(equals + 1) : "";
    parameters.emplace_back(DecodePercent(part.substr(0, equals)), DecodePercent(value));
    begin = end + 1;
  }
  return parameters;
}

std::string AcceptOf(const std::string& key) {
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  unsigned char encoded[64];
  const int size = EVP_EncodeBlock(encoded, digest, sizeof digest);
  return std::string(reinterpret_cast<char*>(encoded), static_cast<std::size_t>(size));
}

std::string Frame(int opcode, std::string_view payload) {
  std::string frame(1, static_cast<char>(0x80 | opcode));
  const std::size_t size = payload.size();
  if (size < 126) {
    frame += static_cast<char>(size);
  } else if (size < 65536) {
    frame += {126, static_cast<char>(size >> 8), static_cast<char>(size)};
  } else {
    frame += 127;
    for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>(size >> shift);
  }
  return frame.append(payload);
}

int Listen(int& port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof place;
  WT_CHECK(bind(listener, reinterpret_cast<sockaddr*>(&place), size) == 0, "a free port");
  WT_CHECK(listen(listener, 64) == 0, "it listens");
  getsockname(listener, reinterpret_cast<sockaddr*>(&place), &size);
  port = ntohs(place.sin_port);
  return listener;
}

SSL_CTX* MakeContext(const FakeOptions& options) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  BIO* cert_text = BIO_new_mem_buf(options.certificate.cert_pem.data(), -1);
  BIO* key_text = BIO_new_mem_buf(options.certificate.key_pem.data(), -1);
  X509* certificate = PEM_read_bio_X509(cert_text, nullptr, nullptr, nullptr);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(key_text, nullptr, nullptr, nullptr);
  WT_CHECK(SSL_CTX_use_certificate(context, certificate) == 1, "a certificate");
  WT_CHECK(SSL_CTX_use_PrivateKey(context, key) == 1, "its key");
  X509_free(certificate);
  EVP_PKEY_free(key);
  BIO_free(cert_text);
  BIO_free(key_text);
  if (!options.client_ca_pem.empty()) {
    BIO* ca_text = BIO_new_mem_buf(options.client_ca_pem.data(), -1);
    X509* ca = PEM_read_bio_X509(ca_text, nullptr, nullptr, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    X509_free(ca);
    BIO_free(ca_text);
  }
  return context;
}

std::string PeerName(SSL* tls) {
  X509* certificate = tls == nullptr ? nullptr : SSL_get1_peer_certificate(tls);
  if (certificate == nullptr) return "";
  char name[256] = "";
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  X509_free(certificate);
  return name;
}

// What the client closed must not end the test.
void BlockBrokenPipe() {
  sigset_t broken;
  sigemptyset(&broken);
  sigaddset(&broken, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken, nullptr);
}

}  // namespace

std::vector<std::string> FakeRequest::All(const std::string& parameter) const {
  std::vector<std::string> values;
  for (const auto& [name, value] : Parameters(query)) {
    if (name == parameter) values.push_back(value);
  }
  return values;
}

bool FakeConnection::Write(std::string_view bytes) {
  while (open_ && !bytes.empty()) {
    const auto most = static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20));
    const long sent = tls_ != nullptr
                          ? SSL_write(tls_, bytes.data(), most)
                          : send(socket_, bytes.data(), static_cast<std::size_t>(most), 0);
    if (sent <= 0) open_ = false;
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return open_;
}

std::size_t FakeConnection::ReadSome(char* to, std::size_t most) {
  if (!unread_.empty()) {
    const std::size_t size = std::min(most, unread_.size());
    std::memcpy(to, unread_.data(), size);
    unread_.erase(0, size);
    return size;
  }
  if (!open_) return 0;
  const long got =
      tls_ != nullptr ? SSL_read(tls_, to, static_cast<int>(most)) : recv(socket_, to, most, 0);
  if (got <= 0) open_ = false;
  return got <= 0 ? 0 : static_cast<std::size_t>(got);
}

bool FakeConnection::ReadExactly(std::size_t size, std::string& bytes) {
  bytes.resize(size);
  for (std::size_t at = 0; at < size;) {
    const std::size_t got = ReadSome(bytes.data() + at, size - at);
    if (got == 0) return false;
    at += got;
  }
  return true;
}

bool FakeConnection::Reply(int status, std::string_view body,
                           const std::vector<std::string>& headers) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/json" +
                     "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  for (const std::string& header : headers) head += header + "\r\n";
  return Write(head + "\r\n" + std::string(body));
}

bool FakeConnection::BeginChunks(int status) {
  return Write("HTTP/1.1 " + std::to_string(status) +
               " X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
}

bool FakeConnection::Chunk(std::string_view bytes) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return Write(size + std::string(bytes) + "\r\n");
}

bool FakeConnection::EndChunks() { return Write("0\r\n\r\n"); }

void FakeConnection::Drop() {
  const linger now{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  open_ = false;
}

void FakeConnection::Close() { open_ = false; }

bool FakeConnection::client_gone() const {
  pollfd polled{socket_, POLLRDHUP, 0};
  return poll(&polled, 1, 0) > 0;
}

bool FakeConnection::Upgrade(const FakeRequest& request, const std::string& protocol) {
  return Write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      AcceptOf(request.headers.at("sec-websocket-key")) +
      "\r\nSec-WebSocket-Protocol: " + protocol + "\r\n\r\n");
}

bool FakeConnection::SendMessage(std::string_view message) { return Write(Frame(2, message)); }
bool FakeConnection::SendClose() { return Write(Frame(8, std::string("\x03\xe8", 2))); }

std::optional<std::string> FakeConnection::ReadMessage() {
  for (;;) {
    std::string head, more, mask, payload;
    if (!ReadExactly(2, head)) return std::nullopt;
    const int opcode = head[0] & 15;
    std::size_t size = static_cast<unsigned char>(head[1]) & 127u;
    if (size > 125) {
      if (!ReadExactly(size == 126 ? 2 : 8, more)) return std::nullopt;
      size = 0;
      for (const char c : more) size = size << 8 | static_cast<unsigned char>(c);
    }
    if (!ReadExactly(4, mask) || !ReadExactly(size, payload)) return std::nullopt;
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
    if (opcode == 8) return std::nullopt;
    if (opcode == 9) Write(Frame(10, payload));
    if (opcode < 8) return payload;
  }
}

FakeServer::FakeServer(FakeOptions options, Handler handler)
    : options_(std::move(options)), handler_(std::move(handler)) {
  if (options_.tls) {
    authority_ = MakeAuthority("fake-ca");
    if (options_.certificate.cert_pem.empty()) {
      options_.certificate = MakeCertificate(authority_, "fake-server");
    }
    context_ = MakeContext(options_);
  }
  listener_ = Listen(port_);
  acceptor_ = std::thread([this] { AcceptAll(); });
}

FakeServer::~FakeServer() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  close(listener_);
  SSL_CTX_free(context_);
}

std::string FakeServer::url() const {
  return (options_.tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
}

void FakeServer::AcceptAll() {
  BlockBrokenPipe();
  while (!stopping_) {
    const int accepted = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted < 0) continue;
    ++connections_;
    const std::lock_guard<std::mutex> lock(mutex_);
    sockets_.push_back(accepted);
    threads_.emplace_back([this, accepted] { Serve(accepted); });
  }
}

void FakeServer::Serve(int socket) {
  BlockBrokenPipe();
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  SSL* tls = nullptr;
  bool ready = true;
  if (context_ != nullptr) {
    tls = SSL_new(context_);
    SSL_set_fd(tls, socket);
    ready = SSL_accept(tls) == 1;
  }
  FakeConnection connection(socket, tls);
  FakeRequest request;
  while (ready && !stopping_ && ReadRequest(connection, request)) {
    ++requests_;
    handler_(connection, request);
    if (!connection.open()) break;
  }
  if (tls != nullptr) SSL_free(tls);
  const std::lock_guard<std::mutex> lock(mutex_);
  std::erase(sockets_, socket);
  close(socket);
}

bool FakeServer::ReadRequest(FakeConnection& connection, FakeRequest& request) {
  request = {};
  std::string head;
  while (head.find("\r\n\r\n") == head.npos) {
    char buffer[4096];
    const std::size_t got = connection.ReadSome(buffer, sizeof buffer);
    if (got == 0) return false;
    head.append(buffer, got);
  }
  const std::size_t end = head.find("\r\n\r\n") + 4;
  connection.unread_ = head.substr(end);
  const std::string line = head.substr(0, head.find("\r\n"));
  const std::size_t space = line.find(' '), second = line.rfind(' ');
  const std::string target = line.substr(space + 1, second - space - 1);
  request.method = line.substr(0, space);
  request.path = target.substr(0, target.find('?'));
  if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
  for (const auto& [name, value] : Parameters(request.query)) request.parameters[name] = value;
  for (std::size_t at = line.size() + 2; at + 2 < end;) {
    const std::size_t stop = head.find("\r\n", at), colon = head.find(':', at);
    std::string name = head.substr(at, colon - at);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const std::size_t value = head.find_first_not_of(' ', colon + 1);
    request.headers[name] = value < stop ? head.substr(value, stop - value) : "";
    at = stop + 2;
  }
  request.peer_name = PeerName(connection.tls_);
  const auto length = request.headers.find("content-length");
  return length == request.headers.end() ||
         connection.ReadExactly(std::stoul(length->second), request.body);
}

int UnusedPort() {
  int port = 0;
  close(Listen(port));
  return port;
}

}  // namespace wt
