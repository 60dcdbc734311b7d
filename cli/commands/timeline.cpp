// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/timeline.h"

#include <fmt/format.h>

#include <algorithm>

namespace wt {
namespace {

constexpr int kColumns = 72;

char ErrorMark(f32 error) {
  static constexpr std::string_view kLevels = "_.:-=+*#";
  if (error < 0.001f) return '_';
  const auto level = static_cast<std::size_t>(error * 7.99f) + 1;
  return kLevels[std::min(level, kLevels.size() - 1)];
}

char VerbMark(Verb verb) {
  if (IsInvestigation(verb)) return '?';
  if (IsRepair(verb)) return 'R';
  return verb == Verb::kSubmit ? '!' : '.';
}

std::string_view VerdictText(i8 verdict) {
  if (verdict == 1) return "1: solved";
  return verdict == 0 ? "0: not solved" : "-1: made worse";
}

}  // namespace

void Timeline::Add(const StepView& step) {
  const SimTime from = points_.empty() ? 0 : points_.back().to;
  const Action& action = step.slot->chosen;
  const Move& move = MoveOf(action);
  Point point{from, step.cluster->Now(), move.verb, step.cluster->world().header().client.error,
              {}};
  if (IsRepair(move.verb) || move.verb == Verb::kSubmit) {
    const std::string option = step.cluster->OptionText(action);
    point.text = fmt::format("{} {}{}", VerbName(move.verb),
                             step.cluster->EntityName(action.kind, action.slot),
                             option.empty() ? "" : " -> " + option);
  }
  points_.push_back(std::move(point));
}

std::string Timeline::Draw(const ScenarioLabel& label, const EpisodeResult& result) const {
  const SimTime end = points_.empty() ? 1 : std::max<SimTime>(points_.back().to, 1);
  const auto column = [&](SimTime at) {
    return static_cast<std::size_t>(std::clamp<SimTime>(at * kColumns / end, 0, kColumns - 1));
  };
  std::string fault(kColumns, ' '), client(kColumns, '_'), agent(kColumns, ' ');
  if (result.injected_at > 0 && result.injected_at <= end) {
    const std::size_t from = column(result.injected_at);
    const std::size_t to = result.repaired_at > 0 ? column(result.repaired_at) : kColumns - 1;
    for (std::size_t c = from; c <= to; ++c) fault[c] = '=';
  }
  for (const Point& point : points_) {
    for (std::size_t c = column(point.from); c <= column(point.to); ++c) {
      client[c] = ErrorMark(point.error);
    }
    char& mark = agent[column(point.from)];
    const char verb = VerbMark(point.verb);
    if (mark != 'R' && !(mark == '?' && verb == '.')) mark = verb;
  }
  std::string out = fmt::format("\n{}  seed {}\n", label.name, result.seed);
  out += fmt::format("  cause   |{}|\n  errors  |{}|\n  agent   |{}|\n", fault, client, agent);
  out += fmt::format("           0s{:>{}.0f}s\n", ToSeconds(end), kColumns - 3);
  out += "           = cause present   _.:-=+*# share of client errors   "
         "? look   R repair   ! say\n";
  for (const Point& point : points_) {
    if (!point.text.empty()) {
      out += fmt::format("  {:>7.0f}s  {}\n", ToSeconds(point.from), point.text);
    }
  }
  std::string kinds;
  for (const std::string& kind : label.fault_kinds) kinds += (kinds.empty() ? "" : ", ") + kind;
  out += fmt::format("  cause:   {}\n", kinds.empty() ? "none" : kinds);
  if (result.injected_at > 0) {
    out += fmt::format("           present from {:.0f} s{}\n", ToSeconds(result.injected_at),
                       result.repaired_at > 0
                           ? fmt::format(", gone at {:.0f} s", ToSeconds(result.repaired_at))
                           : std::string());
  }
  out += fmt::format("  verdict  {}\n", VerdictText(result.verdict));
  return out;
}

}  // namespace wt
