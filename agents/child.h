// SPDX-License-Identifier: Apache-2.0
// A child program that is spoken to in lines. Its output is bounded and waited for no longer than
// told; its stderr is ours. Ended with its process group on destruction.
#pragma once

#include <sys/types.h>

#include <string>

#include "sim/api/result.h"

namespace wt {

class Child {
 public:
  // Runs `command` by /bin/sh. Error: kEnvironment.
  static Result<Child> Start(const std::string& command);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child();

  // Sends `line` and a newline, waits for one line back, both within `timeout_ms` of real time.
  // Errors (kEnvironment): it hangs, it ended (closed its output), its line is longer than
  // `bytes_max`. A program that does not read is no error of its own: it hangs, ends or answers.
  Result<std::string> Ask(const std::string& line, int timeout_ms, std::size_t bytes_max);

  // Output that no question was asked for is there already. A program that ended has not spoken.
  bool HasSpoken();

 private:
  Child(pid_t pid, int to, int from) : pid_(pid), to_(to), from_(from) {}
  void End();
  pid_t pid_ = -1;
  int to_ = -1, from_ = -1;
  std::string rest_;  // read, not yet handed out
};

}  // namespace wt
