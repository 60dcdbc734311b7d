// SPDX-License-Identifier: Apache-2.0
// "did you mean": the known word that a mistyped one most likely stands for.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace wt {

// The word nearest to `typed` by insertions, deletions, replacements and swaps of neighbours, the
// first one on ties; a word that begins with `typed` counts as one edit away. Empty if none is
// within a third of the length of `typed` (at least 2). O(|typed| * letters of all words).
std::string_view NearestWord(std::string_view typed, std::span<const std::string_view> words);

// `; did you mean "X"?`, or nothing when no word is near.
std::string DidYouMean(std::string_view typed, std::span<const std::string_view> words);

}  // namespace wt
