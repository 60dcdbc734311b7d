// SPDX-License-Identifier: Apache-2.0
#include "sim/api/check.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace wt {
namespace {
thread_local std::string replay_hint;
}

void SetReplayHint(std::string hint) { replay_hint = std::move(hint); }

void CheckFailed(const char* file, int line, const char* condition, const char* message) {
  std::fprintf(stderr, "%s:%d: check failed: %s (%s)\n", file, line, message, condition);
  if (!replay_hint.empty()) std::fprintf(stderr, "replay: %s\n", replay_hint.c_str());
  std::fflush(stderr);
  std::abort();
}

}  // namespace wt
