// SPDX-License-Identifier: Apache-2.0
#include "agents/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

extern char** environ;

namespace wt {
namespace {

using Clock = std::chrono::steady_clock;

Error Failed(std::string what) {
  return Error{ErrorCode::kEnvironment, "agent", std::move(what)};
}

// The environment without what configures this program: a seed or a scenario in it is part of the
// answer.
std::vector<char*> EnvironmentForChild() {
  constexpr std::string_view kOurs = "WAVETANK_";
  std::vector<char*> out;
  for (char** at = environ; *at != nullptr; ++at) {
    if (!std::string_view(*at).starts_with(kOurs)) out.push_back(*at);
  }
  out.push_back(nullptr);
  return out;
}

int LeftMs(Clock::time_point until) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
  return left > 0 ? static_cast<int>(left) : 0;
}

}  // namespace

Result<Child> Child::Start(const std::string& command) {
  // A socket towards the child: sending to one that ended is an error, not a signal.
  int in[2], out[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0) {
    return Failed(std::strerror(errno));
  }
  if (pipe2(out, O_CLOEXEC) != 0) {
    close(in[0]);
    close(in[1]);
    return Failed(std::strerror(errno));
  }
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in[1], 0);
  posix_spawn_file_actions_adddup2(&files, out[1], 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::string shell = "sh", flag = "-c", text = command;
  char* words[] = {shell.data(), flag.data(), text.data(), nullptr};
  pid_t pid = -1;
  std::vector<char*> environment = EnvironmentForChild();
  const int failed =
      posix_spawn(&pid, "/bin/sh", &files, &attributes, words, environment.data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  close(in[1]);
  close(out[1]);
  if (failed != 0) {
    close(in[0]);
    close(out[0]);
    return Failed(std::strerror(failed));
  }
  return Child(pid, in[0], out[0]);
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      to_(std::exchange(other.to_, -1)),
      from_(std::exchange(other.from_, -1)),
      rest_(std::move(other.rest_)) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this == &other) return *this;
  End();
  pid_ = std::exchange(other.pid_, -1);
  to_ = std::exchange(other.to_, -1);
  from_ = std::exchange(other.from_, -1);
  rest_ = std::move(other.rest_);
  return *this;
}

Child::~Child() { End(); }

void Child::End() {
  if (pid_ <= 0) return;
  close(to_);
  close(from_);
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

bool Child::HasSpoken() {
  pollfd end{from_, POLLIN, 0};
  if (!rest_.empty()) return true;
  if (poll(&end, 1, 0) <= 0 || (end.revents & POLLIN) == 0) return false;
  char buffer[4096];
  const ssize_t got = read(from_, buffer, sizeof(buffer));
  if (got > 0) rest_.append(buffer, static_cast<std::size_t>(got));
  return got > 0;
}

Result<std::string> Child::Ask(const std::string& line, int timeout_ms, std::size_t bytes_max) {
  const auto until = Clock::now() + std::chrono::milliseconds(timeout_ms);
  const std::string out = line + "\n";
  std::size_t sent = 0;
  while (true) {
    const std::size_t end = rest_.find('\n');
    if (sent == out.size() && end != std::string::npos) {
      std::string answer = rest_.substr(0, end);
      rest_.erase(0, end + 1);
      return answer;
    }
    if (rest_.size() > bytes_max) return Failed("its answer is longer than the limit");
    pollfd ends[2] = {{from_, POLLIN, 0}, {to_, POLLOUT, 0}};
    const int ready = poll(ends, sent < out.size() ? 2 : 1, LeftMs(until));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return Failed("gave no answer in time");
    if ((ends[0].revents & (POLLIN | POLLHUP)) != 0) {
      char buffer[65536];
      const ssize_t got = read(from_, buffer, sizeof(buffer));
      if (got == 0) return Failed("its program ended");
      if (got > 0) rest_.append(buffer, static_cast<std::size_t>(got));
    }
    if (sent < out.size() && ends[1].revents != 0) {
      const ssize_t put = send(to_, out.data() + sent, out.size() - sent,
                               MSG_NOSIGNAL | MSG_DONTWAIT);
      if (put > 0) sent += static_cast<std::size_t>(put);
      const bool later = put < 0 && (errno == EAGAIN || errno == EINTR);
      // It does not listen, but may speak. Whether it closed its input before or after the last
      // word was sent is chance; only its output says whether it lives.
      if (put < 0 && !later) sent = out.size();
    }
  }
}

}  // namespace wt
