// SPDX-License-Identifier: Apache-2.0
// The lines a container would have printed, made on demand from what the World keeps: its runs,
// what it could not find at its start, calls that fail now, pods that it deleted (as long as their
// Killing record is kept; one in which nothing ran leaves none). A program logs what it notices
// itself: a killed one (OOM, failed probe without a handler) leaves no last words.
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
// first. Empty where no process ever ran. For readers only: allocates.
std::vector<LogLine> ContainerLogs(const Sim& sim, u32 container, bool previous, u32 lines = 20);

// What the lines of the present or last run say, without making them.
struct LogSigns {
  bool missing_key = false;     // it ended for want of a setting
  bool cannot_connect = false;  // it waits at its start for a service that it needs, or gave up
  u32 failed_calls = 0;         // lines of failed calls within the window, not all from `enough` on
  u32 deleted_pods = 0;         // lines of pods that it deleted
};
LogSigns ReadLogSigns(const Sim& sim, u32 container, i32 window_ms, u32 enough);

}  // namespace wt
