// SPDX-License-Identifier: Apache-2.0
// Lines for people, on stderr; data goes to stdout. Each line is written by one call, so lines of
// several threads do not mix. A status line (progress) stays below the lines logged meanwhile.
#pragma once

#include <fmt/core.h>

#include <string_view>

namespace wt {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// "debug", "info", "warning" or "error"; anything else is info.
LogLevel LogLevelFrom(std::string_view word);

// Lines below `level` are dropped; kInfo until set.
void SetLogLevel(LogLevel level);

// True if stderr is a terminal: then a status line may be drawn and redrawn.
bool StderrIsTerminal();

// Draws `text` as the last line of the terminal, in place of the one before; "" removes it.
// REQUIRES: StderrIsTerminal(), no line break in `text`.
void ShowStatusLine(std::string_view text);

// "wavetank: warning: TEXT"; no level in the line for kInfo.
void Log(LogLevel level, std::string_view text);

template <class... T>
void LogDebug(fmt::format_string<T...> format, T&&... values) {
  Log(LogLevel::kDebug, fmt::format(format, std::forward<T>(values)...));
}

template <class... T>
void LogInfo(fmt::format_string<T...> format, T&&... values) {
  Log(LogLevel::kInfo, fmt::format(format, std::forward<T>(values)...));
}

template <class... T>
void LogWarning(fmt::format_string<T...> format, T&&... values) {
  Log(LogLevel::kWarning, fmt::format(format, std::forward<T>(values)...));
}

template <class... T>
void LogError(fmt::format_string<T...> format, T&&... values) {
  Log(LogLevel::kError, fmt::format(format, std::forward<T>(values)...));
}

}  // namespace wt
