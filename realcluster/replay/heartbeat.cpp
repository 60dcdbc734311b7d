// SPDX-License-Identifier: Apache-2.0
#include "realcluster/replay/heartbeat.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace wt {
namespace {

constexpr std::chrono::seconds kEvery{2};
constexpr double kAnswerMax_s = 3;
// A request just before the server hung, its time-out, and one more of a busy machine.
constexpr SimTime kSilenceMax = 8 * kSecond;
constexpr const char* kAsked = "/readyz";

}  // namespace

Heartbeat::Heartbeat(std::unique_ptr<RestKubeApi> api, RealClock& clock)
    : api_(std::move(api)),
      server_(api_->target().server),
      clock_(clock),
      answered_(clock.Now()) {}

Result<std::unique_ptr<Heartbeat>> Heartbeat::Start(KubeTarget target, RealClock& clock) {
  RestOptions impatient;
  impatient.connect_timeout_s = kAnswerMax_s;
  impatient.timeout_s = kAnswerMax_s;
  impatient.retry_for_s = 0;
  auto api = RestKubeApi::Open(std::move(target), impatient);
  if (!api) return api.error();
  std::unique_ptr<Heartbeat> made(new Heartbeat(std::move(*api), clock));
  made->thread_ = std::thread([beating = made.get()] { beating->Run(); });
  return made;
}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Heartbeat::Run() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    lock.unlock();
    const SimTime sent = clock_.Now();
    const Result<ApiReply> reply = api_->Call({.path = kAsked});
    lock.lock();
    if (reply && reply->status < 500) {
      answered_ = sent;
    } else {
      trouble_ = reply ? fmt::format("it answers {}", reply->status) : reply.error().what;
    }
    changed_.wait_for(lock, kEvery, [this] { return ending_; });
  }
}

SimTime Heartbeat::LastAnswer() const {
  const std::lock_guard lock(mutex_);
  return answered_;
}

Status Heartbeat::Check() const {
  const std::lock_guard lock(mutex_);
  if (clock_.Now() - answered_ < kSilenceMax) return Ok{};
  return Error{ErrorCode::kEnvironment, server_,
               fmt::format("GET {} has no answer: {}", kAsked, trouble_)};
}

}  // namespace wt
