// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/selector.h"
#include "sim/objects/validate_kinds.h"

namespace wt {
namespace {

constexpr std::size_t kAnnotationBytesMax = 256u << 10;

Complaints PathSegmentComplaints(std::string_view name) {
  if (name == "." || name == "..") return {fmt::format("may not be '{}'", name)};
  Complaints out;
  for (const char c : {'/', '%'}) {
    const bool found = name.find(c) != std::string_view::npos;
    if (found) out.push_back(fmt::format("may not contain '{}'", c));
  }
  return out;
}

// A generated name ends in characters yet to come, so a trailing dash is fine.
std::string Prefix(std::string_view generate_name) {
  std::string out(generate_name);
  if (out.size() > 1 && out.back() == '-') out.back() = 'a';
  return out;
}

void CheckOwners(Checker& check, const Json& owners, const FieldPath& path) {
  for (std::size_t k = 0; k < owners.size(); ++k) {
    const FieldPath here = path.Index(k);
    const std::string_view version = Text(owners[k], "apiVersion");
    if (version.empty() || version.back() == '/') {
      check.Invalid(here.Child("apiVersion"), Shown(version), "version must not be empty");
    }
    for (const char* key : {"kind", "name", "uid"}) {
      if (Text(owners[k], key).empty()) check.Invalid(here.Child(key), "\"\"", "must not be empty");
    }
  }
  std::vector<std::string_view> controllers;
  for (const Json& owner : owners) {
    if (Flag(owner, "controller")) controllers.push_back(Text(owner, "name"));
  }
  if (controllers.size() < 2) return;
  check.Invalid(path, Shown(&owners),
                fmt::format("Only one reference can have Controller set to true. Found \"true\" in "
                            "references for {} and {}",
                            controllers[0], controllers[1]));
}

void CheckFinalizers(Checker& check, const Json& finalizers, const FieldPath& path) {
  for (const Json& finalizer : finalizers) {
    check.Each(path, TextOf(finalizer), QualifiedNameComplaints(TextOf(finalizer)));
  }
  for (std::size_t k = 0; k < finalizers.size(); ++k) {
    const std::string_view text = TextOf(finalizers[k]);
    const bool standard = text == "kubernetes" || text == "orphan" || text == "foregroundDeletion";
    if (standard || text.find('/') != std::string_view::npos) continue;
    check.Invalid(path.Index(k), Shown(text),
                  "name is neither a standard finalizer name nor is it fully qualified");
  }
}

void CheckSelectorRequirement(Checker& check, const Json& rule, const FieldPath& path) {
  const std::string_view op = Text(rule, "operator");
  const Json& values = List(rule, "values");
  if (op == "In" || op == "NotIn") {
    if (values.empty()) {
      check.Required(path.Child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
    }
  } else if (op == "Exists" || op == "DoesNotExist") {
    if (!values.empty()) {
      check.Forbidden(path.Child("values"),
                      "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
  } else {
    check.Invalid(path.Child("operator"), Shown(op), "not a valid selector operator");
  }
  CheckLabelKey(check, Text(rule, "key"), path.Child("key"));
  const FieldPath list = path.Child("values");
  for (std::size_t k = 0; k < values.size(); ++k) {
    check.Each(list.Index(k), TextOf(values[k]), LabelValueComplaints(TextOf(values[k])));
  }
}

bool IsUsable(const Json& rule) {
  const std::string_view op = Text(rule, "operator");
  const Json& values = List(rule, "values");
  if (!QualifiedNameComplaints(Text(rule, "key")).empty()) return false;
  for (const Json& value : values) {
    if (!LabelValueComplaints(TextOf(value)).empty()) return false;
  }
  if (op == "In" || op == "NotIn") return !values.empty();
  return (op == "Exists" || op == "DoesNotExist") && values.empty();
}

}  // namespace

void CheckLabelKey(Checker& check, std::string_view key, const FieldPath& path) {
  check.Each(path, key, QualifiedNameComplaints(key));
}

void CheckLabels(Checker& check, const Json& labels, const FieldPath& path) {
  for (auto at = labels.begin(); at != labels.end(); ++at) {
    CheckLabelKey(check, at.key(), path);
    const Complaints complaints = LabelValueComplaints(TextOf(*at));
    if (!complaints.empty()) check.Each(path, TextOf(*at), complaints);
  }
}

void CheckAnnotations(Checker& check, const Json& annotations, const FieldPath& path) {
  std::size_t bytes = 0;
  for (auto at = annotations.begin(); at != annotations.end(); ++at) {
    std::string lower = at.key();
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const Complaints complaints = QualifiedNameComplaints(lower);
    if (!complaints.empty()) check.Each(path, at.key(), complaints);
    bytes += at.key().size() + TextOf(*at).size();
  }
  if (bytes > kAnnotationBytesMax) check.TooLong(path, "may not be more than 262144 bytes");
}

void CheckMeta(Checker& check, const Json& object, bool namespaced, NameRule rule) {
  const FieldPath path("metadata");
  const Json& meta = Map(object, "metadata");
  if (rule == nullptr) rule = &PathSegmentComplaints;
  const std::string_view name = Text(meta, "name");
  const std::string_view generate = Text(meta, "generateName");
  if (!generate.empty()) {
    check.Each(path.Child("generateName"), generate, rule(Prefix(generate)));
  }
  if (!name.empty()) {
    const Complaints complaints = rule(name);
    if (!complaints.empty()) check.Each(path.Child("name"), name, complaints);
  } else if (generate.empty()) {
    check.Required(path.Child("name"), "name or generateName is required");
  }
  const std::string_view space = Text(meta, "namespace");
  if (namespaced && space.empty()) {
    check.Required(path.Child("namespace"));
  } else if (namespaced) {
    const Complaints complaints = Dns1123LabelComplaints(space);
    if (!complaints.empty()) check.Each(path.Child("namespace"), space, complaints);
  } else if (!space.empty()) {
    check.Forbidden(path.Child("namespace"), "not allowed on this type");
  }
  check.NonNegative(meta, "generation", path);
  CheckLabels(check, Map(meta, "labels"), path.Child("labels"));
  CheckAnnotations(check, Map(meta, "annotations"), path.Child("annotations"));
  CheckOwners(check, List(meta, "ownerReferences"), path.Child("ownerReferences"));
  CheckFinalizers(check, List(meta, "finalizers"), path.Child("finalizers"));
}

void CheckImmutable(Checker& check, const Json& object, const Json& old, std::string_view key,
                    const FieldPath& parent) {
  const Json* now = Find(object, key);
  const Json* before = Find(old, key);
  const bool same = now == nullptr || before == nullptr ? now == before : *now == *before;
  if (!same) check.Invalid(parent.Child(key), Shown(now), "field is immutable");
}

void CheckMetaUpdate(Checker& check, const Json& object, const Json& old) {
  const FieldPath path("metadata");
  const Json& meta = Map(object, "metadata");
  const Json& before = Map(old, "metadata");
  for (const char* key : {"name", "namespace", "uid", "creationTimestamp"}) {
    CheckImmutable(check, meta, before, key, path);
  }
}

bool IsEmptySelector(const Json& selector) {
  return Map(selector, "matchLabels").empty() && List(selector, "matchExpressions").empty();
}

std::string ShownSelector(const Json* selector) {
  if (selector == nullptr) return Shown(selector);
  Json out = Json::object();
  const Json& labels = Map(*selector, "matchLabels");
  if (!labels.empty()) out["matchLabels"] = labels;
  for (Json rule : List(*selector, "matchExpressions")) {
    if (List(rule, "values").empty() && rule.is_object()) rule.erase("values");
    out["matchExpressions"].push_back(std::move(rule));
  }
  return Shown(&out);
}

bool IsUsableSelector(const Json* selector) {
  if (selector == nullptr) return true;
  for (const auto& [key, value] : Map(*selector, "matchLabels").items()) {
    if (!QualifiedNameComplaints(key).empty()) return false;
    if (!LabelValueComplaints(TextOf(value)).empty()) return false;
  }
  const Json& rules = List(*selector, "matchExpressions");
  return std::all_of(rules.begin(), rules.end(), IsUsable);
}

void CheckLabelSelector(Checker& check, const Json* selector, const FieldPath& path) {
  if (selector == nullptr) return;
  CheckLabels(check, Map(*selector, "matchLabels"), path.Child("matchLabels"));
  const Json& rules = List(*selector, "matchExpressions");
  const FieldPath list = path.Child("matchExpressions");
  for (std::size_t k = 0; k < rules.size(); ++k) {
    CheckSelectorRequirement(check, rules[k], list.Index(k));
  }
}

void CheckTemplateLabels(Checker& check, const Json& spec, const FieldPath& path) {
  const Json& meta = Map(Map(spec, "template"), "metadata");
  const Json* labels = Find(meta, "labels");
  const Result<ObjectSelector> selector = ReadLabelSelector(Find(spec, "selector"));
  if (!selector || Matches(*selector, Map(meta, "labels"))) return;
  const FieldPath pod = path.Child("template");
  const FieldPath metadata = pod.Child("metadata");
  check.Invalid(metadata.Child("labels"), Shown(labels),
                "`selector` does not match template `labels`");
}

}  // namespace wt
