// SPDX-License-Identifier: Apache-2.0
// "did you mean": the known word that a mistyped one most likely stands for.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace wt {

// Edits (insert, delete, replace, swap of neighbours) that turn one word into the other:
// optimal string alignment distance. O(|a| * |b|).
std::size_t EditDistance(std::string_view a, std::string_view b);

// The word nearest to `typed`, the first one on ties; empty if none is within a third of its
// length (at least 2 edits) and none begins with it.
std::string_view NearestWord(std::string_view typed, std::span<const std::string_view> words);

// "; did you mean X?", or nothing when no word is near.
std::string DidYouMean(std::string_view typed, std::span<const std::string_view> words);

}  // namespace wt
