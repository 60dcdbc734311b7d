// SPDX-License-Identifier: Apache-2.0
// What `train` does in each environment, and what both share.
#pragma once

#include <chrono>
#include <string>

#include "cli/exit_codes.h"
#include "cli/parse_options.h"
#include "learners/advantage.h"

namespace wt {

Result<ExitCode> TrainOnCluster(const Arguments& arguments);
Result<ExitCode> TrainOnCartPole(const Arguments& arguments);

// Flags that change what a preset says; with `defaults` those of the option table count as given.
// Checks the sizes of a run, too. Error: kUsage, out of range.
Status ApplyFlags(const Arguments& arguments, bool defaults, GrpoConfig& config);

// Folder of this run: `--out`, else the first free runs/train-N (made here, so that two runs that
// begin at once get two). Errors: kUsage (--out holds a run and --resume was not given, --resume
// without --out), kEnvironment.
Result<std::string> FolderOf(const Arguments& arguments);

// The first free runs/STEM-N, made here. Error: kEnvironment.
Result<std::string> NextFreeFolder(std::string_view stem);

// Writes run.json of a new run; of a resumed one compares it. Error kUsage names what differs.
Status KeepRunDocument(const std::string& folder, const std::string& document, bool resume);

// On stderr, when Ctrl-C ended the run early.
void TellHowToGoOn(const std::string& folder);

// Seconds between calls.
class Lap {
 public:
  f64 Seconds() {
    const auto now = std::chrono::steady_clock::now();
    const f64 s = std::chrono::duration<f64>(now - last_).count();
    last_ = now;
    return s;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace wt
