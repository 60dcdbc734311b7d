// SPDX-License-Identifier: Apache-2.0
// How far a long command is, on stderr: a bar on a terminal, else a line every few seconds.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "sim/api/ints.h"

namespace wt {

struct ProgressState {
  std::string_view label;  // what is counted: "episodes"
  u64 done = 0;
  u64 total = 0;           // 0: not known
  f64 elapsed_s = 0;
  std::string_view extra;  // further fields, e.g. "success 0.41"
  bool rate = true;        // whether to say how many a second
};

// "episodes 420/1000 42% 105.0/s 5s left  success 0.41"; with `bar`, a drawn bar after the label.
std::string ProgressText(const ProgressState& state, bool bar);

// "59s", "4m05s", "2h03m"
std::string DurationText(f64 seconds);

// Draws itself at most ten times a second on a terminal, and every 5 s as a line elsewhere.
// One thread. The destructor removes the bar.
class Progress {
 public:
  Progress(std::string label, u64 total, bool rate = true);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  // Cheap when nothing is due. REQUIRES: `done` does not fall.
  void Update(u64 done, std::string_view extra = {});

 private:
  using Clock = std::chrono::steady_clock;
  std::string label_;
  u64 total_;
  bool rate_;
  Clock::time_point start_;
  Clock::time_point next_;
};

}  // namespace wt
