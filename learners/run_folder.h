// SPDX-License-Identifier: Apache-2.0
// The folder of a training run: run.json (configuration), metrics.jsonl (a line an update,
// append-only), checkpoint.wtc, policy.wtp. Without a path nothing is written.
#pragma once

#include <cstdio>
#include <string>

#include "sim/api/result.h"
#include "sim/api/ints.h"

namespace wt {

class RunFolder {
 public:
  explicit RunFolder(std::string path) : path_(std::move(path)) {}
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  // Makes the folder. Keeps the first `updates_kept` lines of metrics.jsonl: those of updates
  // after the checkpoint (a killed run) will be written again. Error: kEnvironment.
  Status Open(u64 updates_kept);
  void Log(const std::string& line);

  bool Writes() const { return !path_.empty(); }
  std::string File(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
  std::FILE* metrics_ = nullptr;
};

// CPU seconds of this process.
f64 CpuSeconds();

}  // namespace wt
