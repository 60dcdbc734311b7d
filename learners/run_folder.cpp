// SPDX-License-Identifier: Apache-2.0
#include "learners/run_folder.h"

#include <ctime>
#include <filesystem>

namespace wt {
namespace {

// Bytes of the first `lines` lines.
u64 LengthOf(std::FILE* file, u64 lines) {
  u64 bytes = 0, at = 0;
  for (int c = 0; lines > 0 && (c = std::fgetc(file)) != EOF;) {
    ++at;
    if (c != '\n') continue;
    --lines;
    bytes = at;
  }
  return bytes;
}

}  // namespace

RunFolder::~RunFolder() {
  if (metrics_ != nullptr) std::fclose(metrics_);
}

Status RunFolder::Open(u64 updates_kept) {
  if (path_.empty()) return Ok{};
  std::error_code failed;
  std::filesystem::create_directories(path_, failed);
  if (failed) return Error{ErrorCode::kEnvironment, path_, failed.message()};
  const std::string file = File("metrics.jsonl");
  if (std::FILE* old = std::fopen(file.c_str(), "rb")) {
    const u64 bytes = LengthOf(old, updates_kept);
    std::fclose(old);
    std::filesystem::resize_file(file, bytes, failed);
    if (failed) return Error{ErrorCode::kEnvironment, file, failed.message()};
  }
  metrics_ = std::fopen(file.c_str(), "ab");
  if (metrics_ == nullptr) return Error{ErrorCode::kEnvironment, file, "cannot be written"};
  return Ok{};
}

void RunFolder::Log(const std::string& line) {
  if (metrics_ == nullptr) return;
  std::fwrite((line + "\n").data(), 1, line.size() + 1, metrics_);
  std::fflush(metrics_);
}

f64 CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<f64>(now.tv_sec) + static_cast<f64>(now.tv_nsec) * 1e-9;
}

}  // namespace wt
