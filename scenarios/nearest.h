// SPDX-License-Identifier: Apache-2.0
// "did you mean": the valid word nearest to what was written.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/ints.h"

namespace wt {

// Least number of single-character insertions, deletions, substitutions and swaps of neighbours
// that turn a into b (optimal string alignment). O(|a| * |b|).
u32 EditDistance(std::string_view a, std::string_view b);

// The nearest of `words` by EditDistance of the lower-case forms; ties go to the earlier one.
// Empty if none is within half the longer length (rounded up), so that far words are not offered.
std::string Nearest(std::string_view written, std::span<const std::string> words);

// "; did you mean \"X\"?" or nothing.
std::string DidYouMean(std::string_view written, std::span<const std::string> words);

// Up to `most` of `words`, nearest first: those that hold what was written, then by EditDistance.
// A word "group/name" is as near as its nearer whole or name. For lists too long to print.
std::vector<std::string> NearestFew(std::string_view written, std::span<const std::string> words,
                                    size_t most = 3);

// "a, b, c or d"; at most 12 words, then "and N more".
std::string JoinWords(std::span<const std::string> words);

}  // namespace wt
