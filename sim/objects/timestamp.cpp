// SPDX-License-Identifier: Apache-2.0
// Calendar arithmetic: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days
// and days_from_civil.
#include "sim/objects/timestamp.h"

#include <fmt/format.h>

namespace wt {
namespace {

constexpr i64 kDay = 86'400;

i64 FloorDiv(i64 a, i64 b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

i64 DaysFromCivil(i64 year, i64 month, i64 day) {
  year -= month <= 2 ? 1 : 0;
  const i64 era = FloorDiv(year, 400);
  const i64 year_of_era = year - era * 400;
  const i64 day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const i64 day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

std::optional<i64> Digits(std::string_view text, std::size_t at, std::size_t count) {
  i64 value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

std::string UnixTimestamp(i64 unix_s) {
  const i64 days = FloorDiv(unix_s, kDay);
  const i64 second = unix_s - days * kDay;
  const i64 z = days + 719'468;
  const i64 era = FloorDiv(z, 146'097);
  const i64 doe = z - era * 146'097;
  const i64 yoe = (doe - doe / 1'460 + doe / 36'524 - doe / 146'096) / 365;
  const i64 doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const i64 mp = (5 * doy + 2) / 153;
  const i64 month = mp < 10 ? mp + 3 : mp - 9;
  const i64 year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", year, month,
                     doy - (153 * mp + 2) / 5 + 1, second / 3'600, second / 60 % 60, second % 60);
}

std::string Timestamp(i32 at_ms) { return UnixTimestamp(kEpochUnixS + FloorDiv(at_ms, 1'000)); }

std::optional<i64> ParseUnixTimestamp(std::string_view text) {
  if (text.size() != 20) return std::nullopt;
  const auto year = Digits(text, 0, 4), month = Digits(text, 5, 2), day = Digits(text, 8, 2);
  const auto hour = Digits(text, 11, 2), minute = Digits(text, 14, 2), second = Digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const i64 at =
      DaysFromCivil(*year, *month, *day) * kDay + *hour * 3'600 + *minute * 60 + *second;
  if (UnixTimestamp(at) != text) return std::nullopt;
  return at;
}

}  // namespace wt
