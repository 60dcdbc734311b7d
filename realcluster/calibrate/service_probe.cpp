// SPDX-License-Identifier: Apache-2.0
#include "realcluster/calibrate/service_probe.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <deque>
#include <optional>

#include "realcluster/calibrate/watch_log.h"

namespace wt {
namespace {

constexpr int kEveryMs = 5;
constexpr double kPatienceMs = 100;  // an answer on the node's own network takes far less

bool Enter(const std::string& space) {
  const int descriptor = open(space.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool entered = setns(descriptor, CLONE_NEWNET) == 0;
  close(descriptor);
  return entered;
}

// A connection on its way. A packet that finds no rule is dropped or, at most once a second,
// refused, so none is waited for: the next one is sent meanwhile.
struct Question {
  int descriptor = -1;
  double sent_ms = 0;
};

Question Ask(const sockaddr_in& address) {
  Question out{socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), SteadyMs()};
  if (out.descriptor < 0) return out;
  const linger at_once{1, 0};  // RST at the end: nothing lingers in the table of connections
  setsockopt(out.descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  static_cast<void>(connect(out.descriptor, reinterpret_cast<const sockaddr*>(&address),
                            sizeof address));
  return out;
}

// Nothing: not known yet.
std::optional<bool> AnswerOf(const Question& question) {
  pollfd look{question.descriptor, POLLOUT, 0};
  if (question.descriptor < 0) return false;
  if (poll(&look, 1, 0) <= 0) {
    if (SteadyMs() - question.sent_ms < kPatienceMs) return std::nullopt;
    return false;
  }
  int error = ETIMEDOUT;
  socklen_t size = sizeof error;
  getsockopt(question.descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0;
}

}  // namespace

Result<std::unique_ptr<ServiceProbe>> ServiceProbe::Start(const std::string& space,
                                                          const std::string& address, int port) {
  std::unique_ptr<ServiceProbe> probe(new ServiceProbe);
  ServiceProbe* self = probe.get();
  probe->thread_ = std::thread([self, space, address, port] {
    self->entered_ = Enter(space) ? 1 : -1;
    if (self->entered_ == 1) self->AskOn(address, port);
  });
  while (probe->entered_ == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  if (probe->entered_ < 0) {
    return Error{ErrorCode::kEnvironment, space, "this network namespace cannot be entered"};
  }
  return probe;
}

ServiceProbe::~ServiceProbe() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void ServiceProbe::AskOn(const std::string& address, int port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, address.c_str(), &to.sin_addr);
  std::deque<Question> open;
  while (!stop_) {
    open.push_back(Ask(to));
    std::this_thread::sleep_for(std::chrono::milliseconds(kEveryMs));
    while (!open.empty()) {
      const std::optional<bool> answer = AnswerOf(open.front());
      if (!answer) break;
      if (*answer != answers_) {
        const std::lock_guard lock(mutex_);
        turns_.push_back({open.front().sent_ms, *answer});
        answers_ = *answer;
      }
      if (open.front().descriptor >= 0) close(open.front().descriptor);
      open.pop_front();
    }
  }
  for (const Question& question : open) {
    if (question.descriptor >= 0) close(question.descriptor);
  }
}

double ServiceProbe::TurnedTo(bool answers, double from_ms) const {
  const std::lock_guard lock(mutex_);
  for (const Turn& turn : turns_) {
    if (turn.at_ms >= from_ms && turn.answers == answers) return turn.at_ms;
  }
  return 0;
}

}  // namespace wt
