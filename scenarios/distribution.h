// SPDX-License-Identifier: Apache-2.0
// A value, or a law that `seed` draws it from:
//   5m                                  constant
//   {uniform: [60s, 180s]}              both ends included for counts
//   {lognormal: {median: 2s, p99: 6s}}  sigma = ln(p99 / median) / 2.3263 (99 % point of N(0, 1))
//   {choice: [a, b]}                    equal chances
//   {weighted: {a: 3, b: 1}}            chances in proportion
// Drawing takes a uniform number as an argument: whoever owns the random stream brings it, and a
// draw is a pure function with the same bits on every build (sim/math.h, no libm).
#pragma once

#include <string>
#include <vector>

#include "scenarios/units.h"
#include "sim/api/ints.h"
#include "sim/api/time.h"

namespace wt {

struct Distribution {
  enum class Form : u8 { kConstant, kUniform, kLogNormal, kChoice };

  Form form = Form::kConstant;
  Unit unit = Unit::kNumber;
  // Numbers in base units (ns, rps, cores or bytes, 1/0), exact up to 2^53.
  f64 low = 0;   // kConstant: the value; kUniform: lower end; kLogNormal: median
  f64 high = 0;  // kUniform: upper end; kLogNormal: p99
  // kChoice, weighted or not: parallel lists; `upto` is the running sum of chances, last is 1.
  std::vector<f64> values;         // numeric units
  std::vector<std::string> texts;  // kText; a constant text is texts[0]
  std::vector<f64> upto;

  static Distribution Of(Unit unit, f64 value);
  static Distribution OfText(std::string text);
  static Distribution Uniform(Unit unit, f64 low, f64 high);
  static Distribution LogNormal(Unit unit, f64 median, f64 p99);

};

// REQUIRES: unit is not kText; u in [0, 1). Whole for kCount and kDuration (rounded down).
f64 SampleNumber(const Distribution& distribution, f64 u);
// REQUIRES: unit is kDuration.
SimTime SampleDuration(const Distribution& distribution, f64 u);
// REQUIRES: unit is kText.
const std::string& SampleText(const Distribution& distribution, f64 u);

// Smallest and largest value that can come out; a log-normal has no largest (infinity) and its
// smallest is 0. REQUIRES: unit is not kText.
struct Range {
  f64 low = 0;
  f64 high = 0;
};
Range Support(const Distribution& distribution);

// Mean of the law. For a log-normal: median * exp(sigma^2 / 2). REQUIRES: unit is not kText.
f64 Mean(const Distribution& distribution);
// Squared coefficient of variation, variance / mean^2; 0 for a constant. Log-normal:
// exp(sigma^2) - 1. REQUIRES: unit is not kText.
f64 SquaredVariation(const Distribution& distribution);

}  // namespace wt
