// SPDX-License-Identifier: Apache-2.0
// One watch over as many connections as it takes: lines, resumed from the last resourceVersion.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "realcluster/kube/rest_core.h"

namespace wt {

class RestWatch final : public ApiWatch {
 public:
  // Sends the first request.
  RestWatch(RestCore& core, const ApiRequest& request);
  ~RestWatch() override;
  RestWatch(const RestWatch&) = delete;
  RestWatch& operator=(const RestWatch&) = delete;

  Result<std::optional<std::string>> Next() override;

  // After HttpClient::Run: looks at what came and opens again what ended.
  void Step();
  bool opened() const { return opened_; }  // once answered by 200
  bool ready() const { return !lines_.empty() || error_.has_value(); }
  bool over() const { return ended_ || error_.has_value(); }
  const std::optional<Error>& error() const { return error_; }
  // How long Run may wait before the next Step.
  double SecondsToStep() const;

 private:
  void Send();
  Take OnBody(std::string_view data);
  void OnLine(std::string line);
  void Answered();
  void EndedAfter200();
  void Failed(const HttpFailure& failure);
  void Refused(int status, double retry_after_s);
  // Opens again after `seconds`, or gives up when it has failed for too long.
  void TryAgain(double seconds, const Error& otherwise);
  void EndWith410(const std::string& status_object);

  RestCore& core_;
  ApiRequest request_;       // without what Send adds
  std::string first_query_;  // what only the first request gets: sendInitialEvents...
  std::string resource_version_;
  double timeout_s_;
  bool resumable_;  // all up to resource_version_ has been seen
  bool opened_ = false, ended_ = false, renewed_ = false, line_since_open_ = false;
  std::unique_ptr<HttpTransfer> transfer_;
  Clock::time_point sent_at_, send_at_;
  std::optional<Clock::time_point> failing_since_;
  int tries_ = 0;
  BackOff back_off_;
  std::deque<std::string> lines_;
  std::size_t lines_bytes_ = 0;
  std::string partial_, refusal_;
  std::optional<Error> error_;
};

}  // namespace wt
