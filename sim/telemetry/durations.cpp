// SPDX-License-Identifier: Apache-2.0
#include "sim/telemetry/durations.h"

namespace wt {
namespace {

std::string Two(i64 large, const char* large_unit, i64 small, const char* small_unit) {
  std::string text = std::to_string(large) + large_unit;
  if (small != 0) text += std::to_string(small) + small_unit;
  return text;
}

}  // namespace

std::string HumanDuration(i64 seconds) {
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return Two(seconds, "s", 0, "");
  const i64 minutes = seconds / 60;
  if (minutes < 10) return Two(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return Two(minutes, "m", 0, "");
  const i64 hours = minutes / 60;
  if (hours < 8) return Two(hours, "h", minutes % 60, "m");
  if (hours < 48) return Two(hours, "h", 0, "");
  const i64 days = hours / 24;
  if (days < 8) return Two(days, "d", hours % 24, "h");
  if (days < 2 * 365) return Two(days, "d", 0, "");
  return Two(days / 365, "y", days < 8 * 365 ? days % 365 : 0, "d");
}

}  // namespace wt
