// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/content_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace wt {

u64 ContentHash(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

u64 RevisionContent(RevKind kind, std::string_view document) {
  return XXH3_64bits_withSeed(document.data(), document.size(), static_cast<u64>(kind));
}

u32 ContentId(std::string_view bytes) {
  const u32 id = static_cast<u32>(ContentHash(bytes));
  return id == 0 ? 1 : id;
}

}  // namespace wt
