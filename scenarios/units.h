// SPDX-License-Identifier: Apache-2.0
// Values with units as users write them. Every parser takes the whole text or returns nothing;
// the message of what was expected is ExpectedForm(unit).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/api/ints.h"
#include "sim/api/time.h"

namespace wt {

enum class Unit : u8 {
  kDuration,  // Go duration, as nanoseconds: "90s", "1h30m", "1.5ms"
  kRate,      // requests per second: "120rps"
  kQuantity,  // Kubernetes quantity, in base units (cores, bytes): "500m", "1Gi"
  kNumber,    // any finite number
  kCount,     // whole number >= 0
  kFlag,      // true or false, as 1 and 0
  kText,
};

// Go's time.ParseDuration (src/time/format.go): [-+]?(number unit)+ with units ns us µs ms s m h,
// or "0". Whole nanoseconds, cut toward zero. Nothing when malformed or beyond +-2^63 ns.
std::optional<SimTime> ParseDuration(std::string_view text);

// Such a text but for its size: what ParseDuration reads, or would if it were not too long.
bool LooksLikeDuration(std::string_view text);

// The shortest Go form: 5400 s -> "1h30m0s", as Duration.String prints it.
std::string DurationText(SimTime duration);

// "120rps", "0.5rps", "120/s"; not negative.
std::optional<f64> ParseRate(std::string_view text);

// A Kubernetes quantity in base units: digits with an optional fraction, then one of
// n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or an exponent e3/E3.
// Source: k8s.io/apimachinery pkg/api/resource/quantity.go, grammar in the comment of Quantity.
std::optional<f64> QuantityNumber(std::string_view text);

// A plain decimal number, whole text, finite.
std::optional<f64> ParseNumber(std::string_view text);

// "1%" -> 0.01, "0.01" -> 0.01; in [0, 1].
std::optional<f64> ParseShare(std::string_view text);

// What a value of the unit looks like, for error messages: `a duration such as 90s or 1h30m`.
const char* ExpectedForm(Unit unit);

// A limit of an objective: "<1%", "<250ms", "<2x baseline".
struct Threshold {
  bool times_baseline = false;  // value is a multiple of the baseline
  f64 value = 0;                // else in base units: share of 1, or nanoseconds
};
// `unit` kNumber reads shares (error rates), kDuration reads latencies; both know the baseline.
std::optional<Threshold> ParseThreshold(std::string_view text, Unit unit);

}  // namespace wt
