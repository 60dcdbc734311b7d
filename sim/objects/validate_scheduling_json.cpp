// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "sim/objects/access.h"
#include "sim/objects/validate_kinds.h"

namespace wt {
namespace {

constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
constexpr std::string_view kPreferred = "preferredDuringSchedulingIgnoredDuringExecution";

void CheckNodeRequirement(Checker& check, const Json& rule, const FieldPath& path) {
  const std::string_view op = Text(rule, "operator");
  const Json& values = List(rule, "values");
  const FieldPath list = path.Child("values");
  if (op == "In" || op == "NotIn") {
    if (values.empty()) {
      check.Required(list, "must be specified when `operator` is 'In' or 'NotIn'");
    }
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (!values.empty()) {
      check.Forbidden(list, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
  } else if (op == "Gt" || op == "Lt") {
    if (values.size() != 1) {
      check.Required(list, "must be specified single value when `operator` is 'Lt' or 'Gt'");
    }
  } else {
    check.Invalid(path.Child("operator"), Shown(op), "not a valid selector operator");
  }
  CheckLabelKey(check, Text(rule, "key"), path.Child("key"));
  for (std::size_t k = 0; k < values.size(); ++k) {
    check.Each(list.Index(k), TextOf(values[k]), LabelValueComplaints(TextOf(values[k])));
  }
}

void CheckNodeFieldRequirement(Checker& check, const Json& rule, const FieldPath& path) {
  const std::string_view op = Text(rule, "operator");
  const std::string_view key = Text(rule, "key");
  if (op != "In" && op != "NotIn") {
    check.Invalid(path.Child("operator"), Shown(op), "not a valid selector operator");
  } else if (List(rule, "values").size() != 1) {
    check.Required(path.Child("values"),
                   "must be only one value when `operator` is 'In' or 'NotIn' for node field "
                   "selector");
  }
  if (key != "metadata.name") {
    check.Invalid(path.Child("key"), Shown(key), "not a valid field selector key");
  }
}

void CheckNodeTerm(Checker& check, const Json& term, const FieldPath& path) {
  const Json& labels = List(term, "matchExpressions");
  const FieldPath label_list = path.Child("matchExpressions");
  for (std::size_t k = 0; k < labels.size(); ++k) {
    CheckNodeRequirement(check, labels[k], label_list.Index(k));
  }
  const Json& fields = List(term, "matchFields");
  const FieldPath field_list = path.Child("matchFields");
  for (std::size_t k = 0; k < fields.size(); ++k) {
    CheckNodeFieldRequirement(check, fields[k], field_list.Index(k));
  }
}

void CheckWeight(Checker& check, const Json& term, const FieldPath& path) {
  const i64 weight = Int(term, "weight");
  if (weight <= 0 || weight > 100) {
    check.Invalid(path.Child("weight"), Shown(weight), "must be in the range 1-100");
  }
}

void CheckNodeAffinity(Checker& check, const Json& affinity, const FieldPath& path) {
  if (const Json* required = Find(affinity, kRequired)) {
    const FieldPath here = path.Child(kRequired);
    const FieldPath list = here.Child("nodeSelectorTerms");
    const Json& terms = List(*required, "nodeSelectorTerms");
    if (terms.empty()) check.Required(list, "must have at least one node selector term");
    for (std::size_t k = 0; k < terms.size(); ++k) CheckNodeTerm(check, terms[k], list.Index(k));
  }
  const Json& preferred = List(affinity, kPreferred);
  const FieldPath list = path.Child(kPreferred);
  for (std::size_t k = 0; k < preferred.size(); ++k) {
    const FieldPath here = list.Index(k);
    CheckWeight(check, preferred[k], here);
    CheckNodeTerm(check, Map(preferred[k], "preference"), here.Child("preference"));
  }
}

void CheckPodTerm(Checker& check, const Json& term, const FieldPath& path) {
  CheckLabelSelector(check, Find(term, "labelSelector"), path.Child("labelSelector"));
  CheckLabelSelector(check, Find(term, "namespaceSelector"), path.Child("namespaceSelector"));
  for (const Json& name : List(term, "namespaces")) {
    check.Each(path.Child("namespace"), TextOf(name), Dns1123LabelComplaints(TextOf(name)));
  }
  const std::string_view topology = Text(term, "topologyKey");
  if (topology.empty()) check.Required(path.Child("topologyKey"), "can not be empty");
  CheckLabelKey(check, topology, path.Child("topologyKey"));
}

void CheckPodAffinity(Checker& check, const Json& affinity, const FieldPath& path) {
  const Json& required = List(affinity, kRequired);
  const FieldPath required_list = path.Child(kRequired);
  for (std::size_t k = 0; k < required.size(); ++k) {
    CheckPodTerm(check, required[k], required_list.Index(k));
  }
  const Json& preferred = List(affinity, kPreferred);
  const FieldPath preferred_list = path.Child(kPreferred);
  for (std::size_t k = 0; k < preferred.size(); ++k) {
    const FieldPath here = preferred_list.Index(k);
    CheckWeight(check, preferred[k], here);
    CheckPodTerm(check, Map(preferred[k], "podAffinityTerm"), here.Child("podAffinityTerm"));
  }
}

std::string Joined(const Complaints& complaints) {
  std::string out;
  for (const std::string& complaint : complaints) {
    if (!out.empty()) out += ';';
    out += complaint;
  }
  return out;
}

}  // namespace

void CheckAffinity(Checker& check, const Json& affinity, const FieldPath& path) {
  const Json* node = Find(affinity, "nodeAffinity");
  if (node != nullptr) CheckNodeAffinity(check, *node, path.Child("nodeAffinity"));
  for (const char* kind : {"podAffinity", "podAntiAffinity"}) {
    const Json* pod = Find(affinity, kind);
    if (pod != nullptr) CheckPodAffinity(check, *pod, path.Child(kind));
  }
}

void CheckTolerations(Checker& check, const Json& tolerations, const FieldPath& path) {
  for (std::size_t k = 0; k < tolerations.size(); ++k) {
    const Json& toleration = tolerations[k];
    const FieldPath here = path.Index(k);
    const std::string_view key = Text(toleration, "key");
    const std::string_view op = Text(toleration, "operator");
    const std::string_view effect = Text(toleration, "effect");
    const std::string_view value = Text(toleration, "value");
    if (!key.empty()) CheckLabelKey(check, key, here.Child("key"));
    if (key.empty() && op != "Exists") {
      check.Invalid(here.Child("operator"), Shown(op),
                    "operator must be Exists when `key` is empty, which means \"match all values "
                    "and all keys\"");
    }
    if (Find(toleration, "tolerationSeconds") != nullptr && effect != "NoExecute") {
      check.Invalid(here.Child("effect"), Shown(effect),
                    "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    if (op.empty() || op == "Equal") {
      const Complaints complaints = LabelValueComplaints(value);
      if (!complaints.empty()) {
        check.Invalid(here.Child("operator"), Shown(value), Joined(complaints));
      }
    } else if (op == "Exists") {
      if (!value.empty()) {
        check.Invalid(here.Child("operator"), Shown(value),
                      "value must be empty when `operator` is 'Exists'");
      }
    } else {
      check.NotSupported(here.Child("operator"), Shown(op), {"Equal", "Exists"});
    }
    if (!effect.empty()) {
      check.OneOf(here.Child("effect"), effect, {"NoSchedule", "PreferNoSchedule", "NoExecute"});
    }
  }
}

void CheckTopologySpread(Checker& check, const Json& constraints, const FieldPath& path) {
  std::set<std::string> seen;
  for (std::size_t k = 0; k < constraints.size(); ++k) {
    const Json& constraint = constraints[k];
    const FieldPath here = path.Index(k);
    const i64 skew = Int(constraint, "maxSkew");
    const std::string_view topology = Text(constraint, "topologyKey");
    const std::string_view action = Text(constraint, "whenUnsatisfiable");
    if (skew <= 0) {
      check.Invalid(here.Child("maxSkew"), Shown(skew), "must be greater than zero");
    }
    if (topology.empty()) {
      check.Required(here.Child("topologyKey"), "can not be empty");
    } else {
      CheckLabelKey(check, topology, here.Child("topologyKey"));
    }
    if (action != "DoNotSchedule" && action != "ScheduleAnyway") {
      check.NotSupported(here.Child("whenUnsatisfiable"), Shown(action),
                         {"DoNotSchedule", "ScheduleAnyway"});
    }
    std::string pair = fmt::format("{{{}, {}}}", topology, action);
    if (!seen.insert(pair).second) {
      check.Duplicate(here.Child("{topologyKey, whenUnsatisfiable}"),
                      Shown(std::string_view(pair)));
    }
    const Json* domains = Find(constraint, "minDomains");
    if (domains != nullptr && Int(constraint, "minDomains") <= 0) {
      check.Invalid(here.Child("minDomains"), Shown(domains), "must be greater than zero");
    }
    if (domains != nullptr && action != "DoNotSchedule") {
      check.Invalid(here.Child("minDomains"), Shown(domains),
                    fmt::format("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not "
                                "{}",
                                action));
    }
    for (const char* policy : {"nodeAffinityPolicy", "nodeTaintsPolicy"}) {
      const std::string_view chosen = Text(constraint, policy);
      if (!chosen.empty()) check.OneOf(here.Child(policy), chosen, {"Honor", "Ignore"});
    }
    CheckLabelSelector(check, Find(constraint, "labelSelector"), here.Child("labelSelector"));
  }
}

}  // namespace wt
