// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "scenarios/scenario.h"
#include "scenarios/scenario_schema.h"

namespace wt {
namespace {

using nlohmann::ordered_json;

// A number as JSON would have it: 65535, not 65535.0.
ordered_json Plain(f64 value) {
  const i64 whole = static_cast<i64>(value);
  if (static_cast<f64>(whole) == value) return whole;
  return value;
}

ordered_json LawOf(const ordered_json& scalar) {
  ordered_json pair = {{"type", "array"}, {"minItems", 2}, {"maxItems", 2}, {"items", scalar}};
  ordered_json law = ordered_json::object();
  law["type"] = "object";
  law["minProperties"] = 1;
  law["maxProperties"] = 1;
  law["additionalProperties"] = false;
  law["properties"]["uniform"] = pair;
  law["properties"]["lognormal"] = {{"type", "object"},
                                    {"additionalProperties", false},
                                    {"required", {"median", "p99"}},
                                    {"properties", {{"median", scalar}, {"p99", scalar}}}};
  law["properties"]["choice"] = {{"type", "array"}, {"minItems", 1}, {"items", scalar}};
  law["properties"]["weighted"] = {{"$ref", "#/$defs/weights"}};
  return {{"anyOf", {scalar, law}}};
}

ordered_json ParameterSchema(const FaultParameter& parameter) {
  const auto ranged = [&parameter](const char* type) {
    ordered_json scalar = {{"type", type}};
    scalar["minimum"] = Plain(parameter.min);
    if (parameter.max < 1e300) scalar["maximum"] = Plain(parameter.max);
    return LawOf(scalar);
  };
  switch (parameter.type) {
    case Unit::kCount:
      return ranged("integer");
    case Unit::kNumber:
      return ranged("number");
    case Unit::kDuration:
      return {{"$ref", "#/$defs/duration"}};
    case Unit::kRate:
      return {{"$ref", "#/$defs/rate"}};
    case Unit::kQuantity:
      return {{"$ref", "#/$defs/quantity"}};
    case Unit::kFlag:
      return {{"$ref", "#/$defs/flag"}};
    case Unit::kText:
      return {{"$ref", "#/$defs/text"}};
  }
  return true;
}

ordered_json KindRule(const FaultKindInfo& kind) {
  ordered_json with = {{"type", {"object", "null"}}, {"additionalProperties", false}};
  with["properties"] = ordered_json::object();
  for (const FaultParameter& parameter : kind.parameters) {
    with["properties"][std::string(parameter.name)] = ParameterSchema(parameter);
  }
  ordered_json targets = ordered_json::array();
  for (u32 bit = 1; bit <= kTargetObject; bit *= 2) {
    if ((kind.targets & bit) == 0) continue;
    targets.push_back({{"required", {TargetKindName(static_cast<TargetKind>(bit))}}});
  }
  targets.push_back({{"type", "null"}});
  ordered_json rule;
  rule["if"]["properties"]["kind"]["const"] = std::string(kind.name);
  rule["if"]["required"] = {"kind"};
  rule["then"]["properties"]["with"] = with;
  rule["then"]["properties"]["target"]["anyOf"] = targets;
  return rule;
}

}  // namespace

Result<std::string> SchemaWithFaultKinds(std::string_view schema,
                                         std::span<const FaultKindInfo> kinds) {
  ordered_json root = ordered_json::parse(schema, nullptr, false);
  if (!root.is_object() || !root.contains("$defs") || !root["$defs"].is_object()) {
    return Error{ErrorCode::kInvalidInput, "docs/scenario.schema.json",
                 "not a JSON Schema with $defs"};
  }
  ordered_json names = ordered_json::array(), rules = ordered_json::array();
  for (const FaultKindInfo& kind : kinds) {
    names.push_back(std::string(kind.name));
    rules.push_back(KindRule(kind));
  }
  root["$defs"]["faultKind"] = {{"enum", names}};
  root["$defs"]["faultRules"] = {{"allOf", rules}};
  return root.dump(2) + "\n";
}

}  // namespace wt
