// SPDX-License-Identifier: Apache-2.0
// The results of a bench run: what formats.md calls the results document and the episode lines.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/statistics.h"
#include "episodes/episode_result.h"

namespace wt {

// 1.1: draws of policies differ between the scenarios of a seed. 1.2: three or four revisions of
// every Deployment; words given to a user are said at a drawn time. 1.3: the kubelet lists each
// second, kube-proxy rests between two runs.
inline constexpr const char* kEngineVersion = "1.4";

// What the lines of results need to know of one scenario of the suite.
struct ScenarioLabel {
  std::string name;
  std::string app;
  std::string task;
  std::vector<std::string> fault_kinds;  // empty: healthy
  std::string file;                      // for the replay command
};

// Of no episodes at all, the means are 0 and mean nothing: null in documents.
struct Summary {
  u64 episodes = 0, errored = 0;
  f64 verdict_mean = 0;
  Interval verdict_ci95;
  f64 success = 0;               // share with verdict 1
  f64 harm = 0;                  // share with verdict -1
  // Shares of the healthy episodes, if there are any: with an accepted write; with the answer that
  // there is a fault.
  std::optional<f64> false_action_healthy, false_claim_healthy;
  f64 steps_mean = 0;
  // Steps that looked, that wrote, and whose write was refused; of documents that do not say it
  // nothing.
  std::optional<f64> looks_mean, writes_mean, refused_writes_mean;
  // Of repaired faulty episodes, from injection; without one there is none.
  std::optional<f64> ttr_median_s;
};

struct RunInfo {
  std::string run_id, commit, suite, suite_hash, agent, split = "held-out-seeds";
  u64 first_seed = 1, last_seed = 1;
  // Causes that the agent was not trained on, reported apart.
  std::vector<std::string> held_out;
  f64 wall_s = 0, cpu_s = 0;
  int threads = 1;
};

// Faulty episodes whose cause is, or is not, one of `causes`.
std::vector<const EpisodeResult*> FaultyByCause(const std::vector<EpisodeResult>& episodes,
                                                const std::vector<std::string>& causes, bool is);

// Means over episodes with every scenario weighted equally. The interval takes every episode as
// independent of the others, as it is: its World and the draws of its policy hang on the seed and
// the scenario's name. What an agent's program remembers from one episode to the next is not in
// it. O(episodes log episodes).
Summary Summarise(const std::vector<const EpisodeResult*>& episodes);

// Hash over all episodes in (scenario, seed) order: equal runs have equal hashes.
u64 HashEpisodes(const std::vector<EpisodeResult>& episodes);

// The whole document as JSON text (bench/results_json.cpp).
std::string ResultsDocument(const RunInfo& info, const std::vector<ScenarioLabel>& scenarios,
                            const std::vector<EpisodeResult>& episodes);
// One line of episodes.jsonl, without the newline.
std::string EpisodeLine(const RunInfo& info, const std::vector<ScenarioLabel>& scenarios,
                        const EpisodeResult& episode);

}  // namespace wt
