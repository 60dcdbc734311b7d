// SPDX-License-Identifier: Apache-2.0
#include "realcluster/service/http.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>
#include <list>
#include <vector>

#include "realcluster/service/udp.h"

namespace wt::service {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr const char* kServiceHeader = "X-Wavetank-Service";
constexpr std::size_t kAnswerBytesMax = 1 << 20;
// Accepting failed for lack of descriptors or memory: some connections have to end first.
constexpr auto kAcceptPause = std::chrono::milliseconds(10);

auto Into(Error& error) { return asio::redirect_error(asio::use_awaitable, error); }

void Reset(tcp::socket& socket) {
  Error ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

unsigned StatusOf(const Error& error) {
  if (error == http::error::header_limit) return 431;
  if (error == http::error::body_limit) return 413;
  return 400;
}

// A request that is none (or too large) gets an answer; a connection that ended gets none.
bool IsFormError(const Error& error) {
  return error.category() == http::make_error_code(http::error::bad_version).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

HttpRequest Plain(const http::request<http::string_body>& message) {
  HttpRequest request;
  request.method = std::string(message.method_string());
  const auto target = message.target();
  request.path = std::string(target.substr(0, target.find('?')));
  request.service = std::string(message[kServiceHeader]);
  return request;
}

Ending EndingOf(const Error& error) {
  if (error == beast::error::timeout) return Ending::kTimeout;
  if (error == asio::error::connection_refused) return Ending::kRefused;
  if (error == asio::error::host_unreachable || error == asio::error::network_unreachable) {
    return Ending::kUnreachable;
  }
  if (error == asio::error::timed_out) return Ending::kTimeout;
  if (IsFormError(error)) return Ending::kMalformed;
  return Ending::kReset;
}

}  // namespace

struct HttpServer::Part {
  asio::io_context& loop;
  HttpLimits limits;
  HttpHandler handler;
  std::list<tcp::acceptor> acceptors;
  UdpServer udp;
  std::size_t connections = 0;
  bool closed = false;
};

namespace {

Task<void> Write(beast::tcp_stream& stream, const HttpRequest& request, HttpResponse answer,
                 bool keep, std::chrono::seconds idle, Error& error) {
  http::response<http::string_body> message;
  message.version(11);
  message.result(answer.status);
  message.set(http::field::content_type, answer.type);
  message.keep_alive(keep);
  message.body() = std::move(answer.body);
  message.prepare_payload();
  if (request.method == "HEAD") message.body().clear();
  stream.expires_after(idle);
  co_await http::async_write(stream, message, Into(error));
}

// One connection, request after request.
template <class Part>
Task<void> Session(beast::tcp_stream stream, std::shared_ptr<Part> part) {
  const HttpLimits& limits = part->limits;
  beast::flat_buffer buffer(limits.header_bytes + (16u << 10));
  Error error;
  stream.socket().set_option(tcp::no_delay(true), error);
  for (bool keep = true; keep;) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(limits.header_bytes);
    parser.body_limit(limits.body_bytes);
    stream.expires_after(limits.idle);
    co_await http::async_read(stream, buffer, parser, Into(error));
    if (error && !IsFormError(error)) break;
    HttpRequest request;
    HttpResponse answer;
    if (error) {
      answer = {StatusOf(error), "{\"error\":\"not a request\"}\n", "application/json"};
      keep = false;
    } else {
      request = Plain(parser.get());
      keep = parser.get().keep_alive();
      stream.expires_never();
      HttpRequest asked = request;
      answer = co_await part->handler(std::move(asked));
      keep = keep && !part->closed;
    }
    error = {};
    co_await Write(stream, request, std::move(answer), keep, limits.idle, error);
    if (error) break;
  }
  stream.socket().shutdown(tcp::socket::shutdown_both, error);
  --part->connections;
}

template <class Part>
Task<void> Accept(tcp::acceptor& acceptor, std::shared_ptr<Part> part) {
  while (!part->closed) {
    Error error;
    tcp::socket socket(part->loop);
    co_await acceptor.async_accept(socket, Into(error));
    if (part->closed) co_return;
    if (error) {
      co_await Pause(part->loop, kAcceptPause);
      continue;
    }
    if (part->connections >= part->limits.connections) {
      Reset(socket);
      continue;
    }
    ++part->connections;
    beast::tcp_stream stream(std::move(socket));
    asio::co_spawn(part->loop, Session(std::move(stream), part), asio::detached);
  }
}

}  // namespace

HttpServer::HttpServer(asio::io_context& loop, HttpLimits limits, HttpHandler handler)
    : part_(new Part{loop, limits, handler, {}, {loop, limits.connections, handler}}) {}

HttpServer::~HttpServer() { Close(); }

std::string HttpServer::Listen(int port, bool udp) {
  if (udp) return part_->udp.Listen(port);
  Error error;
  tcp::acceptor acceptor(part_->loop);
  acceptor.open(tcp::v4(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  const tcp::endpoint here(asio::ip::address_v4::any(), static_cast<unsigned short>(port));
  if (!error) acceptor.bind(here, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return error.message();
  part_->acceptors.push_back(std::move(acceptor));
  asio::co_spawn(part_->loop, Accept(part_->acceptors.back(), part_), asio::detached);
  return "";
}

void HttpServer::Close() {
  part_->closed = true;
  Error ignored;
  for (tcp::acceptor& acceptor : part_->acceptors) acceptor.close(ignored);
  part_->udp.Close();
}

Task<HttpAnswer> AskHttp(asio::io_context& loop, const HttpQuestion& question) {
  Error error;
  beast::tcp_stream stream(loop);
  stream.expires_at(question.deadline);
  const tcp::endpoint to(asio::ip::address_v4(question.address),
                         static_cast<unsigned short>(question.port));
  co_await stream.async_connect(to, Into(error));
  if (error) co_return HttpAnswer{EndingOf(error), 0};
  Error ignored;
  stream.socket().set_option(tcp::no_delay(true), ignored);
  http::request<http::empty_body> request(http::verb::get, question.path, 11);
  request.set(http::field::host, question.host);
  if (!question.service.empty()) request.set(kServiceHeader, question.service);
  request.keep_alive(false);
  co_await http::async_write(stream, request, Into(error));
  if (error) co_return HttpAnswer{EndingOf(error), 0};
  beast::flat_buffer buffer(64u << 10);
  http::response_parser<http::string_body> parser;
  parser.body_limit(kAnswerBytesMax);
  co_await http::async_read(stream, buffer, parser, Into(error));
  if (error) co_return HttpAnswer{EndingOf(error), 0};
  co_return HttpAnswer{Ending::kAnswered, parser.get().result_int()};
}

}  // namespace wt::service
