// SPDX-License-Identifier: Apache-2.0
#include "realcluster/service/caller.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cmath>
#include <limits>

namespace wt::service {
namespace {

constexpr unsigned kOk = 200, kBadGateway = 502, kGatewayTimeout = 504;
constexpr double kBudgetForgotten = 10;  // seconds
constexpr auto kAnswersWithin = std::chrono::milliseconds(500);
constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

const char* EndingWord(const HttpAnswer& answer) {
  switch (answer.ending) {
    case Ending::kAnswered:
      return answer.status == kOk ? "ok" : "error";
    case Ending::kTimeout:
      return "timeout";
    case Ending::kRefused:
      return "refused";
    case Ending::kReset:
      return "reset";
    case Ending::kNoSuchHost:
    case Ending::kLookupFailed:
      return "lookup";
    case Ending::kUnreachable:
      return "unreachable";
    case Ending::kMalformed:
      return "malformed";
  }
  return "error";
}

}  // namespace

std::string ErrorText(const HttpAnswer& answer, const std::string& host, int port) {
  const std::string address = fmt::format("{}:{}", host, port);
  switch (answer.ending) {
    case Ending::kTimeout:
      return kDeadlineText;
    case Ending::kRefused:
      return fmt::format(kRefusedText, address);
    case Ending::kReset:
      return fmt::format(kResetText, address);
    case Ending::kNoSuchHost:
      return fmt::format(kNoHostText, host);
    case Ending::kLookupFailed:
      return fmt::format(kLookupFailedText, host);
    case Ending::kUnreachable:
      return fmt::format(kUnreachableText, address);
    case Ending::kAnswered:
    case Ending::kMalformed:
      break;
  }
  return kUpstreamText;
}

void RetryBudget::Forget(Clock::time_point now) {
  const double passed = std::chrono::duration<double>(now - at_).count();
  const double kept = at_ == Clock::time_point{} ? 1 : std::exp(-passed / kBudgetForgotten);
  calls_ *= kept;
  extra_ *= kept;
  at_ = now;
}

void RetryBudget::CountCall(Clock::time_point now) {
  Forget(now);
  ++calls_;
}

bool RetryBudget::Allow(double share, Clock::time_point now) {
  Forget(now);
  // A whole attempt more than the share at most, so that the first failure may be tried again.
  if (share <= 0 || extra_ >= share * calls_) return false;
  ++extra_;
  return true;
}

bool Breaker::Allow(unsigned failures, Clock::time_point now) {
  if (failures == 0 || in_row_ < failures) return true;
  if (now < until_ || trying_) return false;
  trying_ = true;
  return true;
}

void Breaker::Count(bool ok, unsigned failures, Nanos open, Clock::time_point now) {
  if (failures == 0) return;
  trying_ = false;
  in_row_ = ok ? 0 : std::min(in_row_ + 1, failures);
  if (in_row_ >= failures) until_ = now + open;
}

Caller::CallState& Caller::StateOf(const CallSpec& call) {
  CallState& state = states_[&call];
  if (call.pool > 0 && !state.pool) {
    state.pool = std::make_unique<Station>(loop_, call.pool, kNoLimit);
  }
  return state;
}

Task<HttpAnswer> Caller::Ask(const CallSpec& call, Clock::time_point deadline) {
  const Resolver::Found found = co_await resolver_.Find(call.host, deadline);
  if (found.ending != Ending::kAnswered) co_return HttpAnswer{found.ending, 0};
  HttpQuestion question;
  question.host = call.host;
  question.path = "/op/" + call.operation;
  question.service = call.service;
  question.address = found.address;
  question.port = call.port;
  question.deadline = deadline;
  if (call.udp) co_return co_await AskUdp(loop_, question);
  co_return co_await AskHttp(loop_, question);
}

Task<Caller::Attempted> Caller::Attempt(const CallSpec& call, CallState& state) {
  Attempted attempted;
  if (!state.breaker.Allow(call.breaker_failures, Clock::now())) {
    attempted.error = kBreakerText;
    attempted.ending = "breaker";
    co_return attempted;
  }
  const Clock::time_point deadline = Clock::now() + call.timeout;
  HttpAnswer answer;
  const bool entered = !state.pool || co_await state.pool->Enter(deadline);
  if (entered) {
    answer = co_await Ask(call, deadline);
    if (state.pool) state.pool->Leave();
  }
  attempted.ok = answer.ending == Ending::kAnswered && answer.status == kOk;
  attempted.late = answer.ending == Ending::kTimeout;
  if (!attempted.ok) attempted.error = ErrorText(answer, call.host, call.port);
  attempted.ending = EndingWord(answer);
  state.breaker.Count(attempted.ok, call.breaker_failures, call.breaker_open, Clock::now());
  co_return attempted;
}

Task<unsigned> Caller::MakeCall(const Operation& operation, const CallSpec& call) {
  if (random_.Uniform() >= call.probability) co_return kOk;
  CallState& state = StateOf(call);
  state.budget.CountCall(Clock::now());
  for (unsigned left = call.retries;; --left) {
    const Attempted attempted = co_await Attempt(call, state);
    ++metrics_.calls[{operation.name, call.service + "/" + call.operation, attempted.ending}];
    if (attempted.ok) co_return kOk;
    log_.Print(fmt::format(kCallFailedText, operation.name, call.service, call.operation,
                           attempted.error));
    if (left == 0 || !state.budget.Allow(call.budget, Clock::now())) {
      co_return attempted.late ? kGatewayTimeout : kBadGateway;
    }
    co_await Pause(loop_, call.backoff);
  }
}

Task<unsigned> Caller::MakeCalls(const Operation& operation) {
  const std::vector<CallSpec>& calls = operation.calls;
  for (std::size_t next = 0; next < calls.size();) {
    std::size_t end = next + 1;
    const unsigned group = calls[next].group;
    while (group != 0 && end < calls.size() && calls[end].group == group) ++end;
    unsigned worst = kOk;
    if (end == next + 1) {
      const unsigned status = co_await MakeCall(operation, calls[next]);
      if (!calls[next].optional) worst = status;
    } else {
      struct Join {
        Gate gate;
        std::size_t open;
        unsigned worst = kOk;
      };
      const std::shared_ptr<Join> join(new Join{Gate(loop_), end - next});
      const auto run = [](Caller* self, const Operation* of, const CallSpec* call,
                          std::shared_ptr<Join> joined) -> Task<void> {
        const unsigned status = co_await self->MakeCall(*of, *call);
        if (!call->optional) joined->worst = std::max(joined->worst, status);
        if (--joined->open == 0) joined->gate.Open();
      };
      for (std::size_t k = next; k < end; ++k) {
        asio::co_spawn(loop_, run(this, &operation, &calls[k], join), asio::detached);
      }
      co_await join->gate.Wait(Clock::time_point::max());
      worst = join->worst;
    }
    if (worst != kOk) co_return worst;
    next = end;
  }
  co_return kOk;
}

Task<bool> Caller::Answers(const Service& service, std::string& error) {
  if (service.host.empty()) co_return true;
  const Clock::time_point deadline = Clock::now() + kAnswersWithin;
  const bool near = service.name_space == self_.name_space;
  const std::string host = near ? service.host : service.host + "." + service.name_space;
  const Resolver::Found found = co_await resolver_.Find(host, deadline);
  HttpAnswer answer{found.ending, 0};
  if (found.ending == Ending::kAnswered) {
    HttpQuestion question;
    question.host = host;
    question.path = "/wavetank/plays";
    question.service = service.name;
    question.address = found.address;
    question.port = service.called_port;
    question.deadline = deadline;
    if (service.called_udp) {
      answer = co_await AskUdp(loop_, question);
    } else {
      answer = co_await AskHttp(loop_, question);
    }
  }
  if (answer.ending == Ending::kAnswered && answer.status == kOk) co_return true;
  error = ErrorText(answer, service.host, service.called_port);
  co_return false;
}

}  // namespace wt::service
