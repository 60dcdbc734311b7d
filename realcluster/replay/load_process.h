// SPDX-License-Identifier: Apache-2.0
// A program that prints lines for as long as it runs: a child process that ends with this object,
// and with the thread that started it (PR_SET_PDEATHSIG).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "sim/api/result.h"

namespace wt {

// Longer lines are an error.
inline constexpr std::size_t kLineBytesMax = 256 << 10;

class LineProcess {
 public:
  // `command[0]`: a path, or a name looked up in PATH. Standard error goes where its lines go.
  // Error: kEnvironment: it cannot be started.
  static Result<LineProcess> Start(const std::vector<std::string>& command);
  LineProcess(LineProcess&& other) noexcept;
  LineProcess& operator=(LineProcess&&) = delete;
  // SIGTERM, a second later SIGKILL; waits until it is gone.
  ~LineProcess();

  // Whole lines that have come, oldest first; does not wait. Error: kEnvironment: a line is too
  // long. Those before it are there.
  Status Read(std::vector<std::string>& lines);
  // It has ended and all of its lines were read: "exit code 2", "signal 9". Else empty.
  std::string Ended();

  pid_t pid() const { return pid_; }

 private:
  void End();
  LineProcess(pid_t pid, int descriptor) : pid_(pid), descriptor_(descriptor) {}

  pid_t pid_ = -1;
  int descriptor_ = -1;
  std::string begun_;  // of a line whose end has not come
  bool open_ = true;   // something may still come
  bool waited_ = false;
  int status_ = 0;
};

}  // namespace wt
