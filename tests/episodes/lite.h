// SPDX-License-Identifier: Apache-2.0
// The lite suite, prepared once per process, and agents run on it.
#pragma once

#include <string>
#include <vector>

#include "bench/evaluate.h"

namespace wt {

const std::string& SourceDir();

const PreparedSuite& Lite();

// Every scenario file under scenarios/catalog, in order of paths.
const PreparedSuite& Catalog();

// "oracle" or a name of AllPolicies().
PolicyFactory Agent(const std::string& name);

std::vector<EpisodeResult> RunLite(const std::string& agent, u64 first_seed, u64 last_seed,
                                   int threads = 2, u32 chunk = 64);

// Means of the verdict over one class.
f64 VerdictMean(const std::vector<EpisodeResult>& episodes, bool faulty);

// "hotel-calm seed 3: verdict 0 ..." for failures.
std::string Describe(const EpisodeResult& episode);

}  // namespace wt
