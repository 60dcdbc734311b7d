// SPDX-License-Identifier: Apache-2.0
#include "scenarios/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace wt {
namespace {

struct Suffix {
  std::string_view text;
  f64 factor;
};

constexpr Suffix kQuantitySuffixes[] = {
    {"Ki", 1024.0}, {"Mi", 0x1p20}, {"Gi", 0x1p30}, {"Ti", 0x1p40}, {"Pi", 0x1p50},
    {"Ei", 0x1p60}, {"n", 1e-9},    {"u", 1e-6},    {"m", 1e-3},    {"k", 1e3},
    {"M", 1e6},     {"G", 1e9},     {"T", 1e12},    {"P", 1e15},    {"E", 1e18}};

struct TimeUnit {
  std::string_view text;
  SimTime ns;
};
// Longer words first where one starts another.
constexpr TimeUnit kTimeUnits[] = {{"ns", 1},
                                   {"us", 1'000},
                                   {"\xC2\xB5s", 1'000},
                                   {"\xCE\xBCs", 1'000},
                                   {"ms", kMillisecond},
                                   {"s", kSecond},
                                   {"m", kMinute},
                                   {"h", kHour}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool TakeSuffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

// One "12.5ms" off the front of the text, added to `sum` in nanoseconds; false also when the sum
// would be too large.
bool TakeDurationPart(std::string_view& text, i64& sum) {
  constexpr i64 kMax = std::numeric_limits<i64>::max();
  i64 whole = 0, fraction = 0, scale = 1;
  size_t at = 0;
  for (; at < text.size() && IsDigit(text[at]); ++at) {
    if (whole > (kMax - 9) / 10) return false;
    whole = whole * 10 + (text[at] - '0');
  }
  size_t digits = at;
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && IsDigit(text[at]); ++at, ++digits) {
      if (scale > 1'000'000'000'000'000LL) continue;
      fraction = fraction * 10 + (text[at] - '0');
      scale *= 10;
    }
  }
  if (digits == 0) return false;
  text.remove_prefix(at);
  for (const TimeUnit& unit : kTimeUnits) {
    if (!text.starts_with(unit.text)) continue;
    const std::string_view rest = text.substr(unit.text.size());
    if (unit.text == "m" && rest.starts_with("s")) continue;
    if (whole > kMax / unit.ns) return false;
    i64 ns = whole * unit.ns;
    const f64 part =
        static_cast<f64>(fraction) * (static_cast<f64>(unit.ns) / static_cast<f64>(scale));
    const i64 extra = static_cast<i64>(part);
    if (ns > kMax - extra) return false;
    ns += extra;
    if (sum > kMax - ns) return false;
    sum += ns;
    text = rest;
    return true;
  }
  return false;
}

}  // namespace

std::optional<SimTime> ParseDuration(std::string_view text) {
  if (text.empty() || text.size() > 64) return std::nullopt;
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  i64 sum = 0;
  while (!text.empty()) {
    if (!TakeDurationPart(text, sum)) return std::nullopt;
  }
  return negative ? -sum : sum;
}

bool LooksLikeDuration(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  bool any = false;
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return false;
    // Short numbers fit, so only the form is left to be wrong.
    const std::string part = "1" + std::string(text.substr(digits));
    std::string_view rest = part;
    i64 sum = 0;
    if (!TakeDurationPart(rest, sum)) return false;
    text = text.substr(text.size() - rest.size());
    any = true;
  }
  return any;
}

std::string DurationText(SimTime duration) {
  if (duration == 0) return "0s";
  const u64 ns = duration < 0 ? u64{0} - static_cast<u64>(duration) : static_cast<u64>(duration);
  std::string text = duration < 0 ? "-" : "";
  const auto decimal = [](u64 value, u64 unit) {
    std::string number = fmt::to_string(value / unit);
    if (value % unit == 0) return number;
    std::string fraction = fmt::to_string(unit + value % unit).substr(1);
    while (fraction.back() == '0') fraction.pop_back();
    return number + "." + fraction;
  };
  if (ns < 1'000) return text + fmt::to_string(ns) + "ns";
  if (ns < 1'000'000) return text + decimal(ns, 1'000) + "\xC2\xB5s";
  if (ns < 1'000'000'000) return text + decimal(ns, 1'000'000) + "ms";
  const u64 hour = static_cast<u64>(kHour), minute = static_cast<u64>(kMinute);
  if (ns >= hour) text += fmt::to_string(ns / hour) + "h";
  if (ns >= minute) text += fmt::to_string(ns % hour / minute) + "m";
  return text + decimal(ns % minute, static_cast<u64>(kSecond)) + "s";
}

std::optional<f64> ParseNumber(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  f64 value = 0;
  const char* end = text.data() + text.size();
  const auto [last, code] = std::from_chars(text.data(), end, value);
  if (text.empty() || code != std::errc() || last != end) return std::nullopt;
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<f64> ParseRate(std::string_view text) {
  if (!TakeSuffix(text, "rps") && !TakeSuffix(text, "/s")) return std::nullopt;
  const std::optional<f64> value = ParseNumber(text);
  if (!value || *value < 0) return std::nullopt;
  return value;
}

std::optional<f64> QuantityNumber(std::string_view text) {
  f64 factor = 1;
  for (const Suffix& suffix : kQuantitySuffixes) {
    if (TakeSuffix(text, suffix.text)) {
      factor = suffix.factor;
      break;
    }
  }
  // A suffix excludes an exponent, and the number is plain digits with an optional sign.
  for (char c : text) {
    const bool exponent = (c == 'e' || c == 'E') && factor == 1;
    if (!IsDigit(c) && c != '.' && c != '+' && c != '-' && !exponent) return std::nullopt;
  }
  if (text.ends_with('.')) text.remove_suffix(1);
  const std::optional<f64> value = ParseNumber(text);
  if (!value) return std::nullopt;
  return *value * factor;
}

std::optional<f64> ParseShare(std::string_view text) {
  const bool percent = TakeSuffix(text, "%");
  const std::optional<f64> value = ParseNumber(text);
  if (!value) return std::nullopt;
  const f64 share = percent ? *value / 100 : *value;
  if (share < 0 || share > 1) return std::nullopt;
  return share;
}

const char* ExpectedForm(Unit unit) {
  switch (unit) {
    case Unit::kDuration:
      return "a duration such as 90s, 5m or 1h30m";
    case Unit::kRate:
      return "a rate such as 120rps";
    case Unit::kQuantity:
      return "a quantity such as 500m, 2 or 1Gi";
    case Unit::kNumber:
      return "a number";
    case Unit::kCount:
      return "a whole number, 0 or more";
    case Unit::kFlag:
      return "true or false";
    case Unit::kText:
      return "a text";
  }
  return "";
}

std::optional<Threshold> ParseThreshold(std::string_view text, Unit unit) {
  const auto skip_spaces = [&text] {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
  };
  skip_spaces();
  if (!text.starts_with('<')) return std::nullopt;
  text.remove_prefix(1);
  if (text.starts_with('=')) text.remove_prefix(1);
  skip_spaces();
  if (TakeSuffix(text, "baseline")) {
    skip_spaces();
    if (!TakeSuffix(text, "x")) return std::nullopt;
    skip_spaces();
    const std::optional<f64> times = ParseNumber(text);
    if (!times || *times <= 0) return std::nullopt;
    return Threshold{.times_baseline = true, .value = *times};
  }
  if (unit == Unit::kDuration) {
    const std::optional<SimTime> duration = ParseDuration(text);
    if (!duration || *duration <= 0) return std::nullopt;
    return Threshold{.times_baseline = false, .value = static_cast<f64>(*duration)};
  }
  const std::optional<f64> share = ParseShare(text);
  if (!share || *share <= 0) return std::nullopt;
  return Threshold{.times_baseline = false, .value = *share};
}

}  // namespace wt
