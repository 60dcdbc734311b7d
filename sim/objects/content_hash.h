// SPDX-License-Identifier: Apache-2.0
// Hashes of canonical documents. XXH3 is specified byte by byte, so a document has one hash on
// every machine. O(bytes).
#pragma once

#include <string_view>

#include "sim/api/ints.h"
#include "sim/typed.h"

namespace wt {

u64 ContentHash(std::string_view bytes);

// Revision::content of a canonical document.
u64 RevisionContent(RevKind kind, std::string_view document);

// Id of a text that is only ever compared for equality (arguments, configuration values); never 0.
u32 ContentId(std::string_view bytes);

}  // namespace wt
