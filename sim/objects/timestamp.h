// SPDX-License-Identifier: Apache-2.0
// Wall-clock texts of simulated instants. Simulated time 0 is kEpochUnixS.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/api/ints.h"
#include "sim/api/time.h"

namespace wt {

inline constexpr i64 kEpochUnixS = 1767225600;  // 2026-01-01T00:00:00Z

// RFC 3339 in UTC with whole seconds, as metav1.Time is written: "2026-01-01T00:05:10Z".
std::string UnixTimestamp(i64 unix_s);
// Of an instant in the World; milliseconds are cut off as metav1.Time does.
std::string Timestamp(i32 at_ms);

// Seconds since 1970 of a text that UnixTimestamp would have written; nothing for any other.
std::optional<i64> ParseUnixTimestamp(std::string_view text);

// What `kubectl rollout restart` writes at this instant (Deployment.restarted_at_s).
constexpr u32 RestartStamp(SimTime now) {
  const i64 floor_s = now >= 0 ? now / kSecond : -((-now + kSecond - 1) / kSecond);
  return static_cast<u32>(kEpochUnixS + floor_s);
}

}  // namespace wt
