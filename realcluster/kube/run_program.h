// SPDX-License-Identifier: Apache-2.0
// A program run to its end with a time limit, its output caught.
#pragma once

#include <string>
#include <vector>

#include "sim/api/result.h"

namespace wt {

struct ProgramRun {
  std::vector<std::string> command;      // command[0]: a path, or a name looked up in PATH
  std::vector<std::string> environment;  // "NAME=VALUE", beside and above our own
  double timeout_s = 60;
  std::size_t bytes_max = 1 << 20;  // of each output
  bool with_terminal = false;       // it may ask: standard input and error are our own
};

struct ProgramEnd {
  int exit_code = 0;  // 128 + signal when one ended it
  std::string out, err;
};

// Errors: kEnvironment: not found, not started, timed out (its process group is killed), more than
// `bytes_max` printed.
Result<ProgramEnd> RunProgram(const ProgramRun& run);

}  // namespace wt
