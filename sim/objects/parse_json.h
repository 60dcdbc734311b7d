// SPDX-License-Identifier: Apache-2.0
// JSON text from outside, bounded: size, depth, duplicate members and trailing bytes are errors.
#pragma once

#include <cstddef>
#include <string_view>

#include "sim/api/result.h"
#include "sim/objects/json_fwd.h"

namespace wt {

struct JsonLimits {
  std::size_t bytes_max = 3u << 20;  // the API server's limit on a request body
  int depth_max = 100;               // no Kubernetes type nests deeper than about 20
};

// `where` names the text in errors: "WHERE:LINE:COLUMN: what". O(size).
Result<Json> ParseJson(std::string_view text, std::string_view where, JsonLimits limits = {});

}  // namespace wt
