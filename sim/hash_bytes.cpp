// SPDX-License-Identifier: Apache-2.0
#include "sim/api/hash_bytes.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace wt {

u64 HashBytes(const void* bytes, std::size_t size, u64 seed) {
  return XXH3_64bits_withSeed(bytes, size, seed);
}

}  // namespace wt
