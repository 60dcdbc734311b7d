// SPDX-License-Identifier: Apache-2.0
#include "scenarios/distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/api/check.h"
#include "sim/math.h"

namespace wt {
namespace {

constexpr f64 kZ99 = 2.3263478740408408;  // standard normal quantile of 0.99

f64 Sigma(const Distribution& d) { return d.low > 0 ? Log(d.high / d.low) / kZ99 : 0; }

size_t Pick(const Distribution& d, f64 u) {
  size_t i = 0;
  while (i + 1 < d.upto.size() && u >= d.upto[i]) ++i;
  return i;
}

f64 Chance(const Distribution& d, size_t i) { return d.upto[i] - (i > 0 ? d.upto[i - 1] : 0); }

// E[X^2]; only for laws whose mean is not in closed form together with it.
f64 SecondMoment(const Distribution& d) {
  if (d.form == Distribution::Form::kUniform) {
    return (d.low * d.low + d.low * d.high + d.high * d.high) / 3;
  }
  f64 sum = 0;
  for (size_t i = 0; i < d.values.size(); ++i) sum += Chance(d, i) * d.values[i] * d.values[i];
  return sum;
}

}  // namespace

Distribution Distribution::Of(Unit unit, f64 value) {
  Distribution d;
  d.unit = unit;
  d.low = d.high = value;
  return d;
}

Distribution Distribution::OfText(std::string text) {
  Distribution d;
  d.unit = Unit::kText;
  d.texts.push_back(std::move(text));
  return d;
}

Distribution Distribution::Uniform(Unit unit, f64 low, f64 high) {
  Distribution d = Of(unit, low);
  d.form = Form::kUniform;
  d.high = high;
  return d;
}

Distribution Distribution::LogNormal(Unit unit, f64 median, f64 p99) {
  Distribution d = Uniform(unit, median, p99);
  d.form = Form::kLogNormal;
  return d;
}

f64 SampleNumber(const Distribution& d, f64 u) {
  WT_CHECK(d.unit != Unit::kText, "a number is drawn from a numeric law");
  const bool whole = d.unit == Unit::kCount || d.unit == Unit::kDuration;
  switch (d.form) {
    case Distribution::Form::kConstant:
      return d.low;
    case Distribution::Form::kUniform: {
      const f64 width = d.high - d.low + (d.unit == Unit::kCount ? 1 : 0);
      const f64 value = d.low + u * width;
      return std::min(whole ? std::floor(value) : value, d.high);
    }
    case Distribution::Form::kLogNormal: {
      const f64 value = d.low * Exp(Sigma(d) * NormalQuantile(u));
      return whole ? std::floor(value) : value;
    }
    case Distribution::Form::kChoice:
      return d.values[Pick(d, u)];
  }
  return d.low;
}

SimTime SampleDuration(const Distribution& d, f64 u) {
  WT_CHECK(d.unit == Unit::kDuration, "a duration is drawn from a law of durations");
  constexpr f64 kMax = 9.2e18;
  return static_cast<SimTime>(std::min(SampleNumber(d, u), kMax));
}

const std::string& SampleText(const Distribution& d, f64 u) {
  WT_CHECK(d.unit == Unit::kText && !d.texts.empty(), "a text is drawn from a law of texts");
  return d.form == Distribution::Form::kChoice ? d.texts[Pick(d, u)] : d.texts[0];
}

Range Support(const Distribution& d) {
  WT_CHECK(d.unit != Unit::kText, "texts have no range");
  switch (d.form) {
    case Distribution::Form::kConstant:
      return {d.low, d.low};
    case Distribution::Form::kUniform:
      return {d.low, d.high};
    case Distribution::Form::kLogNormal:
      if (d.low == d.high) return {d.low, d.low};
      return {0, std::numeric_limits<f64>::infinity()};
    case Distribution::Form::kChoice: {
      const auto [low, high] = std::minmax_element(d.values.begin(), d.values.end());
      return {*low, *high};
    }
  }
  return {};
}

f64 Mean(const Distribution& d) {
  WT_CHECK(d.unit != Unit::kText, "texts have no mean");
  switch (d.form) {
    case Distribution::Form::kConstant:
      return d.low;
    case Distribution::Form::kUniform:
      return (d.low + d.high) / 2;
    case Distribution::Form::kLogNormal: {
      const f64 sigma = Sigma(d);
      return d.low * Exp(sigma * sigma / 2);
    }
    case Distribution::Form::kChoice: {
      f64 sum = 0;
      for (size_t i = 0; i < d.values.size(); ++i) sum += Chance(d, i) * d.values[i];
      return sum;
    }
  }
  return d.low;
}

f64 SquaredVariation(const Distribution& d) {
  if (d.form == Distribution::Form::kConstant) return 0;
  if (d.form == Distribution::Form::kLogNormal) {
    const f64 sigma = Sigma(d);
    return Exp(sigma * sigma) - 1;
  }
  const f64 mean = Mean(d);
  if (mean == 0) return 0;
  return SecondMoment(d) / (mean * mean) - 1;
}

}  // namespace wt
