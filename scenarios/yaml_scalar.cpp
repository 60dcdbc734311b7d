// SPDX-License-Identifier: Apache-2.0
#include "scenarios/yaml_scalar.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

namespace wt {
namespace {

bool OneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  for (std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

struct Digits {
  std::string_view text;
  int base = 10;
};

// Go's ParseInt with base 0: the prefix chooses the base.
Digits SplitBase(std::string_view text) {
  if (text.size() < 2 || text[0] != '0') return {text, 10};
  switch (text[1]) {
    case 'x':
    case 'X':
      return {text.substr(2), 16};
    case 'b':
    case 'B':
      return {text.substr(2), 2};
    case 'o':
    case 'O':
      return {text.substr(2), 8};
    default:
      return {text.substr(1), 8};
  }
}

std::optional<YamlScalar> ParseInteger(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  const bool has_sign = negative || (!text.empty() && text[0] == '+');
  const Digits digits = SplitBase(text.substr(has_sign ? 1 : 0));
  u64 magnitude = 0;
  const char* end = digits.text.data() + digits.text.size();
  const auto [last, code] = std::from_chars(digits.text.data(), end, magnitude, digits.base);
  if (code != std::errc() || last != end || digits.text.empty()) return std::nullopt;
  constexpr u64 kMax = static_cast<u64>(std::numeric_limits<i64>::max());
  if (negative) {
    if (magnitude > kMax + 1) return std::nullopt;
    return YamlScalar(static_cast<i64>(u64{0} - magnitude));
  }
  if (magnitude <= kMax) return YamlScalar(static_cast<i64>(magnitude));
  if (has_sign) return std::nullopt;
  return YamlScalar(magnitude);
}

size_t SkipDigits(std::string_view text, size_t at) {
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at;
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool LooksLikeFloat(std::string_view text) {
  size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  const size_t whole_end = SkipDigits(text, at);
  const bool has_whole = whole_end > at;
  at = whole_end;
  if (at < text.size() && text[at] == '.') {
    const size_t fraction_end = SkipDigits(text, at + 1);
    if (!has_whole && fraction_end == at + 1) return false;
    at = fraction_end;
  } else if (!has_whole) {
    return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    const size_t exponent_end = SkipDigits(text, at);
    if (exponent_end == at) return false;
    at = exponent_end;
  }
  return at == text.size();
}

YamlScalar FromFloat(f64 value) {
  constexpr f64 kLimit = 9223372036854774784.0;  // largest f64 below 2^63
  if (value >= -kLimit && value <= kLimit) {
    const i64 whole = static_cast<i64>(value);
    if (static_cast<f64>(whole) == value) return whole;
  }
  return value;
}

std::optional<YamlScalar> ParseFloat(std::string_view text) {
  if (!LooksLikeFloat(text)) return std::nullopt;
  if (text[0] == '+') text.remove_prefix(1);
  f64 value = 0;
  const char* end = text.data() + text.size();
  const auto [last, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc() || last != end) return std::nullopt;
  return FromFloat(value);
}

}  // namespace

YamlScalar ResolvePlainScalar(std::string_view text) {
  constexpr f64 kInfinity = std::numeric_limits<f64>::infinity();
  if (OneOf(text, {"", "~", "null", "Null", "NULL"})) return YamlNull{};
  if (OneOf(text, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) {
    return true;
  }
  if (OneOf(text, {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})) {
    return false;
  }
  if (OneOf(text, {".nan", ".NaN", ".NAN"})) return std::numeric_limits<f64>::quiet_NaN();
  if (OneOf(text, {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"})) return kInfinity;
  if (OneOf(text, {"-.inf", "-.Inf", "-.INF"})) return -kInfinity;
  const char first = text[0];
  if (first == '.') {
    if (auto value = ParseFloat(text)) return *value;
    return std::string(text);
  }
  if ((first < '0' || first > '9') && first != '+' && first != '-') return std::string(text);
  std::string plain;
  for (char c : text) {
    if (c != '_') plain += c;
  }
  if (auto value = ParseInteger(plain)) return *value;
  if (auto value = ParseFloat(plain)) return *value;
  return std::string(text);
}

std::optional<std::string> KeyText(const YamlScalar& scalar) {
  struct Visitor {
    std::optional<std::string> operator()(YamlNull) const { return std::nullopt; }
    std::optional<std::string> operator()(bool value) const { return value ? "true" : "false"; }
    std::optional<std::string> operator()(i64 value) const { return fmt::to_string(value); }
    std::optional<std::string> operator()(u64 value) const { return fmt::to_string(value); }
    std::optional<std::string> operator()(f64 value) const { return fmt::to_string(value); }
    std::optional<std::string> operator()(const std::string& value) const { return value; }
  };
  return std::visit(Visitor{}, scalar);
}

}  // namespace wt
