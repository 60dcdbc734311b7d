// SPDX-License-Identifier: Apache-2.0
// What AnyCluster does with each object before it looks at it: the whole text becomes a Json.
#pragma once

#include <string>
#include <string_view>

namespace wt {

// metadata.name; empty when the text is no object or has none. O(size).
std::string NameByParsing(std::string_view object);

}  // namespace wt
