// SPDX-License-Identifier: Apache-2.0
#include "realcluster/calibrate/node_access.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <sstream>

#include "realcluster/calibrate/watch_log.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHierarchies[] = {"/sys/fs/cgroup/memory", "/sys/fs/cgroup"};
constexpr const char* kClasses[] = {"besteffort/", "burstable/", ""};
constexpr int kExitPollMs = 50;

// A file of a process or group that may be gone meanwhile; empty then.
std::string ReadSmall(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return "";
  char bytes[4096];
  const ssize_t count = read(descriptor, bytes, sizeof bytes);
  close(descriptor);
  return count > 0 ? std::string(bytes, static_cast<size_t>(count)) : "";
}

// The words of its command line, ended by zeros.
std::string CommandLine(int pid) { return ReadSmall("/proc/" + std::to_string(pid) + "/cmdline"); }

// Not the sandbox's, and not runc before it becomes the program.
bool IsProgram(const std::string& command) {
  const std::string pause("pause\0", 6);
  return command.starts_with("/") && !command.ends_with(pause) &&
         command.find("runc") == std::string::npos;
}

std::optional<int> ProcessIn(const fs::path& pod) {
  std::error_code failed;
  for (fs::directory_iterator at(pod, failed), end; !failed && at != end; at.increment(failed)) {
    if (!at->is_directory(failed)) continue;
    std::istringstream procs(ReadSmall(at->path() / "cgroup.procs"));
    for (int pid = 0; procs >> pid;) {
      if (pid > 0 && IsProgram(CommandLine(pid))) return pid;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<int> ProcessOfPod(const std::string& node, const std::string& pod_uid) {
  for (const char* hierarchy : kHierarchies) {
    for (const char* quality : kClasses) {
      const std::optional<int> pid = ProcessIn(std::string(hierarchy) + "/wt-" + node +
                                               "/kubepods/" + quality + "pod" + pod_uid);
      if (pid) return pid;
    }
  }
  return std::nullopt;
}

bool KillProcess(int pid) { return kill(pid, SIGKILL) == 0; }

ProcessLife::ProcessLife(std::string node, std::string pod_uid)
    : node_(std::move(node)), pod_uid_(std::move(pod_uid)), thread_([this] { Watch(); }) {}

ProcessLife::~ProcessLife() {
  stop_ = true;
  thread_.join();
}

void ProcessLife::Watch() {
  while (!stop_) {
    if (const std::optional<int> pid = ProcessOfPod(node_, pod_uid_)) {
      pid_ = *pid;
      began_ms_ = SteadyMs();
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const long opened = pid_ == 0 ? -1 : syscall(SYS_pidfd_open, pid_.load(), 0);
  if (opened < 0) {
    if (pid_ != 0) ended_ms_ = SteadyMs();
    return;
  }
  const int descriptor = static_cast<int>(opened);
  while (!stop_) {
    pollfd wait{descriptor, POLLIN, 0};
    if (poll(&wait, 1, kExitPollMs) <= 0) continue;
    ended_ms_ = SteadyMs();
    break;
  }
  close(descriptor);
}

}  // namespace wt
