// SPDX-License-Identifier: Apache-2.0
#include "realcluster/kube/run_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

extern char** environ;

namespace wt {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  int read_end = -1, write_end = -1;

  Pipe() = default;
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    CloseWrite();
    if (read_end >= 0) close(read_end);
  }
  bool Open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read_end = ends[0];
    write_end = ends[1];
    return fcntl(read_end, F_SETFL, O_NONBLOCK) == 0;
  }
  void CloseWrite() {
    if (write_end >= 0) close(write_end);
    write_end = -1;
  }
};

std::vector<std::string> FullEnvironment(const std::vector<std::string>& added) {
  std::vector<std::string> all = added;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string_view name = text.substr(0, text.find('=') + 1);
    const bool replaced = std::any_of(added.begin(), added.end(),
                                      [&](const std::string& a) { return a.starts_with(name); });
    if (!replaced) all.emplace_back(text);
  }
  return all;
}

std::vector<char*> Pointers(const std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (const std::string& text : texts) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// 0 or an errno. The child leads a process group of its own, unless it may use the terminal.
int Spawn(const ProgramRun& run, const Pipe& out, const Pipe& err, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (!run.with_terminal) {
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, err.write_end, 2);
  }
  posix_spawn_file_actions_adddup2(&actions, out.write_end, 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  short flags = POSIX_SPAWN_SETSIGMASK;
  if (!run.with_terminal) {
    posix_spawnattr_setpgroup(&attributes, 0);
    flags |= POSIX_SPAWN_SETPGROUP;
  }
  posix_spawnattr_setflags(&attributes, flags);
  const std::vector<std::string> environment = FullEnvironment(run.environment);
  const int failed = posix_spawnp(&pid, run.command[0].c_str(), &actions, &attributes,
                                  Pointers(run.command).data(), Pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failed;
}

// Some of what stands in the pipe. False at its end.
bool ReadSome(int descriptor, std::string& text) {
  std::array<char, 16384> buffer;
  const ssize_t got = read(descriptor, buffer.data(), buffer.size());
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  text.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

enum class Reading { kEnded, kTimedOut, kTooMuch };

Reading ReadBoth(const ProgramRun& run, const Pipe& out, const Pipe& err, ProgramEnd& end) {
  const auto deadline = Clock::now() + std::chrono::duration<double>(run.timeout_s);
  std::array<pollfd, 2> polled{{{out.read_end, POLLIN, 0}, {err.read_end, POLLIN, 0}}};
  std::array<std::string*, 2> texts{&end.out, &end.err};
  while (polled[0].fd >= 0 || polled[1].fd >= 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return Reading::kTimedOut;
    if (poll(polled.data(), polled.size(), static_cast<int>(left.count()) + 1) <= 0) continue;
    for (std::size_t i = 0; i < 2; ++i) {
      if (polled[i].revents != 0 && !ReadSome(polled[i].fd, *texts[i])) polled[i].fd = -1;
      if (texts[i]->size() > run.bytes_max) return Reading::kTooMuch;
    }
  }
  return Reading::kEnded;
}

// Waits for the exit of a program that closed its outputs. False: it did not end in time.
bool WaitForExit(pid_t pid, double seconds, int& status) {
  const auto deadline = Clock::now() + std::chrono::duration<double>(seconds);
  for (;;) {
    const pid_t ended = waitpid(pid, &status, WNOHANG);
    if (ended == pid || (ended < 0 && errno != EINTR)) return true;
    if (Clock::now() >= deadline) return false;
    usleep(5000);
  }
}

}  // namespace

Result<ProgramEnd> RunProgram(const ProgramRun& run) {
  const std::string& name = run.command[0];
  Pipe out, err;
  if (!out.Open() || !err.Open()) {
    return Error{ErrorCode::kEnvironment, name, fmt::format("no pipe: {}", std::strerror(errno))};
  }
  pid_t pid = -1;
  if (const int failed = Spawn(run, out, err, pid); failed != 0) {
    const char* where = name.find('/') == name.npos ? " in PATH" : "";
    return Error{ErrorCode::kEnvironment, name,
                 failed == ENOENT ? fmt::format("no such program{}", where)
                                  : fmt::format("not started: {}", std::strerror(failed))};
  }
  out.CloseWrite();
  err.CloseWrite();
  ProgramEnd end;
  Reading reading = ReadBoth(run, out, err, end);
  int status = 0;
  if (reading == Reading::kEnded && !WaitForExit(pid, run.timeout_s, status)) {
    reading = Reading::kTimedOut;
  }
  if (reading != Reading::kEnded) {
    kill(run.with_terminal ? pid : -pid, SIGKILL);
    waitpid(pid, &status, 0);
    return Error{ErrorCode::kEnvironment, name,
                 reading == Reading::kTooMuch
                     ? fmt::format("printed more than {} bytes", run.bytes_max)
                     : fmt::format("did not end within {} s", run.timeout_s)};
  }
  end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return end;
}

}  // namespace wt
