// SPDX-License-Identifier: Apache-2.0
#include "faults/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sim/api/hash_bytes.h"

namespace wt {
namespace {

template <class T>
void AddOnce(std::vector<T>& list, T value) {
  if (std::find(list.begin(), list.end(), value) == list.end()) list.push_back(std::move(value));
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsWordChar(char c) { return IsDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }

// "abc12" -> "abc" and 12; no number when it does not end in a short one.
struct Numbered {
  std::string_view stem;
  u32 number = 0;
  bool has = false;
};
Numbered SplitNumber(std::string_view text) {
  std::size_t at = text.size();
  while (at > 0 && IsDigit(text[at - 1])) --at;
  Numbered out{text.substr(0, at), 0, false};
  const auto digits = text.substr(at);
  if (digits.empty() || digits.size() > 6) return {text, 0, false};
  std::from_chars(digits.data(), digits.data() + digits.size(), out.number);
  out.has = true;
  return out;
}

// Each value is compiled ahead for each object (FaultKind::edits), so an object has few; which, its
// own value says, so that objects differ.
constexpr std::size_t kMost = 5;
template <class T>
std::vector<T> Few(std::vector<T> list, u64 key) {
  const auto first = list.begin() + static_cast<std::ptrdiff_t>(key % list.size());
  std::rotate(list.begin(), first, list.end());
  if (list.size() > kMost) list.resize(kMost);
  return list;
}

}  // namespace

std::vector<std::string> TyposOf(std::string_view word) {
  std::vector<std::string> out;
  // Letters and digits at the ends, as labels and names of hosts want it.
  const auto add = [&](std::string typo) {
    const bool ends = !typo.empty() && IsWordChar(typo.front()) && IsWordChar(typo.back());
    if (ends && typo != word) AddOnce(out, std::move(typo));
  };
  const std::size_t size = word.size();
  for (std::size_t i = size; i-- > 1 && out.empty();) {  // two different letters, from the end
    std::string swapped(word);
    std::swap(swapped[i - 1], swapped[i]);
    add(swapped);
  }
  if (size > 2) add(std::string(word.substr(0, size / 2)) + std::string(word.substr(size / 2 + 1)));
  if (size > 2) add(std::string(word.substr(0, size - 1)));
  const std::size_t middle = size / 2;
  if (size > 1) {
    add(std::string(word.substr(0, middle + 1)) + std::string(word.substr(middle)));
    add(std::string(word) + word.back());
  }
  return out;
}

std::vector<std::string> TagsLike(std::string_view tag) {
  const std::string base(tag.empty() ? "1.0" : tag);
  const u64 hash = HashBytes(base);
  std::vector<std::string> out;
  const Numbered last = SplitNumber(base);
  if (last.has) AddOnce(out, fmt::format("{}{}", last.stem, last.number + 7 + hash % 30));
  AddOnce(out, fmt::format("{}-rc{}", base, 5 + hash / 64 % 20));
  AddOnce(out, fmt::format("{}-hotfix{}", base, 1 + hash / 4096 % 4));
  AddOnce(out, fmt::format("{}-{:07x}", base, hash >> 36));
  AddOnce(out, fmt::format("{}-build{}", base, 1000 + hash / 256 % 4000));
  AddOnce(out, base.front() == 'v' ? base.substr(1) + "-final" : "v" + base + "-final");
  for (const std::string& typo : TyposOf(base)) {
    if (!last.has) AddOnce(out, typo);
  }
  return Few(std::move(out), hash);
}

std::vector<std::string> CommandsLike(std::string_view command, std::string_view name) {
  const std::string base(command.empty() ? name : command.substr(command.rfind('/') + 1));
  const std::string folder(
      command.find('/') == std::string_view::npos ? "/app/"
                                                  : command.substr(0, command.rfind('/') + 1));
  std::vector<std::string> out;
  for (const std::string& typo : TyposOf(base)) {
    if (out.size() < 2) AddOnce(out, folder + typo);
  }
  AddOnce(out, folder + "bin/" + base);
  AddOnce(out, folder + base + "-server");
  AddOnce(out, folder + base + ".sh");
  AddOnce(out, "/opt/" + base + "/run");
  return Few(std::move(out), HashBytes(base));
}

std::vector<u32> PortsLike(u32 port) {
  std::vector<u32> out;
  const auto add = [&](u64 other) {
    if (other >= 1 && other <= 65535 && other != port) AddOnce(out, static_cast<u32>(other));
  };
  std::string digits = std::to_string(port);
  add(port + 1);
  add(port - 1u);
  add(port + 10);
  for (std::size_t i = digits.size(); i-- > 1;) {
    std::string swapped = digits;
    std::swap(swapped[i - 1], swapped[i]);
    if (swapped[0] != '0') add(std::stoul(swapped));
  }
  add(std::stoul(digits + digits.back()));
  add(port / 10);
  add(port + 1000);
  add(port + 100);
  return Few(std::move(out), port);
}

std::vector<std::string> PathsLike(std::string_view path) {
  std::vector<std::string> out;
  if (path.size() > 2) {
    const std::size_t slash = path.rfind('/') + 1;
    for (const std::string& typo : TyposOf(path.substr(slash))) {
      if (out.size() < 3) AddOnce(out, std::string(path.substr(0, slash)) + typo);
    }
  }
  for (const char* other : {"/livez", "/status/live", "/internal/alive", "/api/ping"}) {
    AddOnce(out, std::string(other));
  }
  return Few(std::move(out), HashBytes(path));
}

std::vector<std::string> HostsLike(std::span<const std::string> nodes) {
  std::vector<std::string> out;
  const std::string first = nodes.empty() ? "node-1" : nodes.front();
  const std::string last = nodes.empty() ? "node-1" : nodes.back();
  const u32 count = static_cast<u32>(nodes.size());
  if (const Numbered n = SplitNumber(last); n.has) {
    AddOnce(out, fmt::format("{}{}", n.stem, n.number + 1));
    AddOnce(out, fmt::format("{}{}", n.stem, n.number + 5 + count % 7));
    AddOnce(out, fmt::format("{}a{}", n.stem, n.number));
  }
  AddOnce(out, first + "-old");
  for (const std::string& typo : TyposOf(first)) {
    if (out.size() < 5) AddOnce(out, typo);
  }
  AddOnce(out, "highmem-" + last);
  AddOnce(out, "pool-b-" + first);
  return Few(std::move(out), count);
}

std::vector<std::string> LabelsLike(std::string_view key, std::string_view value) {
  std::vector<std::string> out;
  for (const std::string& typo : TyposOf(value)) {
    if (out.size() < 3) AddOnce(out, fmt::format("{}={}", key, typo));
  }
  AddOnce(out, fmt::format("{}={}-v2", key, value));
  AddOnce(out, fmt::format("version=v{}", 2 + value.size() % 4));
  AddOnce(out, std::string(value.size() % 2 == 0 ? "track=stable" : "release=blue"));
  return Few(std::move(out), HashBytes(value));
}

}  // namespace wt
