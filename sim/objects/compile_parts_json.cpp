// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/compile_parts.h"
#include "sim/objects/quantity.h"

namespace wt {
namespace {

SelectorOp OpOf(std::string_view text) {
  if (text == "NotIn") return SelectorOp::kNotIn;
  if (text == "Exists") return SelectorOp::kExists;
  if (text == "DoesNotExist") return SelectorOp::kDoesNotExist;
  return SelectorOp::kIn;
}

}  // namespace

std::vector<LabelPair> CompileLabels(const Json& map, Interner& interner) {
  std::vector<LabelPair> pairs;
  if (!map.is_object()) return pairs;
  for (const auto& [key, value] : map.items()) {
    const StrId key_id = interner.Intern(key);
    pairs.push_back({key_id, interner.Intern(TextOf(value))});
  }
  return pairs;
}

Selector CompileSelector(const Json* selector, Interner& interner,
                         std::vector<SelectorTerm>& terms) {
  Selector out;
  out.matches_nothing = selector == nullptr ? 1 : 0;
  if (selector == nullptr) return out;
  u8 group = 0;
  for (const LabelPair& pair : CompileLabels(Map(*selector, "matchLabels"), interner)) {
    terms.push_back({pair.key, pair.value, SelectorOp::kIn, group++, 0});
  }
  for (const Json& expression : List(*selector, "matchExpressions")) {
    const SelectorOp op = OpOf(Text(expression, "operator"));
    const StrId key = interner.Intern(Text(expression, "key"));
    const Json& values = List(expression, "values");
    if (values.empty()) terms.push_back({key, 0, op, group, 0});
    for (const Json& value : values) {
      terms.push_back({key, interner.Intern(TextOf(value)), op, group, 0});
    }
    ++group;
  }
  return out;
}

IntOrPercent CompileIntOrPercent(const Json* value, IntOrPercent fallback) {
  if (value == nullptr) return fallback;
  if (value->is_number_integer()) return {value->get<i32>(), 0};
  const std::string_view text = TextOf(*value);
  i32 number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return {number, text.ends_with('%') ? 1u : 0u};
}

TaintEffect CompileEffect(std::string_view effect) {
  if (effect == "NoSchedule") return TaintEffect::kNoSchedule;
  if (effect == "PreferNoSchedule") return TaintEffect::kPreferNoSchedule;
  if (effect == "NoExecute") return TaintEffect::kNoExecute;
  return TaintEffect::kNone;
}

i64 BytesOf(const Json& resources, std::string_view name) {
  const auto quantity = ParseQuantity(Text(resources, name));
  return quantity ? Value(*quantity) : 0;
}

i32 MillicoresOf(const Json& resources, std::string_view name) {
  const auto quantity = ParseQuantity(Text(resources, name));
  return quantity ? static_cast<i32>(std::clamp<i64>(MilliValue(*quantity), 0, INT32_MAX)) : 0;
}

}  // namespace wt
