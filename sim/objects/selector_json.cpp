// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/selector.h"

namespace wt {
namespace {

bool Integer(std::string_view text, i64& out) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc() && end == text.data() + text.size();
}

bool Holds(const Requirement& r, const Json& labels) {
  const Json* label = Find(labels, r.key);
  const bool present = label != nullptr;
  const std::string_view value = present ? TextOf(*label) : std::string_view();
  const auto listed = [&] {
    return std::find(r.values.begin(), r.values.end(), value) != r.values.end();
  };
  switch (r.op) {
    case RequirementOp::kExists:
      return present;
    case RequirementOp::kNotExists:
      return !present;
    case RequirementOp::kEquals:
    case RequirementOp::kDoubleEquals:
    case RequirementOp::kIn:
      return present && listed();
    case RequirementOp::kNotEquals:
    case RequirementOp::kNotIn:
      return !present || !listed();
    case RequirementOp::kGreater:
    case RequirementOp::kLess:
      break;
  }
  i64 left = 0;
  i64 right = 0;
  if (!present || r.values.empty() || !Integer(value, left)) return false;
  if (!Integer(r.values[0], right)) return false;
  return r.op == RequirementOp::kGreater ? left > right : left < right;
}

}  // namespace

bool Matches(const LabelSelector& selector, const Json& labels) {
  return std::all_of(selector.all.begin(), selector.all.end(),
                     [&](const Requirement& r) { return Holds(r, labels); });
}

bool Matches(const FieldSelector& selector, const Json& fields) {
  return std::all_of(selector.all.begin(), selector.all.end(), [&](const FieldTerm& term) {
    return (Text(fields, term.field) == term.value) == term.equal;
  });
}

bool Matches(const ObjectSelector& selector, const Json& labels) {
  return !selector.matches_nothing && Matches(selector.selector, labels);
}

Result<ObjectSelector> ReadLabelSelector(const Json* selector) {
  ObjectSelector out;
  if (selector == nullptr || !selector->is_object()) return out;
  out.matches_nothing = false;
  for (const auto& [key, value] : Map(*selector, "matchLabels").items()) {
    out.selector.all.push_back({key, RequirementOp::kEquals, {std::string(TextOf(value))}});
  }
  for (const Json& expression : List(*selector, "matchExpressions")) {
    Requirement r;
    r.key = Text(expression, "key");
    const std::string_view op = Text(expression, "operator");
    if (op == "In" || op == "NotIn") {
      r.op = op == "In" ? RequirementOp::kIn : RequirementOp::kNotIn;
    } else if (op == "Exists" || op == "DoesNotExist") {
      r.op = op == "Exists" ? RequirementOp::kExists : RequirementOp::kNotExists;
    } else {
      return Error{ErrorCode::kInvalidObject, "",
                   fmt::format("\"{}\" is not a valid label selector operator", op)};
    }
    for (const Json& value : List(expression, "values")) r.values.emplace_back(TextOf(value));
    std::sort(r.values.begin(), r.values.end());
    out.selector.all.push_back(std::move(r));
  }
  return out;
}

}  // namespace wt
