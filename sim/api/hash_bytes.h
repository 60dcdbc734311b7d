// SPDX-License-Identifier: Apache-2.0
// XXH3 64-bit hash of bytes, chained through `seed`; the same on every machine.
#pragma once

#include <string_view>

#include "sim/api/ints.h"

namespace wt {

u64 HashBytes(const void* bytes, std::size_t size, u64 seed = 0);
inline u64 HashBytes(std::string_view text, u64 seed = 0) {
  return HashBytes(text.data(), text.size(), seed);
}

}  // namespace wt
