// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/quantity.h"
#include "sim/objects/validate_kinds.h"

namespace wt {
namespace {

constexpr i64 kStabilizationSecondsMax = 3600;
constexpr i64 kPolicyPeriodSecondsMax = 1800;

void CheckTargetRef(Checker& check, const Json& ref, const FieldPath& path, bool need_group) {
  for (const char* key : {"kind", "name"}) {
    if (Text(ref, key).empty()) check.Required(path.Child(key));
  }
  const std::string_view version = Text(ref, "apiVersion");
  const bool core_kind = Text(ref, "kind") == "ReplicationController" || version == "v1";
  if (need_group && !core_kind && version.find('/') == std::string_view::npos) {
    check.Invalid(path.Child("apiVersion"), Shown(version), "apiVersion must specify API group");
  }
}

void CheckTarget(Checker& check, const Json& target, const FieldPath& path) {
  const std::string_view type = Text(target, "type");
  if (type.empty()) {
    check.Required(path.Child("type"), "must specify a metric target type");
  } else if (type != "Utilization" && type != "Value" && type != "AverageValue") {
    check.Invalid(path.Child("type"), Shown(type),
                  "must be either Utilization, Value, or AverageValue");
  }
  for (const char* key : {"value", "averageValue"}) {
    const Json* amount = Find(target, key);
    if (amount == nullptr) continue;
    const Result<Quantity> q = ParseQuantity(TextOf(*amount));
    if (q && Sign(*q) <= 0) check.Invalid(path.Child(key), Shown(amount), "must be positive");
  }
  const Json* utilization = Find(target, "averageUtilization");
  if (utilization != nullptr && Int(target, "averageUtilization") < 1) {
    check.Invalid(path.Child("averageUtilization"), Shown(utilization), "must be greater than 0");
  }
}

void CheckResourceSource(Checker& check, const Json& source, bool container,
                         const FieldPath& path) {
  if (Text(source, "name").empty()) {
    check.Required(path.Child("name"), "must specify a resource name");
  }
  if (container && Text(source, "container").empty()) {
    check.Required(path.Child("container"), "must specify a container");
  }
  const Json& target = Map(source, "target");
  const FieldPath here = path.Child("target");
  CheckTarget(check, target, here);
  const bool utilization = Find(target, "averageUtilization") != nullptr;
  const bool value = Find(target, "averageValue") != nullptr;
  if (!utilization && !value) {
    check.Required(here.Child("averageUtilization"),
                   "must set either a target raw value or a target utilization");
  } else if (utilization && value) {
    check.Forbidden(here.Child("averageValue"),
                    "may not set both a target raw value and a target utilization");
  }
}

void CheckNamedSource(Checker& check, std::string_view kind, const Json& source,
                      const FieldPath& path) {
  if (kind == "object") {
    CheckTargetRef(check, Map(source, "describedObject"), path.Child("describedObject"), false);
  }
  const FieldPath metric = path.Child("metric");
  const FieldPath target = path.Child("target");
  if (Text(Map(source, "metric"), "name").empty()) {
    check.Required(metric.Child("name"), "must specify a metric name");
  }
  CheckLabelSelector(check, Find(Map(source, "metric"), "selector"), metric.Child("selector"));
  CheckTarget(check, Map(source, "target"), target);
  const bool value = Find(Map(source, "target"), "value") != nullptr;
  const bool average = Find(Map(source, "target"), "averageValue") != nullptr;
  if (kind == "pods" && !average) {
    check.Required(target.Child("averageValue"), "must specify a positive target averageValue");
  } else if (!value && !average) {
    check.Required(target.Child("averageValue"),
                   kind == "object" ? "must set either a target value or averageValue"
                                    : "must set either a target value for metric or a per-pod "
                                      "target");
  } else if (kind == "external" && value && average) {
    check.Forbidden(target.Child("value"),
                    "may not set both a target value for metric and a per-pod target");
  }
}

struct MetricSource {
  std::string_view type, member;
};

constexpr MetricSource kSources[] = {{"ContainerResource", "containerResource"},
                                     {"External", "external"},
                                     {"Object", "object"},
                                     {"Pods", "pods"},
                                     {"Resource", "resource"}};

void CheckMetric(Checker& check, const Json& metric, const FieldPath& path) {
  const std::string_view type = Text(metric, "type");
  std::string_view expected;
  for (const MetricSource& source : kSources) {
    if (source.type == type) expected = source.member;
  }
  if (type.empty()) {
    check.Required(path.Child("type"), "must specify a metric source type");
  } else if (expected.empty()) {
    check.NotSupported(path.Child("type"), Shown(type),
                       {"ContainerResource", "External", "Object", "Pods", "Resource"});
  }
  for (const MetricSource& source : kSources) {
    const Json* given = Find(metric, source.member);
    if (given == nullptr) continue;
    const FieldPath here = path.Child(source.member);
    if (source.member == "resource" || source.member == "containerResource") {
      CheckResourceSource(check, *given, source.member != "resource", here);
    } else {
      CheckNamedSource(check, source.member, *given, here);
    }
  }
  if (expected.empty()) return;
  if (Find(metric, expected) == nullptr) {
    check.Required(path.Child(expected), "must populate information for the given metric source");
  }
  for (const MetricSource& source : kSources) {
    if (source.member != expected && Find(metric, source.member) != nullptr) {
      check.Forbidden(path.Child(source.member), "must populate the given metric source only");
    }
  }
}

void CheckScaling(Checker& check, const Json* rules, const FieldPath& path) {
  if (rules == nullptr) return;
  const FieldPath window_path = path.Child("stabilizationWindowSeconds");
  const i64 window = Int(*rules, "stabilizationWindowSeconds");
  if (window < 0) {
    check.Invalid(window_path, Shown(window), "must be greater than or equal to zero");
  } else if (window > kStabilizationSecondsMax) {
    check.Invalid(window_path, Shown(window), "must be less than or equal to 3600");
  }
  const std::string_view select = Text(*rules, "selectPolicy");
  if (!select.empty()) {
    check.OneOf(path.Child("selectPolicy"), select, {"Disabled", "Max", "Min"});
  }
  const Json& policies = List(*rules, "policies");
  const FieldPath list = path.Child("policies");
  if (policies.empty()) check.Required(list, "must specify at least one Policy");
  for (std::size_t k = 0; k < policies.size(); ++k) {
    const FieldPath here = list.Index(k);
    const std::string_view type = Text(policies[k], "type");
    if (type != "Pods" && type != "Percent") {
      check.NotSupported(here.Child("type"), Shown(type), {"Percent", "Pods"});
    }
    const i64 value = Int(policies[k], "value");
    if (value <= 0) check.Invalid(here.Child("value"), Shown(value), "must be greater than zero");
    const i64 period = Int(policies[k], "periodSeconds");
    if (period <= 0) {
      check.Invalid(here.Child("periodSeconds"), Shown(period), "must be greater than zero");
    } else if (period > kPolicyPeriodSecondsMax) {
      check.Invalid(here.Child("periodSeconds"), Shown(period),
                    "must be less than or equal to 1800");
    }
  }
}

}  // namespace

void ValidateHorizontalPodAutoscaler(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1123SubdomainComplaints);
  const FieldPath path("spec");
  const Json& spec = Map(object, "spec");
  const Json* least = Find(spec, "minReplicas");
  const i64 min_replicas = Int(spec, "minReplicas");
  const i64 max_replicas = Int(spec, "maxReplicas");
  if (least != nullptr && min_replicas < 1) {
    check.Invalid(path.Child("minReplicas"), Shown(least), "must be greater than or equal to 1");
  }
  if (max_replicas < 1) {
    check.Invalid(path.Child("maxReplicas"), Shown(max_replicas), "must be greater than 0");
  }
  if (least != nullptr && max_replicas < min_replicas) {
    check.Invalid(path.Child("maxReplicas"), Shown(max_replicas),
                  "must be greater than or equal to `minReplicas`");
  }
  CheckTargetRef(check, Map(spec, "scaleTargetRef"), path.Child("scaleTargetRef"), true);
  const Json& metrics = List(spec, "metrics");
  const FieldPath list = path.Child("metrics");
  bool outside = false;
  for (std::size_t k = 0; k < metrics.size(); ++k) {
    CheckMetric(check, metrics[k], list.Index(k));
    const std::string_view type = Text(metrics[k], "type");
    outside |= type == "Object" || type == "External";
  }
  if (least != nullptr && min_replicas == 0 && !outside) {
    check.Forbidden(list,
                    "must specify at least one Object or External metric to support scaling to "
                    "zero replicas");
  }
  const FieldPath behavior = path.Child("behavior");
  CheckScaling(check, Find(Map(spec, "behavior"), "scaleUp"), behavior.Child("scaleUp"));
  CheckScaling(check, Find(Map(spec, "behavior"), "scaleDown"), behavior.Child("scaleDown"));
  if (old != nullptr) CheckMetaUpdate(check, object, *old);
}

