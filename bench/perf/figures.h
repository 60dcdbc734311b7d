// SPDX-License-Identifier: Apache-2.0
// The figures of docs/performance.md: name, value, and beside it a baseline measured in the same
// run (what no simulator could undercut). `wavetank bench --perf` prints them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/api/result.h"
#include "sim/api/ints.h"

namespace wt {

struct Figure {
  std::string name;      // "r23_steps_per_s_core"
  std::string unit;
  f64 value = 0;
  f64 baseline = 0;      // same unit; 0 = there is none
  u64 n = 0;             // episodes or repetitions that the value is taken over
  std::string meaning;   // of value and baseline, one line
};

// Names of all figures, in the order of the table.
std::vector<std::string> FigureNames();

// All figures, or the one named `only`. Errors: kUsage (no such figure), kInvalidInput (R23 does
// not load). About 20 s for all.
Result<std::vector<Figure>> MeasureFigures(const std::string& root, const std::string& only);

// "AMD EPYC, 2 cores, g++ 12.2.0 -march=x86-64-v3"
std::string MachineText();

}  // namespace wt
