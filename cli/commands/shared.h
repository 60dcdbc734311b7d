// SPDX-License-Identifier: Apache-2.0
// What commands that run episodes have in common: options, agents by name, one scenario.
#pragma once

#include <string>

#include "bench/evaluate.h"
#include "cli/parse_options.h"
#include "episodes/run_batch.h"

namespace wt {

// `--agent NAME`: a scripted policy, `oracle`, FILE.wtp or exec:CMD. Error kUsage names the
// nearest. The factory may be called from several threads.
Result<PolicyFactory> AgentNamed(const std::string& name);

// "3-17" or "5"; kUsage otherwise.
struct SeedRange {
  u64 first = 1, last = 1;
};
Result<SeedRange> ParseSeeds(const std::string& text);

// The one scenario of `--scenario` (a path, or a name of the catalog), prepared; with `name_space`
// its app is moved there.
Result<PreparedSuite> OneScenario(const std::string& name, const std::string& name_space = {});

}  // namespace wt
