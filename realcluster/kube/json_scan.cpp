// SPDX-License-Identifier: Apache-2.0
#include "realcluster/kube/json_scan.h"

#include <charconv>
#include <cstdint>
#include <cstring>

namespace wt {
namespace {

constexpr std::size_t kBroken = std::string_view::npos;

std::size_t SkipSpace(std::string_view text, std::size_t at) {
  while (at < text.size() &&
         (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
    ++at;
  }
  return at;
}

// `at` is the opening quote; the position after the closing one.
std::size_t SkipString(std::string_view text, std::size_t at) {
  for (std::size_t from = at + 1;;) {
    const std::size_t quote = text.find('"', from);
    if (quote == kBroken) return kBroken;
    std::size_t backslashes = 0;
    while (text[quote - 1 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return quote + 1;
    from = quote + 1;
  }
}

// `at` is the first character of a value; the position after it.
std::size_t SkipValue(std::string_view text, std::size_t at) {
  if (at >= text.size()) return kBroken;
  if (text[at] == '"') return SkipString(text, at);
  if (text[at] != '{' && text[at] != '[') {
    const std::size_t begin = at;
    while (at < text.size() && text[at] > ' ' && std::strchr(",:]}[{\"", text[at]) == nullptr) ++at;
    return at == begin ? kBroken : at;
  }
  int depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = SkipString(text, at);
      if (at == kBroken) return kBroken;
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at;
  }
  return kBroken;
}

// The position of the next item of the container, or of its end; kBroken if neither follows.
std::size_t NextItem(std::string_view text, std::size_t at, char close) {
  at = SkipSpace(text, at);
  if (at >= text.size()) return kBroken;
  if (text[at] == close) return at;
  if (text[at] != ',') return kBroken;
  at = SkipSpace(text, at + 1);
  return at < text.size() && text[at] != close ? at : kBroken;
}

void AppendUtf8(std::string& out, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0 | code >> 6);
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add(0x80 | (code >> 6 & 63));
  } else {
    add(0xF0 | code >> 18);
    add(0x80 | (code >> 12 & 63));
    add(0x80 | (code >> 6 & 63));
  }
  add(0x80 | (code & 63));
}

// Four hexadecimal digits at the beginning of `text`; 0xFFFD when they are not.
std::uint32_t HexDigits(std::string_view text) {
  std::uint32_t code = 0;
  if (text.size() < 4) return 0xFFFD;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 4, code, 16);
  return error == std::errc() && end == text.data() + 4 ? code : 0xFFFD;
}

// `text` begins after "\u"; returns how many characters were used.
std::size_t DecodeUnicode(std::string_view text, std::string& out) {
  const std::uint32_t high = HexDigits(text);
  if (high < 0xD800 || high > 0xDFFF) {
    AppendUtf8(out, high);
    return 4;
  }
  if (high < 0xDC00 && text.size() >= 10 && text.substr(4, 2) == "\\u") {
    const std::uint32_t low = HexDigits(text.substr(6));
    if (low >= 0xDC00 && low <= 0xDFFF) {
      AppendUtf8(out, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
      return 10;
    }
  }
  AppendUtf8(out, 0xFFFD);
  return 4;
}

}  // namespace

bool ForEachMember(
    std::string_view text,
    const std::function<bool(std::string_view key, std::string_view value)>& on_member) {
  std::size_t at = SkipSpace(text, 0);
  if (at >= text.size() || text[at] != '{') return false;
  at = SkipSpace(text, at + 1);
  while (at < text.size() && text[at] != '}') {
    if (text[at] != '"') return false;
    const std::size_t key_end = SkipString(text, at);
    if (key_end == kBroken) return false;
    const std::string_view key = text.substr(at + 1, key_end - at - 2);
    at = SkipSpace(text, key_end);
    if (at >= text.size() || text[at] != ':') return false;
    at = SkipSpace(text, at + 1);
    const std::size_t value_end = SkipValue(text, at);
    if (value_end == kBroken) return false;
    if (!on_member(key, text.substr(at, value_end - at))) return true;
    at = NextItem(text, value_end, '}');
    if (at == kBroken) return false;
  }
  return at < text.size();
}

bool ForEachElement(std::string_view text,
                    const std::function<bool(std::string_view value)>& on_element) {
  std::size_t at = SkipSpace(text, 0);
  if (at >= text.size() || text[at] != '[') return false;
  at = SkipSpace(text, at + 1);
  while (at < text.size() && text[at] != ']') {
    const std::size_t value_end = SkipValue(text, at);
    if (value_end == kBroken) return false;
    if (!on_element(text.substr(at, value_end - at))) return true;
    at = NextItem(text, value_end, ']');
    if (at == kBroken) return false;
  }
  return at < text.size();
}

std::string_view FindMember(std::string_view text, std::string_view key) {
  std::string_view found;
  ForEachMember(text, [&](std::string_view name, std::string_view value) {
    if (name == key) found = value;
    return name != key;
  });
  return found;
}

std::string StringValue(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return "";
  value = value.substr(1, value.size() - 2);
  if (value.find('\\') == kBroken) return std::string(value);
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\' || i + 1 == value.size()) {
      out += value[i];
      continue;
    }
    constexpr std::string_view kLetters = "bfnrt", kMeanings = "\b\f\n\r\t";
    const char letter = value[++i];
    if (letter == 'u') {
      i += DecodeUnicode(value.substr(i + 1), out);
    } else {
      const std::size_t which = kLetters.find(letter);
      out += which == kBroken ? letter : kMeanings[which];
    }
  }
  return out;
}

}  // namespace wt
