// SPDX-License-Identifier: Apache-2.0
#include "scenarios/read_distribution.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "scenarios/nearest.h"

namespace wt {
namespace {

const std::string kForms[] = {"uniform", "lognormal", "choice", "weighted"};

std::string RangeText(const ValueRule& rule) {
  if (rule.high >= 1e300) return ScalarForm(rule.unit, rule.low) + " or more";
  return "from " + ScalarForm(rule.unit, rule.low) + " to " + ScalarForm(rule.unit, rule.high);
}

bool InRange(const Field& field, f64 value, const ValueRule& rule) {
  if (value >= rule.low && value <= rule.high) return true;
  field.Fail(field.ScalarText() + " is out of range; expected " + RangeText(rule));
  return false;
}

std::optional<f64> NumberOf(const Field& field, Unit unit) {
  if (field.IsString()) {
    if (unit == Unit::kNumber || unit == Unit::kCount || unit == Unit::kFlag) return std::nullopt;
    return ParseScalar(field.ScalarText(), unit);
  }
  if (field.IsBool()) {
    if (unit != Unit::kFlag) return std::nullopt;
    return field.Bool() ? 1.0 : 0.0;
  }
  if (!field.IsNumber()) return std::nullopt;
  if (unit == Unit::kNumber || unit == Unit::kQuantity) return field.Number();
  if (unit == Unit::kCount && field.Integer()) return static_cast<f64>(*field.Integer());
  if (unit == Unit::kDuration && field.Integer() == 0) return 0.0;
  return std::nullopt;
}

Distribution ReadUniform(const Field& field, const ValueRule& rule, const Distribution& fallback) {
  const std::vector<Field> ends = field.Elements();
  if (rule.unit == Unit::kText || rule.unit == Unit::kFlag) {
    field.Fail("texts have no order; expected choice or weighted");
    return fallback;
  }
  if (ends.size() != 2) {
    field.Fail("not two ends; expected [low, high]");
    return fallback;
  }
  const std::optional<f64> low = ReadScalar(ends[0], rule), high = ReadScalar(ends[1], rule);
  if (!low || !high) return fallback;
  if (*low > *high) {
    field.Fail("the first end is above the second; expected [low, high]");
    return fallback;
  }
  return Distribution::Uniform(rule.unit, *low, *high);
}

Distribution ReadLogNormal(const Field& field, const ValueRule& rule,
                           const Distribution& fallback) {
  static const std::string kKeys[] = {"median", "p99"};
  if (rule.unit == Unit::kText || rule.unit == Unit::kFlag) {
    field.Fail("texts have no order; expected choice or weighted");
    return fallback;
  }
  if (!field.ExpectMap(kKeys)) return fallback;
  const Field median_field = field["median"], p99_field = field["p99"];
  for (const Field* needed : {&median_field, &p99_field}) {
    if (!needed->present()) {
      needed->Fail("missing; expected median and p99");
      return fallback;
    }
  }
  const std::optional<f64> median = ReadScalar(median_field, rule);
  const std::optional<f64> p99 = ReadScalar(p99_field, rule);
  if (!median || !p99) return fallback;
  if (*median <= 0 || *p99 < *median) {
    field.Fail("not a log-normal; expected 0 < median <= p99");
    return fallback;
  }
  return Distribution::LogNormal(rule.unit, *median, *p99);
}

Distribution ChoiceOf(Unit unit) {
  Distribution d;
  d.form = Distribution::Form::kChoice;
  d.unit = unit;
  return d;
}

// Adds one scalar to a choice; complains if it does not fit.
bool AddChoice(const Field& field, const ValueRule& rule, Distribution& into) {
  if (rule.unit == Unit::kText) {
    if (!field.IsScalar()) {
      field.Fail("not a text; expected a text");
      return false;
    }
    into.texts.push_back(field.ScalarText());
    return true;
  }
  const std::optional<f64> value = ReadScalar(field, rule);
  if (value) into.values.push_back(*value);
  return value.has_value();
}

Distribution ReadChoice(const Field& field, const ValueRule& rule, const Distribution& fallback) {
  const std::vector<Field> elements = field.Elements();
  if (elements.empty()) {
    field.Fail("nothing to choose from; expected a list such as [a, b]");
    return fallback;
  }
  Distribution d = ChoiceOf(rule.unit);
  bool fits = true;
  for (const Field& element : elements) fits = AddChoice(element, rule, d) && fits;
  if (!fits) return fallback;
  for (size_t i = 1; i <= elements.size(); ++i) {
    d.upto.push_back(static_cast<f64>(i) / static_cast<f64>(elements.size()));
  }
  return d;
}

// A key of `weighted` is a text whatever it looks like; read it in the unit's form.
bool AddWeightedKey(const Field& field, const ValueRule& rule, Distribution& into) {
  if (rule.unit == Unit::kText) {
    into.texts.push_back(field.name());
    return true;
  }
  const std::optional<f64> value = ParseScalar(field.name(), rule.unit);
  if (!value || *value < rule.low || *value > rule.high) {
    field.FailAtKey("\"" + field.name() + "\" does not fit; expected " + ExpectedForm(rule.unit) +
                    ", " + RangeText(rule));
    return false;
  }
  into.values.push_back(*value);
  return true;
}

Distribution ReadWeighted(const Field& field, const ValueRule& rule, const Distribution& fallback) {
  if (!field.IsMap() || field.Keys().empty()) {
    field.Fail("nothing to choose from; expected a map such as {a: 3, b: 1}");
    return fallback;
  }
  Distribution d = ChoiceOf(rule.unit);
  f64 sum = 0;
  bool fits = true;
  for (const std::string& key : field.Keys()) {
    const Field weight = field[key];
    if (!weight.IsNumber() || !(weight.Number() > 0) || weight.Number() > 1e12) {
      weight.Fail("not a weight; expected a number above 0");
      fits = false;
      continue;
    }
    fits = AddWeightedKey(weight, rule, d) && fits;
    sum += weight.Number();
    d.upto.push_back(sum);
  }
  if (!fits) return fallback;
  for (f64& upto : d.upto) upto /= sum;
  d.upto.back() = 1;
  return d;
}

}  // namespace

std::optional<f64> ParseScalar(const std::string& text, Unit unit) {
  switch (unit) {
    case Unit::kDuration: {
      const std::optional<SimTime> duration = ParseDuration(text);
      if (!duration) return std::nullopt;
      return static_cast<f64>(*duration);
    }
    case Unit::kRate:
      return ParseRate(text);
    case Unit::kQuantity:
      return QuantityNumber(text);
    case Unit::kNumber:
      return ParseNumber(text);
    case Unit::kCount: {
      const std::optional<f64> value = ParseNumber(text);
      if (!value || *value != std::floor(*value) || *value < 0) return std::nullopt;
      return value;
    }
    case Unit::kFlag:
      if (text == "true") return 1.0;
      if (text == "false") return 0.0;
      return std::nullopt;
    case Unit::kText:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string ScalarForm(Unit unit, f64 value) {
  if (unit == Unit::kDuration) return DurationText(static_cast<SimTime>(value));
  if (unit == Unit::kRate) return fmt::format("{}rps", value);
  if (unit == Unit::kFlag) return value != 0 ? "true" : "false";
  return fmt::format("{}", value);
}

std::optional<f64> ReadScalar(const Field& field, const ValueRule& rule) {
  const std::optional<f64> value = NumberOf(field, rule.unit);
  if (!value) {
    const std::string shown = field.IsScalar() ? "\"" + field.ScalarText() + "\"" : "this";
    if (rule.unit == Unit::kDuration && field.IsString() &&
        LooksLikeDuration(field.ScalarText())) {
      field.Fail(shown + " is out of range; expected " + RangeText(rule));
      return std::nullopt;
    }
    field.Fail(shown + " is not readable; expected " + ExpectedForm(rule.unit));
    return std::nullopt;
  }
  if (!InRange(field, *value, rule)) return std::nullopt;
  return value;
}

Distribution ReadDistribution(const Field& field, const ValueRule& rule,
                              const Distribution& fallback) {
  if (!field.present()) return fallback;
  if (field.IsScalar()) {
    if (rule.unit == Unit::kText) return Distribution::OfText(field.ScalarText());
    const std::optional<f64> value = ReadScalar(field, rule);
    return value ? Distribution::Of(rule.unit, *value) : fallback;
  }
  if (!field.IsMap() || !rule.may_vary) {
    field.Fail(std::string("not readable; expected ") + ExpectedForm(rule.unit));
    return fallback;
  }
  const std::vector<std::string> keys = field.Keys();
  if (keys.size() != 1) {
    field.Fail("not a distribution; expected exactly one of " + JoinWords(kForms));
    return fallback;
  }
  const Field law = field[keys[0]];
  if (keys[0] == "uniform") return ReadUniform(law, rule, fallback);
  if (keys[0] == "lognormal") return ReadLogNormal(law, rule, fallback);
  if (keys[0] == "choice") return ReadChoice(law, rule, fallback);
  if (keys[0] == "weighted") return ReadWeighted(law, rule, fallback);
  law.FailAtKey("unknown distribution; expected " + JoinWords(kForms) +
                DidYouMean(keys[0], kForms));
  return fallback;
}

}  // namespace wt
