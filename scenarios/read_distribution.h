// SPDX-License-Identifier: Apache-2.0
// A Distribution from a document: forms of distribution.h, checked.
#pragma once

#include <optional>
#include <string>

#include "scenarios/distribution.h"
#include "scenarios/field.h"

namespace wt {

// What a value may be. Ends are included; texts ignore them.
struct ValueRule {
  Unit unit = Unit::kNumber;
  f64 low = 0;
  f64 high = 1e300;
  bool may_vary = true;  // false: a distribution is refused
};

// The value or law at `field`; `fallback` when absent. On a complaint the fallback is returned, so
// that reading goes on. Checked: form, unit, order of ends, chances > 0, and that everything that
// can be drawn lies in the rule's range (of a log-normal: its median and its p99).
Distribution ReadDistribution(const Field& field, const ValueRule& rule,
                              const Distribution& fallback);

// One scalar in the unit's form, in base units; complains and returns nothing otherwise.
std::optional<f64> ReadScalar(const Field& field, const ValueRule& rule);

// The same for a text that is no field of its own (a key of `weighted`, a default in a table).
std::optional<f64> ParseScalar(const std::string& text, Unit unit);

// A value of the unit as a user would write it: 90s, 120rps, 0.5.
std::string ScalarForm(Unit unit, f64 value);

}  // namespace wt
