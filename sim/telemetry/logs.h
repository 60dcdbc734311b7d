// SPDX-License-Identifier: Apache-2.0
// The lines a container would have printed, made on demand from what the World keeps: its runs,
// what it could not find at its start, calls that fail now. A program logs what it notices itself:
// a killed one (OOM, failed probe without a handler) leaves no last words.
// For readers only: allocates.
#pragma once

#include <string>
#include <vector>

#include "sim/sim.h"

namespace wt {

struct LogLine {
  i32 at_ms = 0;
  std::string text;
};

// The newest `lines` lines of the present or last run (`previous`: of the run before it), oldest
// first. Empty where no process ever ran.
std::vector<LogLine> ContainerLogs(const Sim& sim, u32 container, bool previous, u32 lines = 20);

}  // namespace wt
