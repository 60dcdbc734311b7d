// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/cron_expression.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <vector>

#include "sim/api/ints.h"

namespace wt {
namespace {

struct Bounds {
  i64 min, max;
  std::string_view names;  // three letters each, from min on
};

constexpr std::array<Bounds, 5> kFields{{{0, 59, ""},
                                         {0, 23, ""},
                                         {1, 31, ""},
                                         {1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
                                         {0, 6, "sunmontuewedthufrisat"}}};

std::vector<std::string_view> Split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  std::size_t at = 0;
  while (at <= text.size()) {
    std::size_t end = text.find_first_of(separators, at);
    if (end == std::string_view::npos) end = text.size();
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  for (const std::string_view part : Split(text, " \t\n\r\v\f")) {
    if (!part.empty()) words.push_back(part);
  }
  return words;
}

char LowerCase(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string Number(std::string_view text, i64& out) {
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (failed != std::errc() || end != digits.data() + digits.size()) {
    return fmt::format("failed to parse int from {}: strconv.Atoi: parsing \"{}\": invalid syntax",
                       text, text);
  }
  return out < 0 ? fmt::format("negative number ({}) not allowed: {}", out, text) : "";
}

std::string NumberOrName(std::string_view text, const Bounds& bounds, i64& out) {
  for (std::size_t k = 0; text.size() == 3 && k < bounds.names.size(); k += 3) {
    const std::string_view name = bounds.names.substr(k, 3);
    if (LowerCase(text[0]) == name[0] && LowerCase(text[1]) == name[1] &&
        LowerCase(text[2]) == name[2]) {
      out = bounds.min + static_cast<i64>(k / 3);
      return "";
    }
  }
  return Number(text, out);
}

// One element of a list: star, number or range, with an optional step.
std::string Range(std::string_view text, const Bounds& bounds) {
  const std::vector<std::string_view> range_step = Split(text, "/");
  const std::vector<std::string_view> low_high = Split(range_step[0], "-");
  const bool single = low_high.size() == 1;
  i64 start = bounds.min;
  i64 end = bounds.max;
  std::string complaint;
  if (low_high[0] != "*" && low_high[0] != "?") {
    complaint = NumberOrName(low_high[0], bounds, start);
    end = start;
    if (complaint.empty() && low_high.size() == 2) {
      complaint = NumberOrName(low_high[1], bounds, end);
    }
    if (!complaint.empty()) return complaint;
    if (low_high.size() > 2) return fmt::format("too many hyphens: {}", text);
  }
  i64 step = 1;
  if (range_step.size() == 2) {
    complaint = Number(range_step[1], step);
    if (!complaint.empty()) return complaint;
    if (single) end = bounds.max;
  } else if (range_step.size() > 2) {
    return fmt::format("too many slashes: {}", text);
  }
  if (start < bounds.min) {
    return fmt::format("beginning of range ({}) below minimum ({}): {}", start, bounds.min, text);
  }
  if (end > bounds.max) {
    return fmt::format("end of range ({}) above maximum ({}): {}", end, bounds.max, text);
  }
  if (start > end) {
    return fmt::format("beginning of range ({}) beyond end of range ({}): {}", start, end, text);
  }
  return step == 0 ? fmt::format("step of range should be a positive number: {}", text) : "";
}

std::string Descriptor(std::string_view text) {
  for (const std::string_view known :
       {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}) {
    if (text == known) return "";
  }
  constexpr std::string_view kEvery = "@every ";
  if (!text.starts_with(kEvery)) return fmt::format("unrecognized descriptor: {}", text);
  const std::string_view duration = text.substr(kEvery.size());
  const bool plausible =
      !duration.empty() && duration.front() >= '0' && duration.front() <= '9' &&
      (duration.back() == 's' || duration.back() == 'm' || duration.back() == 'h');
  if (plausible) return "";
  return fmt::format("failed to parse duration {}: time: invalid duration \"{}\"", text, duration);
}

}  // namespace

std::string CronComplaint(std::string_view schedule) {
  if (schedule.empty()) return "empty spec string";
  if (schedule.starts_with('@')) return Descriptor(schedule);
  const std::vector<std::string_view> words = Words(schedule);
  if (words.size() != kFields.size()) {
    std::string shown;
    for (const std::string_view word : words) {
      if (!shown.empty()) shown += ' ';
      shown += word;
    }
    return fmt::format("expected exactly 5 fields, found {}: [{}]", words.size(), shown);
  }
  for (std::size_t k = 0; k < words.size(); ++k) {
    for (const std::string_view part : Split(words[k], ",")) {
      if (part.empty()) continue;
      std::string complaint = Range(part, kFields[k]);
      if (!complaint.empty()) return complaint;
    }
  }
  return "";
}

}  // namespace wt
