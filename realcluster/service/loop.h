// SPDX-License-Identifier: Apache-2.0
// What coroutines on the one event loop wait for: a gate that somebody opens, a station of slots
// with a line before it, a while. Everything here belongs to the loop's thread.
#pragma once

#include <utility>  // Boost 1.74's awaitable.hpp uses std::exchange without it

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>

namespace wt::service {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

template <class T>
using Task = asio::awaitable<T>;

// Opened once; one coroutine waits.
class Gate {
 public:
  explicit Gate(asio::io_context& loop) : timer_(loop) {}
  void Open();
  Task<bool> Wait(Clock::time_point deadline);  // false: it was still shut

 private:
  asio::steady_timer timer_;
  bool open_ = false;
};

Task<void> Pause(asio::io_context& loop, Clock::duration time);

// `slots` at work, at most `queue` waiting, first come first served.
class Station {
 public:
  Station(asio::io_context& loop, std::size_t slots, std::size_t queue)
      : loop_(loop), slots_(slots), queue_(queue) {}
  // False: the line is full, or the deadline came first. After true: Leave, once.
  Task<bool> Enter(Clock::time_point deadline);
  void Leave();
  std::size_t busy() const { return busy_; }
  std::size_t waiting() const { return line_.size(); }

 private:
  asio::io_context& loop_;
  std::size_t slots_, queue_, busy_ = 0;
  std::deque<std::shared_ptr<Gate>> line_;
};

}  // namespace wt::service
