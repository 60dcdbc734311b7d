// SPDX-License-Identifier: Apache-2.0
#include "cli/nearest_word.h"

#include <algorithm>
#include <vector>

namespace wt {

std::size_t EditDistance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> cost((a.size() + 1) * width);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& { return cost[i * width + j]; };
  for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = i;
  for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = at(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
      }
    }
  }
  return at(a.size(), b.size());
}

std::string_view NearestWord(std::string_view typed, std::span<const std::string_view> words) {
  constexpr std::size_t kLongestTyped = 64;  // longer is no slip of the finger
  if (typed.empty() || typed.size() > kLongestTyped) return {};
  std::string_view nearest;
  std::size_t best = std::max<std::size_t>(2, typed.size() / 3) + 1;
  for (const std::string_view word : words) {
    const std::size_t distance =
        word.starts_with(typed) ? 1 : std::min(EditDistance(typed, word), word.size());
    if (distance < best && distance < word.size()) {
      best = distance;
      nearest = word;
    }
  }
  return nearest;
}

std::string DidYouMean(std::string_view typed, std::span<const std::string_view> words) {
  const std::string_view nearest = NearestWord(typed, words);
  if (nearest.empty()) return {};
  return "; did you mean " + std::string(nearest) + "?";
}

}  // namespace wt
