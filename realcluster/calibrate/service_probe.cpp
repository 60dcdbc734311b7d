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

#include "realcluster/calibrate/watch_log.h"

namespace wt {
namespace {

constexpr auto kEvery = std::chrono::milliseconds(4);
constexpr int kPatienceMs = 250;

bool Enter(const std::string& space) {
  const int descriptor = open(space.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool entered = setns(descriptor, CLONE_NEWNET) == 0;
  close(descriptor);
  return entered;
}

// One connection, ended at once.
bool Connects(const sockaddr_in& address) {
  const int socket_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_fd < 0) return false;
  bool connected = connect(socket_fd, reinterpret_cast<const sockaddr*>(&address),
                           sizeof address) == 0;
  if (!connected && errno == EINPROGRESS) {
    pollfd wait{socket_fd, POLLOUT, 0};
    int error = ETIMEDOUT;
    socklen_t size = sizeof error;
    if (poll(&wait, 1, kPatienceMs) > 0) getsockopt(socket_fd, SOL_SOCKET, SO_ERROR, &error, &size);
    connected = error == 0;
  }
  const linger at_once{1, 0};  // RST: nothing lingers in the table of connections
  setsockopt(socket_fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(socket_fd);
  return connected;
}

}  // namespace

Result<std::unique_ptr<ServiceProbe>> ServiceProbe::Start(const std::string& space,
                                                          const std::string& address, int port) {
  std::unique_ptr<ServiceProbe> probe(new ServiceProbe);
  ServiceProbe* self = probe.get();
  probe->thread_ = std::thread([self, space, address, port] {
    self->entered_ = Enter(space) ? 1 : -1;
    if (self->entered_ == 1) self->Ask(address, port);
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

void ServiceProbe::Ask(const std::string& address, int port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, address.c_str(), &to.sin_addr);
  while (!stop_) {
    const bool answers = Connects(to);
    if (answers != answers_) {
      const std::lock_guard lock(mutex_);
      turns_.push_back({SteadyMs(), answers});
      answers_ = answers;
    }
    std::this_thread::sleep_for(kEvery);
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
