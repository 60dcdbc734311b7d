// SPDX-License-Identifier: Apache-2.0
#include "realcluster/kube/rest_kube_api.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>

#include "realcluster/kube/api_status.h"
#include "realcluster/kube/rest_core.h"
#include "realcluster/kube/rest_watch.h"

namespace wt {
namespace {

constexpr std::size_t kRefusalBytesMax = 1 << 20;

// What one try came to.
struct Outcome {
  int status = 0;
  std::string body;
  double retry_after_s = 0;
  std::optional<HttpFailure> failure;
  bool too_large = false;
};

Outcome OutcomeOf(const HttpTransfer& transfer) {
  Outcome outcome;
  outcome.status = transfer.status();
  outcome.retry_after_s = transfer.retry_after_s();
  if (transfer.failure() != nullptr) outcome.failure = *transfer.failure();
  return outcome;
}

// Whether the same request may be sent again.
bool MayRepeat(bool is_read, const Outcome& outcome) {
  if (outcome.too_large) return false;
  if (outcome.failure) return outcome.failure->temporary && (is_read || !outcome.failure->sent);
  return is_read ? IsOverload(outcome.status) : outcome.status == 429;
}

// Tries until an answer that stands, or until time is up. Errors: no answer.
Result<Outcome> WithRetries(RestCore& core, const std::string& method,
                            const std::function<Outcome()>& attempt) {
  const Clock::time_point begin = Clock::now();
  BackOff back_off(core.options.back_off_s);
  bool renewed = false;
  for (int tries = 1;; ++tries) {
    if (Status fresh = core.credentials.Refresh(); !fresh) return fresh.error();
    Outcome outcome = attempt();
    if (outcome.too_large) {
      return Error{ErrorCode::kEnvironment, core.server(),
                   fmt::format("an answer of more than {} bytes", core.options.body_bytes_max)};
    }
    if (!outcome.failure && outcome.status == 401 && !renewed) {
      renewed = true;
      const Result<bool> other = core.credentials.Renew();
      if (!other) return other.error();
      if (*other) continue;
    }
    const double wait_s = std::max(back_off.Next(), outcome.retry_after_s);
    if (!MayRepeat(method == "GET", outcome) ||
        SecondsSince(begin) + wait_s > core.options.retry_for_s) {
      if (outcome.failure) return core.Unreachable(*outcome.failure, tries, SecondsSince(begin));
      return outcome;
    }
    core.Pause(wait_s);
  }
}

Outcome CallOnce(RestCore& core, const HttpRequest& http) {
  std::string body;
  bool too_large = false;
  const auto most = static_cast<std::size_t>(core.options.body_bytes_max);
  const auto transfer =
      core.http->Start(core.credentials.target(), http, [&](std::string_view data) {
        too_large = body.size() + data.size() > most;
        if (too_large) return Take::kNoMore;
        body += data;
        return Take::kTaken;
      });
  while (!transfer->done()) core.http->Run(1);
  Outcome outcome = OutcomeOf(*transfer);
  outcome.body = std::move(body);
  outcome.too_large = too_large;
  return outcome;
}

// After the first byte was handed on nothing is repeated.
Outcome StreamOnce(RestCore& core, const HttpRequest& http,
                   const std::function<bool(std::string_view)>& on_bytes) {
  HttpTransfer* current = nullptr;
  std::string refusal;
  bool begun = false, ended = false;
  const Clock::time_point sent = Clock::now();
  Clock::time_point quiet_since = sent;
  const auto transfer =
      core.http->Start(core.credentials.target(), http, [&](std::string_view data) {
        if (current->status() != 200) {
          refusal += data.substr(0, kRefusalBytesMax - std::min(kRefusalBytesMax, refusal.size()));
          return Take::kTaken;
        }
        begun = true;
        quiet_since = Clock::now();
        ended = !on_bytes(data);
        return ended ? Take::kNoMore : Take::kTaken;
      });
  current = transfer.get();
  while (!transfer->done() && !ended) {
    core.http->Run(0.25);
    if (transfer->status() == 0 && SecondsSince(sent) > core.options.timeout_s) {
      Outcome silent;
      silent.failure = HttpFailure{.temporary = true, .what = "no answer in time"};
      return silent;
    }
    if (transfer->status() != 200 || SecondsSince(quiet_since) < 1) continue;
    quiet_since = Clock::now();
    if (!transfer->done() && !ended) ended = !on_bytes({});
  }
  Outcome outcome = OutcomeOf(*transfer);
  outcome.body = std::move(refusal);
  if (ended) outcome.failure.reset();
  if (begun && outcome.failure) outcome.failure->temporary = false;
  return outcome;
}

std::optional<Error> WrongPath(const ApiRequest& request) {
  if (request.path.starts_with('/')) return std::nullopt;
  return Error{ErrorCode::kBadRequest, request.path, "a path of the API begins with /"};
}

}  // namespace

double BackOff::Next() {
  static thread_local std::minstd_rand random{std::random_device{}()};
  const double base = std::min(5.0, first_s_ * std::exp2(failures_++));
  return base * std::uniform_real_distribution<double>(0.5, 1.5)(random);
}

bool IsOverload(int status) {
  return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

HttpRequest RestCore::ToHttp(const ApiRequest& request) const {
  HttpRequest made;
  made.method = request.method;
  made.url = server() + request.path + (request.query.empty() ? "" : "?") + request.query;
  made.user_agent = options.user_agent;
  made.body = request.body;
  made.connect_timeout_s = options.connect_timeout_s;
  made.timeout_s = options.timeout_s;
  made.once = request.method != "GET";
  made.headers.push_back("Accept: application/json");
  if (request.method != "GET") {
    const std::string type = request.body.empty()           ? ""
                             : request.content_type.empty() ? " application/json"
                                                            : " " + request.content_type;
    made.headers.push_back("Content-Type:" + type);
  }
  const std::string authorization = credentials.Authorization();
  if (!authorization.empty()) made.headers.push_back("Authorization: " + authorization);
  return made;
}

Error RestCore::Unreachable(const HttpFailure& failure, int tries, double seconds) const {
  std::string what = failure.what;
  if (tries > 1) what += fmt::format(" ({} tries in {:.1f} s)", tries, seconds);
  return Error{ErrorCode::kEnvironment, server(), what};
}

void RestCore::Pause(double seconds) {
  const Clock::time_point until = Clock::now() + Seconds(seconds);
  while (Clock::now() < until) http->Run(-SecondsSince(until));
}

struct RestKubeApi::Inside {
  RestCore core;
};

RestKubeApi::RestKubeApi(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}
RestKubeApi::~RestKubeApi() = default;
const KubeTarget& RestKubeApi::target() const { return inside_->core.credentials.target(); }

Result<std::unique_ptr<RestKubeApi>> RestKubeApi::Open(KubeTarget target, RestOptions options) {
  auto inside = std::make_unique<Inside>(Inside{RestCore(std::move(target), std::move(options))});
  if (Status fresh = inside->core.credentials.Refresh(); !fresh) return fresh.error();
  return std::unique_ptr<RestKubeApi>(new RestKubeApi(std::move(inside)));
}

Result<ApiReply> RestKubeApi::Call(const ApiRequest& request) {
  if (auto wrong = WrongPath(request)) return *wrong;
  RestCore& core = inside_->core;
  Result<Outcome> outcome =
      WithRetries(core, request.method, [&] { return CallOnce(core, core.ToHttp(request)); });
  if (!outcome) return outcome.error();
  return ApiReply{outcome->status, std::move(outcome->body)};
}

Result<std::unique_ptr<ApiWatch>> RestKubeApi::Watch(const ApiRequest& request) {
  if (auto wrong = WrongPath(request)) return *wrong;
  RestCore& core = inside_->core;
  auto watch = std::make_unique<RestWatch>(core, request);
  while (!watch->opened() && !watch->over()) {
    core.http->Run(std::clamp(watch->SecondsToStep(), 0.0, 1.0));
    watch->Step();
  }
  if (watch->error()) return *watch->error();
  return std::unique_ptr<ApiWatch>(std::move(watch));
}

void RestKubeApi::WaitForWatches(double seconds, int wake_fd) {
  RestCore& core = inside_->core;
  const Clock::time_point begin = Clock::now();
  core.http->Run(0);
  for (;;) {
    double left = seconds - SecondsSince(begin);
    bool is_ready = left <= 0;
    for (RestWatch* watch : core.watches) {
      watch->Step();
      is_ready = is_ready || watch->ready();
      left = std::min(left, watch->SecondsToStep());
    }
    if (is_ready) return;
    if (wake_fd >= 0) {
      pollfd woken{wake_fd, POLLIN, 0};
      if (poll(&woken, 1, 0) > 0) return;
    }
    core.http->Run(std::max(left, 0.001), wake_fd);
  }
}

Status RestKubeApi::Stream(const ApiRequest& request,
                           const std::function<bool(std::string_view)>& on_bytes) {
  if (auto wrong = WrongPath(request)) return *wrong;
  RestCore& core = inside_->core;
  const Result<Outcome> outcome = WithRetries(core, "GET", [&] {
    HttpRequest http = core.ToHttp(request);
    http.timeout_s = 0;
    return StreamOnce(core, http, on_bytes);
  });
  if (!outcome) return outcome.error();
  if (outcome->status == 200) return Ok{};
  return RefusalError(ReadRefusal(outcome->status, outcome->body), core.server() + request.path);
}

}  // namespace wt
