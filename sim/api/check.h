// SPDX-License-Identifier: Apache-2.0
// Promises we make to ourselves. Always compiled in; a broken one stops the program and prints
// the place, the condition and, when a run has set one, the command that replays it.
#pragma once

#include <string>

namespace wt {

// Text printed by a failing WT_CHECK on this thread, e.g. "wavetank replay --scenario x --seed 7".
// Set it when an episode starts; cheap (one string assignment), not for the step path.
void SetReplayHint(std::string hint);

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              const char* message);

}  // namespace wt

// One condition per line. The message is a literal that says what should have held.
#define WT_CHECK(condition, message)                                          \
  do {                                                                        \
    if (!(condition)) [[unlikely]]                                            \
      ::wt::CheckFailed(__FILE__, __LINE__, #condition, message);             \
  } while (false)
