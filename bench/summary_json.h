// SPDX-License-Identifier: Apache-2.0
// A summary as every document of ours writes it (docs/formats.md).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "bench/results.h"

namespace wt {

nlohmann::ordered_json SummaryJson(const Summary& summary);

}  // namespace wt
