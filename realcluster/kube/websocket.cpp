// SPDX-License-Identifier: Apache-2.0
#include "realcluster/kube/websocket.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <chrono>
#include <type_traits>

#include "realcluster/kube/api_status.h"

namespace wt {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

constexpr std::size_t kMessageBytesMax = 16 << 20;
constexpr std::size_t kReadBytes = 32 << 10;

std::chrono::milliseconds Milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<long>(seconds * 1000));
}

struct Place {
  std::string host, port;
  bool tls = false;
};

Place PlaceOf(const std::string& server) {
  Place place;
  place.tls = server.starts_with("https://");
  const std::size_t begin = server.find("://") + 3;
  const std::string all = server.substr(begin, server.find('/', begin) - begin);
  const std::size_t colon = all.rfind(':');
  const bool has_port = colon != all.npos && all.find(']', colon) == all.npos;
  place.host = all.substr(0, has_port ? colon : all.size());
  if (place.host.starts_with('[')) place.host = place.host.substr(1, place.host.size() - 2);
  place.port = has_port ? all.substr(colon + 1) : place.tls ? "443" : "80";
  return place;
}

Error TlsError(const KubeTarget& target, const char* what, const error_code& failed) {
  return Error{ErrorCode::kEnvironment, target.server,
               fmt::format("{}: {}", what, failed.message())};
}

// Errors: a certificate or key that OpenSSL does not take.
Result<std::shared_ptr<asio::ssl::context>> MakeTlsContext(const KubeTarget& target) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  error_code failed;
  context->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
  if (target.ca_pem.empty()) {
    context->set_default_verify_paths(failed);
  } else {
    context->add_certificate_authority(asio::buffer(target.ca_pem), failed);
  }
  if (failed) return TlsError(target, "certificate-authority", failed);
  if (target.client_cert_pem.empty()) return context;
  context->use_certificate_chain(asio::buffer(target.client_cert_pem), failed);
  if (failed) return TlsError(target, "client-certificate", failed);
  context->use_private_key(asio::buffer(target.client_key_pem), asio::ssl::context::pem, failed);
  if (failed) return TlsError(target, "client-key", failed);
  return context;
}

