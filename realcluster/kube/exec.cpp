// SPDX-License-Identifier: Apache-2.0
#include "realcluster/kube/exec.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "realcluster/kube/api_status.h"
#include "realcluster/kube/credentials.h"
#include "realcluster/kube/query.h"
#include "realcluster/kube/websocket.h"

namespace wt {
namespace {

enum Channel : unsigned char { kInput = 0, kOutput = 1, kErrors = 2, kEnd = 3, kClose = 255 };

constexpr std::size_t kInputBytes = 32 << 10;  // of one message
constexpr const char* kV5 = "v5.channel.k8s.io";
constexpr const char* kV4 = "v4.channel.k8s.io";

std::string PathOf(const ExecRequest& request) {
  std::string path = fmt::format("/api/v1/namespaces/{}/pods/{}/exec?stdout=true&stderr=true",
                                 EncodePercent(request.name_space), EncodePercent(request.pod));
  if (!request.input.empty()) path += "&stdin=true";
  if (!request.container.empty()) path += "&container=" + EncodePercent(request.container);
  for (const std::string& word : request.command) path += "&command=" + EncodePercent(word);
  return path;
}

// One command on its way.
class Session {
 public:
  explicit Session(const ExecRequest& request) : request_(request), loop_(EventLoop::Make()) {}

  // `refused_status`: HTTP, when the server said no.
  Result<ExecResult> Run(const Credentials& who, double seconds, int& refused_status) {
    WebSocketRequest open;
    open.target = who.target();
    open.authorization = who.Authorization();
    open.path = PathOf(request_);
    open.protocols = {kV5, kV4};
    open.timeout_s = seconds;
    loop_->Open(open, [&](Result<std::shared_ptr<WebSocket>> opened, int refused) {
      refused_status = refused;
      if (!opened) return End(opened.error());
      socket_ = *opened;
      SendInput();
      Listen();
    });
    if (!end_) loop_->Run(seconds);
    if (socket_) socket_->Close();
    if (end_) return std::move(*end_);
    return Error{ErrorCode::kEnvironment, "",
                 fmt::format("no end of the command within {} s", request_.timeout_s)};
  }

 private:
  void End(Result<ExecResult> result) {
    end_ = std::move(result);
    loop_->Stop();
  }

  void SendInput() {
    if (sent_ == request_.input.size()) {
      // Only v5 can say that there is no more.
      if (sent_ > 0 && socket_->protocol() == kV5 && !closed_) {
        closed_ = true;
        socket_->Write({static_cast<char>(kClose), static_cast<char>(kInput)}, [](bool) {});
      }
      return;
    }
    const std::size_t size = std::min(kInputBytes, request_.input.size() - sent_);
    std::string message(1, static_cast<char>(kInput));
    message.append(request_.input, sent_, size);
    sent_ += size;
    socket_->Write(std::move(message), [this](bool ok) {
      if (ok) SendInput();
    });
  }

  void Listen() {
    socket_->Read([this](Result<std::optional<std::string>> message) {
      if (!message) return End(message.error());
      if (!*message) {
        return End(Error{ErrorCode::kEnvironment, "",
                         "the connection was closed before the command's exit code came"});
      }
      if (!(*message)->empty() && !OnMessage(**message)) return;
      Listen();
    });
  }

  // False at the end.
  bool OnMessage(const std::string& message) {
    const auto channel = static_cast<unsigned char>(message[0]);
    const std::string_view data = std::string_view(message).substr(1);
    if (channel == kOutput || channel == kErrors) {
      std::string& text = channel == kOutput ? result_.out : result_.err;
      const std::size_t room = request_.bytes_max - result_.out.size() - result_.err.size();
      text.append(data.substr(0, room));
      result_.truncated = result_.truncated || data.size() > room;
    } else if (channel == kEnd && !data.empty()) {
      const Result<int> code = ReadExecStatus(data);
      if (code) result_.exit_code = *code;
      End(code ? Result<ExecResult>(std::move(result_)) : Result<ExecResult>(code.error()));
      return false;
    }
    return true;
  }

  const ExecRequest& request_;
  std::unique_ptr<EventLoop> loop_;
  std::shared_ptr<WebSocket> socket_;
  std::size_t sent_ = 0;
  bool closed_ = false;
  ExecResult result_;
  std::optional<Result<ExecResult>> end_;
};

}  // namespace

Result<ExecResult> Exec(const KubeTarget& target, const ExecRequest& request) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  if (request.command.empty()) return Error{ErrorCode::kBadRequest, "", "no command"};
  Credentials who(target);
  if (Status fresh = who.Refresh(); !fresh) return fresh.error();
  for (bool renewed = false;; renewed = true) {
    const double passed = std::chrono::duration<double>(Clock::now() - begin).count();
    int refused_status = 0;
    Result<ExecResult> result =
        Session(request).Run(who, std::max(0.0, request.timeout_s - passed), refused_status);
    if (result || refused_status != 401 || renewed) {
      if (result) return result;
      Error error = result.error();
      if (error.where.empty()) error.where = target.server;
      error.where += fmt::format(" exec in {}/{}", request.name_space, request.pod);
      return error;
    }
    const Result<bool> other = who.Renew();
    if (!other) return other.error();
    if (!*other) return result;
  }
}

}  // namespace wt
