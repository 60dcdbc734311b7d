// SPDX-License-Identifier: Apache-2.0
// The update's configuration as it stands in run.json.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "learners/advantage.h"

namespace wt {

nlohmann::ordered_json ConfigJson(const GrpoConfig& config);

}  // namespace wt
