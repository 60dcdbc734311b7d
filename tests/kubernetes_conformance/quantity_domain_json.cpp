// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/quantity.h"
#include "tests/kubernetes_conformance/compare.h"
#include "tests/kubernetes_conformance/domains.h"

namespace wt::conformance {
namespace {

// Beyond int64 upstream answers 0; such a member says nothing.
bool FitsInt64(const Quantity& q, i32 scale) {
  Quantity limit = QuantityFromInteger(i64{1} << 62, QuantityFormat::kDecimalSI);
  limit.scale = scale;
  Quantity size = q;
  if (size.unscaled < 0) size.unscaled = -size.unscaled;
  return Compare(size, limit) < 0;
}

// Upstream has no suffix above E and prints "1" for 1000E; such a text says nothing.
bool HasSuffix(Quantity q) {
  q.literal.clear();
  q.format = QuantityFormat::kDecimalExponent;
  const std::string text = CanonicalText(q);
  const std::size_t at = text.find('e');
  return at == std::string::npos || std::stoi(text.substr(at + 1)) <= 18;
}

std::string CanonicalDifference(std::string_view name, const Quantity& got, std::string_view want) {
  return HasSuffix(got) ? TextDifference(name, CanonicalText(got), want) : "";
}

std::string CheckOne(const Result<Quantity>& got, const Json& want) {
  if (const Json* error = Find(want, "error")) {
    if (got.ok()) return "parsed, want error " + error->get<std::string>();
    return TextDifference("error", got.error().what, TextOf(*error));
  }
  if (!got.ok()) return "error " + got.error().what;
  std::string out = CanonicalDifference("canonical", *got, Text(want, "canonical"));
  if (out.empty()) out = TextDifference("format", FormatName(got->format), Text(want, "format"));
  if (out.empty() && Sign(*got) != Int(want, "sign")) out = "sign differs";
  if (out.empty() && FitsInt64(*got, 0)) {
    out = TextDifference("value", std::to_string(Value(*got)), Text(want, "value"));
  }
  if (out.empty() && FitsInt64(*got, -3)) {
    out = TextDifference("milliValue", std::to_string(MilliValue(*got)), Text(want, "milliValue"));
  }
  return out;
}

}  // namespace

std::string CheckQuantity(const Json& input, const Json& want) {
  const Result<Quantity> a = ParseQuantity(Text(input, "a"));
  const Result<Quantity> b = ParseQuantity(Text(input, "b"));
  std::string out = CheckOne(a, want.at("a"));
  if (!out.empty()) return "a: " + out;
  out = CheckOne(b, want.at("b"));
  if (!out.empty()) return "b: " + out;
  if (!a.ok() || !b.ok()) return "";
  if (Compare(*a, *b) != Int(want, "cmp")) return "cmp differs";
  out = CanonicalDifference("sum", Add(*a, *b), Text(want, "sum"));
  if (!out.empty()) return out;
  return CanonicalDifference("difference", Sub(*a, *b), Text(want, "difference"));
}

}  // namespace wt::conformance
