// SPDX-License-Identifier: Apache-2.0
// The deterministic bytes of a JSON document: members sorted by key, no white space, nothing
// dropped. Equal values give equal bytes on every machine; hashing a document is hashing these.
#pragma once

#include <string>

#include "sim/objects/json_fwd.h"

namespace wt {

// Bytes that are no UTF-8 come out as U+FFFD. O(size).
std::string Canonical(const Json& value);

}  // namespace wt
