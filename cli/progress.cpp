// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "cli/log.h"

namespace wt {
namespace {

constexpr std::chrono::milliseconds kBarPeriod{100};
constexpr std::chrono::seconds kLinePeriod{5};
constexpr u64 kBarWidth = 20;
constexpr f64 kLongestEtaS = 100 * 3600.0;  // beyond, an estimate says nothing

std::size_t TerminalColumns() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

}  // namespace

std::string DurationText(f64 seconds) {
  const u64 whole = static_cast<u64>(std::llround(std::max(seconds, 0.0)));
  if (whole < 60) return fmt::format("{}s", whole);
  if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
  return fmt::format("{}h{:02}m", whole / 3600, whole / 60 % 60);
}

std::string ProgressText(const ProgressState& state, bool bar) {
  std::string text(state.label);
  const u64 done = state.total == 0 ? state.done : std::min(state.done, state.total);
  if (bar && state.total > 0) {
    const u64 filled = kBarWidth * done / state.total;
    text += fmt::format(" [{:#<{}}{:.<{}}]", "", filled, "", kBarWidth - filled);
  }
  text += fmt::format(" {}", state.done);
  if (state.total > 0) text += fmt::format("/{} {}%", state.total, 100 * done / state.total);
  if (state.elapsed_s > 0 && state.done > 0) {
    const f64 rate = static_cast<f64>(state.done) / state.elapsed_s;
    if (state.rate) text += fmt::format(" {:.1f}/s", rate);
    const f64 left_s = static_cast<f64>(state.total - done) / rate;
    if (state.total > 0 && left_s < kLongestEtaS) text += " " + DurationText(left_s) + " left";
  }
  if (!state.extra.empty()) text += fmt::format("  {}", state.extra);
  return text;
}

Progress::Progress(std::string label, u64 total, bool rate)
    : label_(std::move(label)),
      total_(total),
      rate_(rate),
      start_(Clock::now()),
      next_(start_ + (StderrIsTerminal() ? Clock::duration(kBarPeriod) : kLinePeriod)) {}

Progress::~Progress() {
  if (StderrIsTerminal()) ShowStatusLine("");
}

void Progress::Update(u64 done, std::string_view extra) {
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  const bool bar = StderrIsTerminal();
  next_ = now + (bar ? Clock::duration(kBarPeriod) : kLinePeriod);
  const f64 elapsed_s = std::chrono::duration<f64>(now - start_).count();
  const std::string text = ProgressText({label_, done, total_, elapsed_s, extra, rate_}, bar);
  if (bar) {
    ShowStatusLine(std::string_view(text).substr(0, TerminalColumns() - 1));
  } else {
    LogInfo("{}", text);
  }
}

}  // namespace wt
