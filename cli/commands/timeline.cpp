// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/timeline.h"

#include <fmt/format.h>

#include <algorithm>

namespace wt {
namespace {

constexpr std::size_t kColumns = 72;

char ErrorMark(f64 error) {
  static constexpr std::string_view kLevels = "_.:-=+*#";
  if (error < 0.001) return '_';
  const auto level = static_cast<std::size_t>(error * 7.99) + 1;
  return kLevels[std::min(level, kLevels.size() - 1)];
}

struct Rows {
  f64 end_s;
  std::string cause = std::string(kColumns, ' ');
  std::string errors = std::string(kColumns, '_');
  std::string agent = std::string(kColumns, ' ');

  std::size_t Column(f64 at_s) const {
    const f64 share = std::clamp(at_s / end_s, 0.0, 1.0);
    return std::min(static_cast<std::size_t>(share * static_cast<f64>(kColumns)), kColumns - 1);
  }
};

void FillRows(const Incident& incident, Rows& rows) {
  if (incident.injected_s > 0) {
    const f64 gone_s = incident.repaired_s > 0 ? incident.repaired_s : incident.end_s;
    for (std::size_t c = rows.Column(incident.injected_s); c <= rows.Column(gone_s); ++c) {
      rows.cause[c] = '=';
    }
  }
  f64 from_s = 0;
  for (const Incident::Sample& sample : incident.errors) {
    for (std::size_t c = rows.Column(from_s); c <= rows.Column(sample.at_s); ++c) {
      rows.errors[c] = ErrorMark(sample.error);
    }
    from_s = sample.at_s;
  }
  for (const Incident::Step& step : incident.steps) {
    char& mark = rows.agent[rows.Column(step.at_s)];
    const char verb = VerbMark(step.verb);
    if (mark != 'R' && !(mark == '?' && verb == '.')) mark = verb;
  }
}

}  // namespace

std::string DrawTimeline(const Incident& incident) {
  Rows rows{std::max(incident.end_s, 1.0)};
  FillRows(incident, rows);
  std::string out = fmt::format("\n{}  seed {}\n", incident.scenario, incident.seed);
  out += fmt::format("  cause   |{}|\n  errors  |{}|\n  agent   |{}|\n", rows.cause, rows.errors,
                     rows.agent);
  out += fmt::format("           0s{:>{}.0f}s\n", rows.end_s, kColumns - 3);
  out += "           = cause present   _.:-=+*# share of client errors   "
         "? look   R repair   ! say\n";
  for (const Incident::Step& step : incident.steps) {
    if (!IsRepair(step.verb) && step.verb != Verb::kSubmit) continue;
    out += fmt::format("  {:>7.0f}s  {}\n", step.at_s, step.text);
  }
  std::string causes;
  for (const std::string& kind : incident.causes) causes += (causes.empty() ? "" : ", ") + kind;
  out += fmt::format("  cause:   {}\n", causes.empty() ? "none" : causes);
  if (incident.injected_s > 0) {
    out += fmt::format("           present from {:.0f} s{}\n", incident.injected_s,
                       incident.repaired_s > 0
                           ? fmt::format(", gone at {:.0f} s", incident.repaired_s)
                           : std::string());
  }
  return out + fmt::format("  verdict  {}\n", VerdictText(incident.verdict));
}

}  // namespace wt
