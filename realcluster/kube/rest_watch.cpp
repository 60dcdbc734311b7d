// SPDX-License-Identifier: Apache-2.0
#include "realcluster/kube/rest_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "realcluster/kube/api_status.h"
#include "realcluster/kube/json_scan.h"
#include "realcluster/kube/query.h"

namespace wt {
namespace {

constexpr std::size_t kLinesBytesMax = 4 << 20;
constexpr std::size_t kRefusalBytesMax = 64 << 10;
constexpr double kTimeout_s = 300;     // asked of the server: it ends the watch in order
constexpr double kOverTimeout_s = 15;  // a server that does not is left
constexpr double kLastingWatch_s = 5;  // a connection that lived so long was no failure

}  // namespace

RestWatch::RestWatch(RestCore& core, const ApiRequest& request)
    : core_(core), request_(request), timeout_s_(kTimeout_s), back_off_(core.options.back_off_s) {
  request_.query =
      TakeFromQuery(request.query, [&](const std::string& key, const std::string& value) {
        if (key == "resourceVersion") {
          resource_version_ = value;
        } else if (key == "sendInitialEvents" || key == "resourceVersionMatch") {
          first_query_ += "&" + key + "=" + value;
        } else if (key == "timeoutSeconds" && std::atoi(value.c_str()) > 0) {
          timeout_s_ = std::atoi(value.c_str());
        } else {
          return key == "watch" || key == "allowWatchBookmarks" || key == "timeoutSeconds";
        }
        return true;
      });
  resumable_ = !resource_version_.empty() && resource_version_ != "0" && first_query_.empty();
  core_.watches.push_back(this);
  Send();
}

RestWatch::~RestWatch() { std::erase(core_.watches, this); }

void RestWatch::Send() {
  if (Status fresh = core_.credentials.Refresh(); !fresh) {
    error_ = fresh.error();
    return;
  }
  ApiRequest request = request_;
  if (!request.query.empty()) request.query += '&';
  request.query +=
      fmt::format("watch=true&allowWatchBookmarks=true&timeoutSeconds={:.0f}", timeout_s_);
  if (!resource_version_.empty()) request.query += "&resourceVersion=" + resource_version_;
  if (!opened_) request.query += first_query_;
  HttpRequest http = core_.ToHttp(request);
  http.timeout_s = timeout_s_ + kOverTimeout_s;
  partial_.clear();
  refusal_.clear();
  line_since_open_ = false;
  sent_at_ = Clock::now();
  ++tries_;
  transfer_ = core_.http->Start(core_.credentials.target(), http,
                                [this](std::string_view data) { return OnBody(data); });
}

Take RestWatch::OnBody(std::string_view data) {
  if (transfer_->status() != 200) {
    refusal_ += data.substr(0, kRefusalBytesMax - std::min(kRefusalBytesMax, refusal_.size()));
    return Take::kTaken;
  }
  if (lines_bytes_ > kLinesBytesMax) return Take::kLater;
  while (!data.empty() && !over()) {
    const std::size_t end = data.find('\n');
    partial_ += data.substr(0, end);
    if (partial_.size() > static_cast<std::size_t>(core_.options.body_bytes_max)) {
      error_ = Error{ErrorCode::kEnvironment, core_.server(),
                     fmt::format("a watch line of more than {} bytes", partial_.size())};
    }
    if (end == data.npos) break;
    data.remove_prefix(end + 1);
    if (!partial_.empty()) OnLine(std::move(partial_));
    partial_.clear();
  }
  return over() ? Take::kNoMore : Take::kTaken;
}

void RestWatch::OnLine(std::string line) {
  std::string_view type, object;
  const bool whole = ForEachMember(line, [&](std::string_view key, std::string_view value) {
    if (key == "type") type = value;
    if (key == "object") object = value;
    return true;
  });
  if (!whole || type.empty() || object.empty()) {
    error_ =
        Error{ErrorCode::kEnvironment, core_.server(), "no watch line: " + line.substr(0, 100)};
    return;
  }
  if (type == "\"ERROR\"") {
    ended_ = true;
  } else {
    line_since_open_ = true;
    const std::string_view version = FindMember(FindMember(object, "metadata"), "resourceVersion");
    if (!version.empty()) resource_version_ = StringValue(version);
    if (type == "\"BOOKMARK\"") resumable_ = true;
  }
  lines_bytes_ += line.size();
  lines_.push_back(std::move(line));
}

void RestWatch::EndWith410(const std::string& status_object) {
  lines_.push_back(R"({"type":"ERROR","object":)" + status_object + "}");
  lines_bytes_ += lines_.back().size();
  ended_ = true;
}

Result<std::optional<std::string>> RestWatch::Next() {
  if (lines_.empty() && !over()) {
    core_.http->Run(0);
    Step();
  }
  if (lines_.empty()) {
    if (error_) return *error_;
    return std::optional<std::string>();
  }
  std::string line = std::move(lines_.front());
  lines_.pop_front();
  lines_bytes_ -= line.size();
  if (lines_bytes_ <= kLinesBytesMax / 2 && transfer_) transfer_->Resume();
  return std::optional<std::string>(std::move(line));
}

double RestWatch::SecondsToStep() const {
  if (transfer_ == nullptr) return -SecondsSince(send_at_);
  return transfer_->status() == 0 ? core_.options.timeout_s - SecondsSince(sent_at_) : 3600;
}

void RestWatch::Step() {
  if (over()) {
    transfer_.reset();
  } else if (transfer_ == nullptr) {
    if (Clock::now() >= send_at_) Send();
  } else if (transfer_->done()) {
    Answered();
  } else if (transfer_->status() == 200) {
    opened_ = true;
    failing_since_.reset();
    renewed_ = false;
    tries_ = 0;
  } else if (SecondsSince(sent_at_) > core_.options.timeout_s) {
    transfer_.reset();
    Failed(HttpFailure{.temporary = true, .what = "no answer to a watch in time"});
  }
}

void RestWatch::Answered() {
  const std::unique_ptr<HttpTransfer> transfer = std::move(transfer_);
  const HttpFailure* failure = transfer->failure();
  if (transfer->status() == 200) {
    opened_ = true;
    failing_since_.reset();
    tries_ = 0;
    if (failure != nullptr && !failure->temporary) return Failed(*failure);
    return EndedAfter200();
  }
  if (failure != nullptr) return Failed(*failure);
  Refused(transfer->status(), transfer->retry_after_s());
}

void RestWatch::EndedAfter200() {
  if (!resumable_) {
    return EndWith410(R"({"kind":"Status","apiVersion":"v1","status":"Failure","code":410,)"
                      R"("reason":"Expired","message":"the watch ended before its first list"})");
  }
  const bool served = line_since_open_ || SecondsSince(sent_at_) > kLastingWatch_s;
  if (served) back_off_.Reset();
  send_at_ = Clock::now() + Seconds(served ? 0 : back_off_.Next());
}

void RestWatch::Failed(const HttpFailure& failure) {
  if (!failing_since_) failing_since_ = Clock::now();
  const Error error = core_.Unreachable(failure, tries_, SecondsSince(*failing_since_));
  if (!failure.temporary) {
    error_ = error;
    return;
  }
  TryAgain(back_off_.Next(), error);
}

void RestWatch::Refused(int status, double retry_after_s) {
  const ApiRefusal refusal = ReadRefusal(status, refusal_);
  const Error error = RefusalError(refusal, core_.server() + request_.path);
  if (status == 410 || status == 504) {
    if (FindMember(refusal_, "kind") == "\"Status\"") return EndWith410(refusal_);
    if (status == 410) return EndWith410(R"({"kind":"Status","code":410,"reason":"Expired"})");
  }
  if (status == 401 && !renewed_) {
    renewed_ = true;
    const Result<bool> renewed = core_.credentials.Renew();
    if (renewed && *renewed) {
      send_at_ = Clock::now();
      return;
    }
    error_ = renewed ? error : renewed.error();
    return;
  }
  if (IsOverload(status)) return TryAgain(std::max(back_off_.Next(), retry_after_s), error);
  error_ = error;
}

void RestWatch::TryAgain(double seconds, const Error& otherwise) {
  const Clock::time_point now = Clock::now();
  if (!failing_since_) failing_since_ = now;
  if (SecondsSince(*failing_since_) + seconds > core_.options.retry_for_s) {
    error_ = otherwise;
    return;
  }
  send_at_ = now + Seconds(seconds);
}

}  // namespace wt
