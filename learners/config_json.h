// SPDX-License-Identifier: Apache-2.0
// The update's configuration as it stands in run.json, and what two run.json differ in.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "learners/advantage.h"

namespace wt {

nlohmann::ordered_json ConfigJson(const GrpoConfig& config);

// "seed was 1, is 2; grpo.epochs was 4, is 1": every value of two run documents that differs, but
// for those that a resumed run may change (commit, threads, the bound on CPU time). Empty if none.
std::string RunDifference(const std::string& before, const std::string& now);

}  // namespace wt
