// SPDX-License-Identifier: Apache-2.0
#include "scenarios/nearest.h"

#include <algorithm>
#include <vector>

namespace wt {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

u32 EditDistance(std::string_view a, std::string_view b) {
  std::vector<u32> before_last, last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<u32>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<u32>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const u32 substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    before_last = last;
    last = row;
  }
  return last[b.size()];
}

std::string Nearest(std::string_view written, std::span<const std::string> words) {
  constexpr size_t kLongest = 200;
  if (written.size() > kLongest) return "";
  const std::string lower = Lower(written);
  u32 best = ~0u;
  const std::string* nearest = nullptr;
  for (const std::string& word : words) {
    if (word.size() > kLongest) continue;
    const u32 distance = EditDistance(lower, Lower(word));
    const size_t longer = std::max(word.size(), written.size());
    if (distance < best && distance <= (longer + 1) / 2) {
      best = distance;
      nearest = &word;
    }
  }
  return nearest == nullptr ? "" : *nearest;
}

std::string DidYouMean(std::string_view written, std::span<const std::string> words) {
  const std::string nearest = Nearest(written, words);
  return nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?";
}

std::vector<std::string> NearestFew(std::string_view written, std::span<const std::string> words,
                                    size_t most) {
  constexpr size_t kLongest = 200;
  const std::string lower = Lower(written.substr(0, kLongest));
  const auto rank = [&](const std::string& word) {
    const std::string whole = Lower(std::string_view(word).substr(0, kLongest));
    const std::string name = whole.substr(whole.rfind('/') + 1);
    const bool holds = !lower.empty() && whole.find(lower) != std::string::npos;
    return std::pair(!holds, std::min(EditDistance(lower, whole), EditDistance(lower, name)));
  };
  std::vector<std::pair<std::pair<bool, u32>, std::string>> ranked;
  for (const std::string& word : words) ranked.emplace_back(rank(word), word);
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> few;
  for (size_t i = 0; i < std::min(most, ranked.size()); ++i) few.push_back(ranked[i].second);
  return few;
}

std::string JoinWords(std::span<const std::string> words) {
  constexpr size_t kMost = 12;
  const size_t shown = std::min(words.size(), kMost);
  std::string joined;
  for (size_t i = 0; i < shown; ++i) {
    if (i > 0) joined += i + 1 == words.size() ? " or " : ", ";
    joined += words[i];
  }
  if (shown < words.size()) {
    joined += " and " + std::to_string(words.size() - shown) + " more";
  }
  return joined;
}

}  // namespace wt
