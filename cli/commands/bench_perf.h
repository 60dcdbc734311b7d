// SPDX-License-Identifier: Apache-2.0
// `wavetank bench --perf [--only NAME] [--json]`: the figures of bench/perf with machine, command
// and baselines.
#pragma once

#include <string>
#include <vector>

#include "bench/perf/figures.h"
#include "cli/commands.h"

namespace wt {

Result<ExitCode> RunBenchPerf(const std::string& only, bool json);

std::string PerfJson(const std::vector<Figure>& figures, const std::string& machine);

}  // namespace wt