// Stream: TlsStream or beast::tcp_stream.
template <class Stream>
class BeastSocket final : public WebSocket,
                          public std::enable_shared_from_this<BeastSocket<Stream>> {
 public:
  template <class... StreamArguments>
  BeastSocket(asio::io_context& loop, WebSocketRequest request, EventLoop::OnOpen on_open,
              StreamArguments&&... arguments)
      : request_(std::move(request)),
        place_(PlaceOf(request_.target.server)),
        on_open_(std::move(on_open)),
        resolver_(loop),
        stream_(loop, std::forward<StreamArguments>(arguments)...) {}

  void Open(std::shared_ptr<asio::ssl::context> context) {
    tls_context_ = std::move(context);
    resolver_.async_resolve(
        place_.host, place_.port,
        [self = this->shared_from_this()](error_code failed, tcp::resolver::results_type found) {
          if (failed) return self->Failed(failed);
          self->tcp_layer().expires_after(Milliseconds(self->request_.timeout_s));
          self->tcp_layer().async_connect(found, [self](error_code refused, const tcp::endpoint&) {
            if (refused) return self->Failed(refused);
            self->Connected();
          });
        });
  }

  const std::string& protocol() const override { return protocol_; }

  void Read(OnMessage on_message) override {
    stream_.async_read(
        buffer_, [self = this->shared_from_this(), on_message](error_code failed, std::size_t) {
          if (failed == websocket::error::closed) return on_message(std::optional<std::string>());
          if (failed) return on_message(self->ErrorOf(failed));
          std::string message = beast::buffers_to_string(self->buffer_.data());
          self->buffer_.consume(self->buffer_.size());
          on_message(std::optional<std::string>(std::move(message)));
        });
  }

  void Write(std::string message, std::function<void(bool ok)> on_written) override {
    outgoing_ = std::move(message);
    stream_.async_write(asio::buffer(outgoing_),
                        [self = this->shared_from_this(), on_written](
                            error_code failed, std::size_t) { on_written(!failed); });
  }

  void Close() override {
    error_code ignored;
    tcp_layer().socket().shutdown(tcp::socket::shutdown_both, ignored);
    tcp_layer().close();
  }

 private:
  beast::tcp_stream& tcp_layer() { return beast::get_lowest_layer(stream_); }

  Error ErrorOf(const error_code& failed) const {
    return Error{ErrorCode::kEnvironment, request_.target.server, failed.message()};
  }

  void Failed(const error_code& failed) { on_open_(ErrorOf(failed), 0); }

  void Connected() {
    error_code ignored;
    tcp_layer().socket().set_option(tcp::no_delay(true), ignored);
    tcp_layer().socket().set_option(asio::socket_base::keep_alive(true), ignored);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      const std::string& name =
          request_.target.tls_server_name.empty() ? place_.host : request_.target.tls_server_name;
      error_code no_address;
      asio::ip::make_address(name, no_address);
      if (no_address) SSL_set_tlsext_host_name(stream_.next_layer().native_handle(), name.c_str());
      stream_.next_layer().set_verify_mode(request_.target.insecure ? asio::ssl::verify_none
                                                                    : asio::ssl::verify_peer);
      if (!request_.target.insecure) {
        stream_.next_layer().set_verify_callback(asio::ssl::host_name_verification(name));
      }
      stream_.next_layer().async_handshake(asio::ssl::stream_base::client,
                                           [self = this->shared_from_this()](error_code failed) {
                                             if (failed) return self->TlsRefused(failed);
                                             self->Upgrade();
                                           });
    } else {
      Upgrade();
    }
  }

  // Which check failed is not in the error code.
  void TlsRefused(const error_code& failed) {
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      const long why = SSL_get_verify_result(stream_.next_layer().native_handle());
      if (why != X509_V_OK) {
        return on_open_(
            Error{ErrorCode::kEnvironment, request_.target.server,
                  fmt::format("SSL certificate problem: {}", X509_verify_cert_error_string(why))},
            0);
      }
    }
    Failed(failed);
  }

  void Upgrade() {
    tcp_layer().expires_never();
    websocket::stream_base::timeout timeouts{};
    timeouts.handshake_timeout = Milliseconds(request_.timeout_s);
    timeouts.idle_timeout = websocket::stream_base::none();
    timeouts.keep_alive_pings = false;
    stream_.set_option(timeouts);
    stream_.set_option(websocket::stream_base::decorator([this](websocket::request_type& head) {
      std::string protocols;
      for (const std::string& one : request_.protocols) {
        protocols += (protocols.empty() ? "" : ", ") + one;
      }
      head.set(http::field::sec_websocket_protocol, protocols);
      if (!request_.authorization.empty()) {
        head.set(http::field::authorization, request_.authorization);
      }
    }));
    stream_.binary(true);
    stream_.auto_fragment(false);
    stream_.read_message_max(kMessageBytesMax);
    const std::string host =
        fmt::format("{}{}{}:{}", place_.host.find(':') == place_.host.npos ? "" : "[", place_.host,
                    place_.host.find(':') == place_.host.npos ? "" : "]", place_.port);
    stream_.async_handshake(
        answer_, host, request_.path,
        [self = this->shared_from_this()](error_code failed) { self->Upgraded(failed); });
  }

  void Upgraded(const error_code& failed) {
    if (failed == websocket::error::upgrade_declined) {
      const auto status = static_cast<int>(answer_.result_int());
      const ApiRefusal refusal = ReadRefusal(status, answer_.body());
      return on_open_(RefusalError(refusal, request_.target.server), status);
    }
    if (failed) return Failed(failed);
    protocol_ = std::string(answer_[http::field::sec_websocket_protocol]);
    const auto& asked = request_.protocols;
    if (std::find(asked.begin(), asked.end(), protocol_) == asked.end()) {
      return on_open_(
          Error{ErrorCode::kEnvironment, request_.target.server,
                fmt::format("the server speaks '{}'; expected {}", protocol_, asked.back())},
          0);
    }
    on_open_(std::shared_ptr<WebSocket>(this->shared_from_this()), 0);
  }

  WebSocketRequest request_;
  Place place_;
  EventLoop::OnOpen on_open_;
  std::shared_ptr<asio::ssl::context> tls_context_;
  tcp::resolver resolver_;
  websocket::stream<Stream> stream_;
  websocket::response_type answer_;
  beast::flat_buffer buffer_;
  std::string outgoing_, protocol_;
};

