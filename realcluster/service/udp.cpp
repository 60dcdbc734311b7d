// SPDX-License-Identifier: Apache-2.0
#include "realcluster/service/udp.h"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <list>
#include <string_view>

namespace wt::service {
namespace {

using asio::ip::udp;
using Error = boost::system::error_code;
using Datagram = std::array<char, 1400>;

auto Into(Error& error) { return asio::redirect_error(asio::use_awaitable, error); }

bool Parse(std::string_view text, HttpRequest& request) {
  const std::size_t line = text.find('\n');
  if (!text.starts_with("GET /") || line == text.npos) return false;
  text = text.substr(4, line - 4);
  const std::size_t space = text.find(' ');
  request.method = "GET";
  request.path = text.substr(0, space);
  if (space != text.npos) request.service = text.substr(space + 1);
  return true;
}

HttpAnswer Answer(std::string_view text) {
  unsigned status = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), status);
  if (read.ec != std::errc() || status < 100 || status > 599) return {Ending::kMalformed, 0};
  return {Ending::kAnswered, status};
}

}  // namespace

struct UdpServer::Part {
  asio::io_context& loop;
  std::size_t at_once_max;
  HttpHandler handler;
  std::list<udp::socket> sockets;
  std::size_t at_once = 0;
  bool closed = false;
};

namespace {

template <class Part>
Task<void> Reply(udp::socket& socket, udp::endpoint from, HttpRequest request,
                 std::shared_ptr<Part> part) {
  const HttpResponse response = co_await part->handler(std::move(request));
  --part->at_once;
  if (part->closed) co_return;
  Error ignored;
  const std::string text = std::to_string(response.status) + "\n";
  co_await socket.async_send_to(asio::buffer(text), from, Into(ignored));
}

template <class Part>
Task<void> Receive(udp::socket& socket, std::shared_ptr<Part> part) {
  Datagram data;
  while (!part->closed) {
    Error error;
    udp::endpoint from;
    const std::size_t size =
        co_await socket.async_receive_from(asio::buffer(data), from, Into(error));
    HttpRequest request;
    if (error || part->at_once >= part->at_once_max) continue;
    if (!Parse({data.data(), size}, request)) continue;
    ++part->at_once;
    asio::co_spawn(part->loop, Reply(socket, from, std::move(request), part), asio::detached);
  }
}

}  // namespace

UdpServer::UdpServer(asio::io_context& loop, std::size_t at_once_max, HttpHandler handler)
    : part_(new Part{loop, at_once_max, std::move(handler), {}}) {}

UdpServer::~UdpServer() { Close(); }

std::string UdpServer::Listen(int port) {
  Error error;
  udp::socket socket(part_->loop);
  socket.open(udp::v4(), error);
  const udp::endpoint here(asio::ip::address_v4::any(), static_cast<unsigned short>(port));
  if (!error) socket.bind(here, error);
  if (error) return error.message();
  part_->sockets.push_back(std::move(socket));
  asio::co_spawn(part_->loop, Receive(part_->sockets.back(), part_), asio::detached);
  return "";
}

void UdpServer::Close() {
  part_->closed = true;
  Error ignored;
  for (udp::socket& socket : part_->sockets) socket.close(ignored);
}

Task<HttpAnswer> AskUdp(asio::io_context& loop, const HttpQuestion& question) {
  Error error;
  udp::socket socket(loop);
  socket.open(udp::v4(), error);
  const udp::endpoint to(asio::ip::address_v4(question.address),
                         static_cast<unsigned short>(question.port));
  if (!error) socket.connect(to, error);
  if (error) co_return HttpAnswer{Ending::kUnreachable, 0};
  asio::steady_timer timer(loop, question.deadline);
  struct State {
    bool late = false, done = false;
  };
  const auto state = std::make_shared<State>();
  timer.async_wait([&socket, state](const Error& cancelled) {
    if (cancelled || state->done) return;  // done: there is no socket any more
    state->late = true;
    Error ignored;
    socket.close(ignored);
  });
  const std::string text = "GET " + question.path + " " + question.service + "\n";
  co_await socket.async_send(asio::buffer(text), Into(error));
  Datagram data;
  std::size_t size = 0;
  if (!error) size = co_await socket.async_receive(asio::buffer(data), Into(error));
  state->done = true;
  timer.cancel();
  if (state->late) co_return HttpAnswer{Ending::kTimeout, 0};
  if (error == asio::error::connection_refused) co_return HttpAnswer{Ending::kRefused, 0};
  if (error) co_return HttpAnswer{Ending::kUnreachable, 0};
  co_return Answer({data.data(), size});
}

}  // namespace wt::service
