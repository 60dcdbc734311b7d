// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "bench/evaluate.h"
#include "sim/api/action.h"

namespace wt {
namespace {

using Json = nlohmann::json;

constexpr f64 kSecondsMax = 1e8;

// What a field must be: "verdict: expected -1, 0 or 1".
struct Unfit {
  std::string what;
};

// Of a whole number in its range; nothing is rounded or wrapped.
i64 WholeOf(const Json& line, const char* key, i64 least, i64 most) {
  const Json& value = line.at(key);
  const bool wraps = value.is_number_unsigned() &&
                     value.get<u64>() > static_cast<u64>(std::numeric_limits<i64>::max());
  if (value.is_number_integer() && !wraps) {
    const i64 number = value.get<i64>();
    if (number >= least && number <= most) return number;
  }
  throw Unfit{most - least == 2 ? fmt::format("{}: expected {}, {} or {}", key, least, least + 1,
                                              most)
                                : fmt::format("{}: expected a whole number from {} to {}", key,
                                              least, most)};
}

u32 CountOf(const Json& line, const char* key) {
  return static_cast<u32>(WholeOf(line, key, 0, std::numeric_limits<u32>::max()));
}

bool YesOf(const Json& line, const char* key) {
  const Json& value = line.at(key);
  if (!value.is_boolean()) throw Unfit{fmt::format("{}: expected true or false", key)};
  return value.get<bool>();
}

std::string TextOf(const Json& line, const char* key) {
  const Json& value = line.at(key);
  if (!value.is_string()) throw Unfit{fmt::format("{}: expected a text", key)};
  return value.get<std::string>();
}

// Exact for what ToSeconds made of up to 100 days.
SimTime TimeOf(const Json& line, const char* key) {
  const Json& value = line.at(key);
  if (!value.is_number() || !(value.get<f64>() >= 0 && value.get<f64>() <= kSecondsMax)) {
    throw Unfit{fmt::format("{}: expected seconds, 0 or more", key)};
  }
  return std::llround(value.get<f64>() * static_cast<f64>(kSecond));
}

bool IsFaulty(const Json& line) {
  const std::string is = TextOf(line, "class");
  if (is != "faulty" && is != "healthy") throw Unfit{"class: expected faulty or healthy"};
  return is == "faulty";
}

u64 HashOf(const Json& line) {
  const std::string text = TextOf(line, "hash");
  u64 hash = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), hash, 16);
  if (failed != std::errc() || end != text.data() + text.size()) {
    throw Unfit{"hash: expected up to 16 hexadecimal digits"};
  }
  return hash;
}

u32 IndexOf(const std::vector<ScenarioLabel>& scenarios, const std::string& name) {
  for (u32 i = 0; i < scenarios.size(); ++i) {
    if (scenarios[i].name == name) return i;
  }
  throw Unfit{"scenario '" + name + "' is not part of the suite"};
}

// Lines written before the counts were have them in their list of actions.
void ReadCounts(const Json& line, EpisodeResult& e) {
  if (line.contains("looks")) {
    e.looks = CountOf(line, "looks");
    e.writes = CountOf(line, "writes");
    e.refused_writes = CountOf(line, "refused_writes");
    return;
  }
  for (const Json& action : line.value("actions", Json::array())) {
    for (int v = 0; v < static_cast<int>(Verb::kCount); ++v) {
      const auto verb = static_cast<Verb>(v);
      if (action.at("verb") != VerbName(verb)) continue;
      if (IsInvestigation(verb)) ++e.looks;
      if (IsRepair(verb)) ++(action.at("accepted") ? e.writes : e.refused_writes);
    }
  }
}

EpisodeResult Read(const Json& line, const std::vector<ScenarioLabel>& scenarios) {
  EpisodeResult e;
  e.scenario = IndexOf(scenarios, TextOf(line, "scenario"));
  e.seed = static_cast<u64>(WholeOf(line, "seed", 0, std::numeric_limits<i64>::max()));
  e.faulty = IsFaulty(line);
  e.cause = TextOf(line, "cause");
  e.verdict = static_cast<i8>(WholeOf(line, "verdict", -1, 1));
  e.errored = YesOf(line, "errored");
  e.error = TextOf(line, "error");
  e.steps = CountOf(line, "steps");
  ReadCounts(line, e);
  e.end = TimeOf(line, "sim_time_s");
  e.injected_at = TimeOf(line, "injected_s");
  if (!line.at("ttr_s").is_null()) e.repaired_at = e.injected_at + TimeOf(line, "ttr_s");
  e.terminated = YesOf(line, "terminated");
  e.truncated = YesOf(line, "truncated");
  e.hash = HashOf(line);
  const Json& parts = line.at("parts");
  e.parts.detected = YesOf(parts, "detected");
  e.parts.localized = YesOf(parts, "localized");
  e.parts.analysed = YesOf(parts, "analysed");
  e.parts.slo_held = YesOf(parts, "slo_held");
  e.parts.cause_gone = YesOf(parts, "cause_gone");
  e.parts.wrote = YesOf(parts, "wrote");
  e.parts.claimed = YesOf(parts, "claimed");
  return e;
}

}  // namespace

Result<EpisodeResult> ReadEpisodeLine(std::string_view line,
                                      const std::vector<ScenarioLabel>& scenarios,
                                      const std::string& place) {
  const auto wrong = [&](std::size_t column, const std::string& what) {
    return Error{ErrorCode::kUsage, fmt::format("{}:{}", place, column),
                 "is not an episode: " + what};
  };
  // "[json.exception.out_of_range.403] key 'seed' not found": the words after the number.
  const auto words = [](const std::exception& e) {
    const std::string_view what = e.what();
    const std::size_t end = what.find("] ");
    return std::string(end == std::string_view::npos ? what : what.substr(end + 2));
  };
  try {
    const Json parsed = Json::parse(line);
    if (!parsed.is_object()) return wrong(1, "expected a JSON object");
    return Read(parsed, scenarios);
  } catch (const Json::parse_error& e) {
    return wrong(std::max<std::size_t>(e.byte, 1), "it is not JSON from here on");
  } catch (const Unfit& unfit) {
    return wrong(1, unfit.what);
  } catch (const std::exception& e) {
    return wrong(1, words(e));
  }
}

}  // namespace wt