class AsioSocket final : public LocalSocket, public std::enable_shared_from_this<AsioSocket> {
 public:
  explicit AsioSocket(tcp::socket socket) : socket_(std::move(socket)), incoming_(kReadBytes, 0) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
  }

  void Read(std::function<void(std::string)> on_bytes) override {
    socket_.async_read_some(asio::buffer(incoming_), [self = shared_from_this(), on_bytes](
                                                         error_code failed, std::size_t size) {
      on_bytes(failed ? std::string() : self->incoming_.substr(0, size));
    });
  }

  void Write(std::string bytes, std::function<void(bool ok)> on_written) override {
    outgoing_ = std::move(bytes);
    asio::async_write(socket_, asio::buffer(outgoing_),
                      [self = shared_from_this(), on_written](error_code failed, std::size_t) {
                        on_written(!failed);
                      });
  }

  void Close() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

 private:
  tcp::socket socket_;
  std::string incoming_, outgoing_;
};

class AsioLoop final : public EventLoop {
 public:
  void Open(const WebSocketRequest& request, OnOpen on_open) override {
    if (!request.target.proxy_url.empty()) {
      return on_open(Error{ErrorCode::kEnvironment, request.target.server,
                           "commands and forwarded ports do not go through a proxy-url"},
                     0);
    }
    if (!PlaceOf(request.target.server).tls) {
      std::make_shared<BeastSocket<beast::tcp_stream>>(loop_, request, std::move(on_open))
          ->Open(nullptr);
      return;
    }
    auto context = MakeTlsContext(request.target);
    if (!context) return on_open(context.error(), 0);
    std::make_shared<BeastSocket<TlsStream>>(loop_, request, std::move(on_open), **context)
        ->Open(*context);
  }

  Result<int> Listen(int port,
                     std::function<void(std::shared_ptr<LocalSocket>)> on_accept) override {
    error_code failed;
    const tcp::endpoint place(asio::ip::address_v4::loopback(), static_cast<unsigned short>(port));
    auto acceptor = std::make_shared<tcp::acceptor>(loop_);
    acceptor->open(place.protocol(), failed);
    if (!failed) acceptor->set_option(tcp::acceptor::reuse_address(true), failed);
    if (!failed) acceptor->bind(place, failed);
    if (!failed) acceptor->listen(asio::socket_base::max_listen_connections, failed);
    if (failed) {
      return Error{ErrorCode::kEnvironment, fmt::format("127.0.0.1:{}", port), failed.message()};
    }
    Accept(acceptor, on_accept);
    return static_cast<int>(acceptor->local_endpoint().port());
  }

  void After(double seconds, std::function<void()> then) override {
    auto timer = std::make_shared<asio::steady_timer>(loop_, Milliseconds(seconds));
    timer->async_wait([timer, then](error_code failed) {
      if (!failed) then();
    });
  }

  void Run(double seconds) override {
    loop_.restart();
    if (seconds < 0) {
      loop_.run();
    } else {
      loop_.run_for(Milliseconds(seconds));
    }
  }

  // Posted, so that a Stop before Run is not lost.
  void Stop() override {
    asio::post(loop_, [this] { loop_.stop(); });
  }

 private:
  void Accept(const std::shared_ptr<tcp::acceptor>& acceptor,
              const std::function<void(std::shared_ptr<LocalSocket>)>& on_accept) {
    acceptor->async_accept([this, acceptor, on_accept](error_code failed, tcp::socket socket) {
      if (failed == asio::error::operation_aborted) return;
      if (!failed) on_accept(std::make_shared<AsioSocket>(std::move(socket)));
      if (failed) return After(0.1, [=, this] { Accept(acceptor, on_accept); });  // too many open
      Accept(acceptor, on_accept);
    });
  }

  asio::io_context loop_{1};
};

}  // namespace

std::unique_ptr<EventLoop> EventLoop::Make() { return std::make_unique<AsioLoop>(); }

}  // namespace wt
