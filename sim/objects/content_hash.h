// SPDX-License-Identifier: Apache-2.0
// Hashes of canonical documents. XXH3 is specified byte by byte, so a document has one hash on
// every machine. O(bytes).
#pragma once

#include <string_view>

#include "sim/api/ints.h"

namespace wt {

u64 ContentHash(std::string_view bytes);

// Id of a text that is only ever compared for equality (arguments, configuration values); never 0.
u32 ContentId(std::string_view bytes);

}  // namespace wt
