// SPDX-License-Identifier: Apache-2.0
#include "cli/log.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <string>

namespace wt {
namespace {

constexpr std::string_view kClearLine = "\r\033[K";

std::atomic<LogLevel> least_level{LogLevel::kInfo};
std::mutex stderr_mutex;
std::string status_line;

void Write(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stderr); }

std::string_view Prefix(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return "debug: ";
    case LogLevel::kInfo: return "";
    case LogLevel::kWarning: return "warning: ";
    case LogLevel::kError: return "error: ";
  }
  return "";
}

}  // namespace

LogLevel LogLevelFrom(std::string_view word) {
  if (word == "debug") return LogLevel::kDebug;
  if (word == "warning") return LogLevel::kWarning;
  if (word == "error") return LogLevel::kError;
  return LogLevel::kInfo;
}

void SetLogLevel(LogLevel level) { least_level = level; }

bool StderrIsTerminal() {
  static const bool is_terminal = isatty(STDERR_FILENO) == 1;
  return is_terminal;
}

void ShowStatusLine(std::string_view text) {
  const std::scoped_lock lock(stderr_mutex);
  status_line = text;
  Write(fmt::format("{}{}", kClearLine, status_line));
}

void Log(LogLevel level, std::string_view text) {
  if (level < least_level.load(std::memory_order_relaxed)) return;
  const std::scoped_lock lock(stderr_mutex);
  const std::string_view clear = status_line.empty() ? "" : kClearLine;
  Write(fmt::format("{}wavetank: {}{}\n{}", clear, Prefix(level), text, status_line));
}

}  // namespace wt
