// SPDX-License-Identifier: Apache-2.0
// Simulated time: signed 64-bit nanoseconds since the start of the episode. Objects that existed
// before the start carry negative times.
#pragma once

#include "sim/api/ints.h"

namespace wt {

using SimTime = i64;

inline constexpr SimTime kNanosecond = 1;
inline constexpr SimTime kMillisecond = 1'000'000;
inline constexpr SimTime kSecond = 1'000 * kMillisecond;
inline constexpr SimTime kMinute = 60 * kSecond;
inline constexpr SimTime kHour = 60 * kMinute;
inline constexpr SimTime kForever = INT64_MAX;

// Rows keep instants as 32-bit milliseconds: +-24.8 days around the start.
constexpr i32 ToMs(SimTime at) { return static_cast<i32>(at / kMillisecond); }
constexpr SimTime FromMs(i32 at_ms) { return at_ms * kMillisecond; }
constexpr f64 ToSeconds(SimTime at) { return static_cast<f64>(at) / static_cast<f64>(kSecond); }

}  // namespace wt
