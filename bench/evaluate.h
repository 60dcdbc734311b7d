// SPDX-License-Identifier: Apache-2.0
// Scores an agent on a suite: every scenario with every seed, judged, summarised.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/results.h"
#include "episodes/run_batch.h"
#include "sim/api/result.h"

namespace wt {

struct PreparedSuite {
  std::string name;
  std::string hash;   // of the scenarios, their apps and the rules of the verdict
  u64 first_seed = 1, last_seed = 1;
  std::vector<ScenarioSetup> setups;
  std::vector<ScenarioLabel> labels;
  std::vector<std::string> warnings;
};

// `root`: where scenarios/ lies. `suite`: a name under scenarios/suites or a path to a suite or
// scenario file. Errors: kInvalidInput, all places.
Result<PreparedSuite> PrepareSuite(const std::string& root, const std::string& suite);

// The same of one scenario: a name in the catalog, with its group or without, or a file. Error:
// kUsage of --scenario with the nearest names.
// With `name_space`, its app is moved there.
Result<PreparedSuite> PrepareOne(const std::string& root, const std::string& scenario,
                                 const std::string& name_space = {});

// Every name of `causes` is something in an app of the suite. Error: kUsage of `flag` with the
// names of services and workloads and the nearest of them, if one is like it. Starts an episode of
// every app.
Status CheckCauses(const PreparedSuite& suite, const std::vector<std::string>& causes,
                   const std::string& flag);

struct EvaluateOptions {
  u64 first_seed = 1, last_seed = 10;
  int threads = 0;
  u32 chunk = 64;
  // Not 0: episodes are played in an order drawn by this key, so that an agent's program cannot
  // tell from how many came before which one it sees. Results do not depend on it.
  u64 order_key = 0;
  // Finished episodes of an interrupted run: not run again. In any order.
  std::vector<EpisodeResult> finished;
  // As of BatchOptions, with newly finished episodes only.
  std::function<bool(std::span<const EpisodeResult>)> on_chunk;
  bool drop_actions = false;
};

struct Evaluation {
  std::vector<EpisodeResult> episodes;  // in (scenario, seed) order, only those that were run
  bool complete = true;                 // false: stopped early
};

Evaluation Evaluate(const PreparedSuite& suite, const PolicyFactory& make_policy,
                    const EvaluateOptions& options);

// An episode line of results back into what summaries need. `place` ("FILE:LINE") says where it
// stands; kUsage there when it is not one, or says what no episode can.
Result<EpisodeResult> ReadEpisodeLine(std::string_view line,
                                      const std::vector<ScenarioLabel>& scenarios,
                                      const std::string& place);

}  // namespace wt
