// SPDX-License-Identifier: Apache-2.0
#include "realcluster/fidelity/object_names.h"

#include <algorithm>
#include <cctype>

namespace wt {
namespace {

constexpr std::string_view kDrawn = "bcdfghjklmnpqrstvwxz2456789";
constexpr std::size_t kTailLetters = 5;
// fnv-1a of 32 bits in decimal, written in that alphabet (controller.ComputeHash).
constexpr std::size_t kHashLettersMin = 5, kHashLettersMax = 10;
// Minutes since 1970: eight digits until 2160.
constexpr std::size_t kMinuteDigits = 8;

bool IsDrawn(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return kDrawn.find(c) != std::string_view::npos; });
}

bool IsMinute(std::string_view text) {
  return text.size() == kMinuteDigits &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

// "web" and "x2k8p" of "web-x2k8p".
struct Split {
  std::string_view head, tail;
};
Split SplitTail(std::string_view name) {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return {name, ""};
  return {name.substr(0, dash), name.substr(dash + 1)};
}

std::string WithoutMinute(std::string_view name) {
  const Split split = SplitTail(name);
  return IsMinute(split.tail) ? std::string(split.head) + "-<minute>" : std::string(name);
}

std::string WithoutHash(std::string_view name) {
  const Split split = SplitTail(name);
  const bool hash = split.tail.size() >= kHashLettersMin && split.tail.size() <= kHashLettersMax &&
                    IsDrawn(split.tail) && !IsMinute(split.tail);
  return hash ? std::string(split.head) + "-<hash>" : WithoutMinute(name);
}

}  // namespace

std::string_view WithoutTail(std::string_view name) {
  const Split split = SplitTail(name);
  return split.tail.size() == kTailLetters && IsDrawn(split.tail) ? split.head : "";
}

std::string PatternOfName(std::string_view kind, std::string_view name) {
  if (kind == "ReplicaSet") return WithoutHash(name);
  if (kind == "Job") return WithoutMinute(name);
  if (kind != "Pod") return std::string(name);
  const std::string_view head = WithoutTail(name);
  return head.empty() ? std::string(name) : WithoutHash(head) + "-<rand>";
}

}  // namespace wt
