// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/one_episode.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace wt {
namespace {

using Json = nlohmann::ordered_json;

Json FromHash(u64 hash) { return fmt::format("{:016x}", hash); }

// Words of a command line in POSIX quoting, as results write it: plain, '...' and \'.
std::vector<std::string> ShellWords(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false, any = false;
  for (std::size_t i = 0; i < command.size(); ++i) {
    const char c = command[i];
    if (c == '\'') {
      quoted = !quoted;
      any = true;
    } else if (!quoted && c == ' ') {
      if (any) words.push_back(std::move(word));
      word.clear();
      any = false;
    } else {
      if (!quoted && c == '\\' && i + 1 < command.size()) ++i;
      word += command[i];
      any = true;
    }
  }
  if (any) words.push_back(std::move(word));
  return words;
}

}  // namespace

SeriesPoint PointOf(const SimCluster& cluster) {
  const FlowClient& client = cluster.world().header().client;
  return {cluster.Now(), client.rate, client.error, client.p50_s, client.p99_s};
}

std::string WithSeries(const std::string& episode_line, const std::vector<SeriesPoint>& series) {
  Json out = Json::parse(episode_line);
  Json& list = out["series"] = Json::array();
  for (const SeriesPoint& p : series) {
    list.push_back({{"t_s", ToSeconds(p.at)},
                    {"rate_rps", p.rate},
                    {"error_rate", p.error},
                    {"p50_ms", 1000 * p.p50_s},
                    {"p99_ms", 1000 * p.p99_s}});
  }
  return out.dump();
}

Result<RecordedEpisode> ReadRecorded(std::string_view line, const std::string& place) {
  const Json parsed = Json::parse(line, nullptr, false);
  const auto wrong = [&](const char* what) { return Error{ErrorCode::kUsage, place, what}; };
  if (!parsed.is_object()) return wrong("is not an episode line (a JSON object)");
  RecordedEpisode out;
  try {
    out.seed = parsed.at("seed").get<u64>();
    out.hash = std::stoull(parsed.at("hash").get<std::string>(), nullptr, 16);
    out.errored = parsed.value("errored", false);
    const std::vector<std::string> words = ShellWords(parsed.at("replay").get<std::string>());
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      if (words[i] == "--scenario") out.scenario_file = words[i + 1];
      if (words[i] == "--actions") out.actions = words[i + 1];
    }
  } catch (const std::exception&) {
    return wrong("is not an episode line; expected seed, hash and replay");
  }
  if (out.scenario_file.empty() || out.actions.empty()) {
    return wrong("its replay command names no scenario or actions");
  }
  return out;
}

std::string ReplayJson(const EpisodeResult& result, u64 expected, bool compared) {
  Json out = {{"schema", "wavetank.replay/1"},
              {"seed", result.seed},
              {"verdict", result.verdict},
              {"steps", result.steps},
              {"hash", FromHash(result.hash)}};
  out["expected"] = compared ? FromHash(expected) : Json();
  out["equal"] = compared ? Json(result.hash == expected) : Json();
  return out.dump();
}

std::string ValidateJson(const std::vector<ValidatedFile>& files) {
  Json list = Json::array();
  bool valid = true;
  for (const ValidatedFile& file : files) {
    const auto listed = [](const std::vector<Error>& all) {
      Json out = Json::array();
      for (const Error& e : all) out.push_back({{"where", e.where}, {"what", e.what}});
      return out;
    };
    list.push_back({{"file", file.file},
                    {"valid", file.errors.empty()},
                    {"errors", listed(file.errors)},
                    {"warnings", listed(file.warnings)}});
    valid = valid && file.errors.empty();
  }
  return Json{{"schema", "wavetank.validate/1"}, {"valid", valid}, {"files", list}}.dump();
}

}  // namespace wt
