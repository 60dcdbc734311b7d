// SPDX-License-Identifier: Apache-2.0
// What commands about a single episode share: its series, its list of actions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "episodes/script.h"

namespace wt {

// What clients of the entry point got at one instant.
struct SeriesPoint {
  SimTime at = 0;
  f32 rate = 0, error = 0, p50_s = 0, p99_s = 0;
};
SeriesPoint PointOf(const SimCluster& cluster);

// An episode's line with `series` added: [{t_s, rate_rps, error_rate, p50_ms, p99_ms}].
std::string WithSeries(const std::string& episode_line, const std::vector<SeriesPoint>& series);

// The value of `--actions`: a file, or the JSON array itself. Error: kUsage.
Result<std::vector<ScriptedAction>> ActionsOf(const std::string& given);

// One line of episodes.jsonl, as far as a replay needs it.
struct RecordedEpisode {
  std::string scenario_file;
  u64 seed = 0;
  std::string actions;  // JSON array
  u64 hash = 0;
  bool errored = false;
};
// From its `replay` command. Error: kUsage, `place` first.
Result<RecordedEpisode> ReadRecorded(std::string_view line, const std::string& place);

// One document, schema wavetank.replay/1.
std::string ReplayJson(const EpisodeResult& result, u64 expected, bool compared);

// One document, schema wavetank.validate/1.
struct ValidatedFile {
  std::string file;
  std::vector<Error> errors, warnings;
};
std::string ValidateJson(const std::vector<ValidatedFile>& files);

}  // namespace wt
