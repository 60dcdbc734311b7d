// SPDX-License-Identifier: Apache-2.0
#include "realcluster/service/burn.h"

#include <time.h>

#include <boost/asio/post.hpp>
#include <thread>

namespace wt::service {
namespace {

constexpr Nanos kAtOnce = std::chrono::microseconds(50);

Nanos Read(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + Nanos(time.tv_nsec);
}

}  // namespace

Nanos ThreadCpu() { return Read(CLOCK_THREAD_CPUTIME_ID); }
Nanos ProcessCpu() { return Read(CLOCK_PROCESS_CPUTIME_ID); }

void BurnHere(Nanos cpu) {
  const Nanos until = ThreadCpu() + cpu;
  volatile double sink = 1;
  do {
    // About two microseconds, so that reading the clock is a small part.
    for (int i = 0; i < 500; ++i) sink = sink * 1.0000001 + 1e-9;
  } while (ThreadCpu() < until);
}

Task<void> Burner::Burn(Nanos cpu) {
  if (cpu <= kAtOnce) {
    if (cpu.count() > 0) BurnHere(cpu);
    burnt_here_ += cpu;
    co_return;
  }
  const auto done = std::make_shared<Gate>(loop_);
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back([this, cpu, done] {
      BurnHere(cpu);
      asio::post(loop_, [done] { done->Open(); });
    });
    if (idle_ < jobs_.size() && threads_ < threads_max_) {
      ++threads_;
      std::thread([this] { Work(); }).detach();
    }
  }
  wake_.notify_one();
  co_await done->Wait(Clock::time_point::max());
}

void Burner::Work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (jobs_.empty()) {
      ++idle_;
      wake_.wait(lock);
      --idle_;
    }
    const std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

}  // namespace wt::service