void ValidatePodDisruptionBudget(Checker& check, const Json& object, const Json* old) {
  const FieldPath path("spec");
  const Json& spec = Map(object, "spec");
  const Json* least = Find(spec, "minAvailable");
  const Json* most = Find(spec, "maxUnavailable");
  if (least != nullptr && most != nullptr) {
    check.Invalid(path,
                  fmt::format("{{\"MinAvailable\":{},\"Selector\":{},\"MaxUnavailable\":{},"
                              "\"UnhealthyPodEvictionPolicy\":{}}}",
                              Shown(least), Shown(Find(spec, "selector")), Shown(most),
                              Shown(Find(spec, "unhealthyPodEvictionPolicy"))),
                  "minAvailable and maxUnavailable cannot be both set");
  }
  CheckIntOrPercent(check, least, path.Child("minAvailable"));
  CheckAtMost100Percent(check, least, path.Child("minAvailable"));
  CheckIntOrPercent(check, most, path.Child("maxUnavailable"));
  CheckAtMost100Percent(check, most, path.Child("maxUnavailable"));
  CheckLabelSelector(check, Find(spec, "selector"), path.Child("selector"));
  const std::string_view policy = Text(spec, "unhealthyPodEvictionPolicy");
  if (!policy.empty()) {
    check.OneOf(path.Child("unhealthyPodEvictionPolicy"), policy,
                {"AlwaysAllow", "IfHealthyBudget"});
  }
  // Upstream looks at the metadata only when the spec has nothing to complain about.
  if (check.causes.empty()) CheckMeta(check, object, true, nullptr);
  if (old != nullptr) CheckMetaUpdate(check, object, *old);
}

}  // namespace wt
