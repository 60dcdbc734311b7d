// SPDX-License-Identifier: Apache-2.0
#include "realcluster/service/loop.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace wt::service {

void Gate::Open() {
  open_ = true;
  timer_.cancel();
}

Task<bool> Gate::Wait(Clock::time_point deadline) {
  if (open_) co_return true;
  boost::system::error_code ignored;
  timer_.expires_at(deadline);
  co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  co_return open_;
}

Task<void> Pause(asio::io_context& loop, Clock::duration time) {
  boost::system::error_code ignored;
  asio::steady_timer timer(loop, time);
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

Task<bool> Station::Enter(Clock::time_point deadline) {
  if (busy_ < slots_) {
    ++busy_;
    co_return true;
  }
  if (line_.size() >= queue_) co_return false;
  const auto gate = std::make_shared<Gate>(loop_);
  line_.push_back(gate);
  const bool entered = co_await gate->Wait(deadline);
  if (!entered) line_.erase(std::find(line_.begin(), line_.end(), gate));
  co_return entered;
}

void Station::Leave() {
  if (line_.empty()) {
    --busy_;
    return;
  }
  const std::shared_ptr<Gate> next = line_.front();
  line_.pop_front();
  next->Open();
}

}  // namespace wt::service
