// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "bench/evaluate.h"
#include "sim/api/action.h"

namespace wt {
namespace {

using Json = nlohmann::json;

// Exact for what ToSeconds made of up to 100 days.
SimTime FromSeconds(const Json& value) {
  return std::llround(value.get<f64>() * static_cast<f64>(kSecond));
}

u32 IndexOf(const std::vector<ScenarioLabel>& scenarios, const std::string& name) {
  for (u32 i = 0; i < scenarios.size(); ++i) {
    if (scenarios[i].name == name) return i;
  }
  throw Json::other_error::create(501, "scenario '" + name + "' is not part of the suite", nullptr);
}

// Lines written before the counts were have them in their list of actions.
void ReadCounts(const Json& line, EpisodeResult& e) {
  if (line.contains("looks")) {
    e.looks = line.at("looks");
    e.writes = line.at("writes");
    e.refused_writes = line.at("refused_writes");
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
  e.scenario = IndexOf(scenarios, line.at("scenario"));
  e.seed = line.at("seed");
  e.faulty = line.at("class") == "faulty";
  e.cause = line.at("cause");
  e.verdict = line.at("verdict");
  e.errored = line.at("errored");
  e.error = line.at("error");
  e.steps = line.at("steps");
  ReadCounts(line, e);
  e.end = FromSeconds(line.at("sim_time_s"));
  e.injected_at = FromSeconds(line.at("injected_s"));
  if (!line.at("ttr_s").is_null()) e.repaired_at = e.injected_at + FromSeconds(line.at("ttr_s"));
  e.terminated = line.at("terminated");
  e.truncated = line.at("truncated");
  e.hash = std::stoull(line.at("hash").get<std::string>(), nullptr, 16);
  const Json& parts = line.at("parts");
  e.parts.detected = parts.at("detected");
  e.parts.localized = parts.at("localized");
  e.parts.analysed = parts.at("analysed");
  e.parts.slo_held = parts.at("slo_held");
  e.parts.cause_gone = parts.at("cause_gone");
  e.parts.wrote = parts.at("wrote");
  e.parts.claimed = parts.at("claimed");
  return e;
}

}  // namespace

Result<EpisodeResult> ReadEpisodeLine(std::string_view line,
                                      const std::vector<ScenarioLabel>& scenarios,
                                      const std::string& place) {
  const auto wrong = [&](std::size_t column, const std::string& what) {
    return Error{ErrorCode::kInvalidInput, fmt::format("{}:{}", place, column),
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
    return wrong(std::max<std::size_t>(e.byte, 1), words(e));
  } catch (const std::exception& e) {
    return wrong(1, words(e));
  }
}

}  // namespace wt
