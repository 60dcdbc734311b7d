// SPDX-License-Identifier: Apache-2.0
#include "realcluster/replay/load_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace wt {
namespace {

// So much may wait to be read before the program has to: an hour of lines at the rates of replays.
constexpr int kPipeBytes = 1 << 20;
constexpr int kEndTries = 100, kEndPauseUs = 10'000;

// Between fork and exec: system calls only.
[[noreturn]] void Become(char* const* arguments, int out, int problem, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // it was gone before
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, 0);
  dup2(out, 1);
  dup2(out, 2);
  execvp(arguments[0], arguments);
  const int number = errno;
  [[maybe_unused]] const ssize_t written = write(problem, &number, sizeof(number));
  _exit(127);
}

}  // namespace

Result<LineProcess> LineProcess::Start(const std::vector<std::string>& command) {
  const auto failed = [&](int number) {
    return Error{ErrorCode::kEnvironment, command[0],
                 fmt::format("not started: {}", std::strerror(number))};
  };
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  int out[2] = {-1, -1}, problem[2] = {-1, -1};
  if (pipe2(out, O_CLOEXEC) != 0) return failed(errno);
  if (pipe2(problem, O_CLOEXEC) != 0) {
    const int number = errno;
    close(out[0]);
    close(out[1]);
    return failed(number);
  }
  fcntl(out[0], F_SETFL, O_NONBLOCK);
  fcntl(out[0], F_SETPIPE_SZ, kPipeBytes);  // refused: smaller
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) Become(arguments.data(), out[1], problem[1], parent);
  int number = pid < 0 ? errno : 0;
  close(out[1]);
  close(problem[1]);
  if (pid > 0) {
    int said = 0;
    ssize_t got = 0;
    do {
      got = read(problem[0], &said, sizeof(said));
    } while (got < 0 && errno == EINTR);
    if (got == sizeof(said)) number = said;  // exec closes the pipe without a word
  }
  close(problem[0]);
  if (number == 0) return LineProcess(pid, out[0]);
  close(out[0]);
  if (pid > 0) waitpid(pid, nullptr, 0);
  return failed(number);
}

LineProcess::LineProcess(LineProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      begun_(std::move(other.begun_)),
      open_(other.open_),
      waited_(other.waited_),
      status_(other.status_) {}

LineProcess::~LineProcess() {
  if (pid_ > 0 && !waited_) End();
  if (descriptor_ >= 0) close(descriptor_);
}

void LineProcess::End() {
  kill(pid_, SIGTERM);
  for (int i = 0; i < kEndTries; ++i) {
    const pid_t ended = waitpid(pid_, &status_, WNOHANG);
    if (ended == pid_ || (ended < 0 && errno != EINTR)) return;
    usleep(kEndPauseUs);
  }
  kill(pid_, SIGKILL);
  while (waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
  }
}

Status LineProcess::Read(std::vector<std::string>& lines) {
  std::array<char, 16384> buffer;
  while (open_) {
    const ssize_t got = read(descriptor_, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return Ok{};
    open_ = got > 0;
    const auto size = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
    const std::string_view bytes(buffer.data(), size);
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
      begun_ += bytes.substr(at, end - at);
      if (begun_.size() > kLineBytesMax) {
        begun_.clear();
        open_ = false;
        return Error{ErrorCode::kEnvironment, fmt::format("process {}", pid_),
                     fmt::format("printed a line of more than {} bytes", kLineBytesMax)};
      }
      if (end < bytes.size()) lines.push_back(std::exchange(begun_, {}));
      at = end + 1;
    }
  }
  if (!begun_.empty()) lines.push_back(std::exchange(begun_, {}));
  return Ok{};
}

std::string LineProcess::Ended() {
  if (open_) return {};
  if (!waited_) {
    const pid_t ended = waitpid(pid_, &status_, WNOHANG);
    waited_ = ended == pid_ || (ended < 0 && errno != EINTR);
    if (!waited_) return {};
  }
  if (WIFEXITED(status_)) return fmt::format("exit code {}", WEXITSTATUS(status_));
  return fmt::format("signal {}", WTERMSIG(status_));
}

}  // namespace wt
