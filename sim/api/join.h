// SPDX-License-Identifier: Apache-2.0
// Words in one line.
#pragma once

#include <string>
#include <string_view>

namespace wt {

// All of them, with `separator` between two. O(bytes). (fmt::join of strings does not compile
// without warnings with g++ 12 and fmt 9.)
template <class Words>
std::string Joined(const Words& words, std::string_view separator = ", ") {
  std::string out;
  bool first = true;
  for (const auto& word : words) {
    if (!first) out += separator;
    first = false;
    out += word;
  }
  return out;
}

}  // namespace wt
