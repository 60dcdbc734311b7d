// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "sim/objects/access.h"
#include "sim/objects/cron_expression.h"
#include "sim/objects/selector.h"
#include "sim/objects/validate_kinds.h"

namespace wt {
namespace {

constexpr i64 kIndexedParallelismMax = 100000;
constexpr std::size_t kCronJobNameMax = 52;

bool HasContainer(const Json& pod_spec, std::string_view name) {
  for (const char* list : {"containers", "initContainers"}) {
    for (const Json& container : List(pod_spec, list)) {
      if (Text(container, "name") == name) return true;
    }
  }
  return false;
}

void CheckExitCodes(Checker& check, const Json& codes, const Json& pod_spec,
                    const FieldPath& path) {
  const std::string_view op = Text(codes, "operator");
  check.OneOf(path.Child("operator"), op, {"In", "NotIn"});
  const std::string_view container = Text(codes, "containerName");
  if (!container.empty() && !HasContainer(pod_spec, container)) {
    check.Invalid(path.Child("containerName"), Shown(container),
                  "must be one of the container or initContainer names in the pod template");
  }
  const Json& values = List(codes, "values");
  const FieldPath list = path.Child("values");
  if (values.empty()) {
    check.Invalid(list, Shown(&values), "at least one value is required");
  } else if (values.size() > 255) {
    check.TooLong(list, "must have at most 255 items");
  }
  bool ordered = true;
  std::set<i64> seen;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const i64 value = values[k].is_number_integer() ? values[k].get<i64>() : 0;
    if (op == "In" && value == 0) {
      check.Invalid(list.Index(k), Shown(value), "must not be 0 for the In operator");
    }
    if (!seen.empty() && value < *seen.rbegin()) ordered = false;
    if (!seen.insert(value).second) check.Duplicate(list.Index(k), Shown(value));
  }
  if (!ordered) check.Invalid(list, Shown(&values), "must be ordered");
}

void CheckFailurePolicy(Checker& check, const Json& spec, const FieldPath& path) {
  const Json& rules = List(Map(spec, "podFailurePolicy"), "rules");
  const Json& pod_spec = Map(Map(spec, "template"), "spec");
  const FieldPath list = path.Child("rules");
  if (rules.size() > 20) check.TooLong(list, "must have at most 20 items");
  for (std::size_t k = 0; k < rules.size(); ++k) {
    const FieldPath here = list.Index(k);
    const std::string_view action = Text(rules[k], "action");
    if (action == "FailIndex" && Find(spec, "backoffLimitPerIndex") == nullptr) {
      check.Invalid(here.Child("action"), Shown(action),
                    "requires the backoffLimitPerIndex to be set");
    } else {
      check.OneOf(here.Child("action"), action, {"Count", "FailIndex", "FailJob", "Ignore"});
    }
    const Json* codes = Find(rules[k], "onExitCodes");
    const Json& conditions = List(rules[k], "onPodConditions");
    if (codes != nullptr) CheckExitCodes(check, *codes, pod_spec, here.Child("onExitCodes"));
    const FieldPath condition_list = here.Child("onPodConditions");
    for (std::size_t c = 0; c < conditions.size(); ++c) {
      const FieldPath condition = condition_list.Index(c);
      CheckLabelKey(check, Text(conditions[c], "type"), condition.Child("type"));
      check.OneOf(condition.Child("status"), Text(conditions[c], "status"),
                  {"False", "True", "Unknown"});
    }
    if (codes != nullptr && !conditions.empty()) {
      check.Invalid(here, "\"\"",
                    "specifying both OnExitCodes and OnPodConditions is not supported");
    } else if (codes == nullptr && conditions.empty()) {
      check.Invalid(here, "\"\"", "specifying one of OnExitCodes and OnPodConditions is required");
    }
  }
}

void CheckCompletions(Checker& check, const Json& spec, const FieldPath& path) {
  const std::string_view mode = Text(spec, "completionMode");
  if (!mode.empty()) check.OneOf(path.Child("completionMode"), mode, {"NonIndexed", "Indexed"});
  if (mode == "Indexed") {
    if (Find(spec, "completions") == nullptr) {
      check.Required(path.Child("completions"), "when completion mode is Indexed");
    }
    const i64 parallelism = Int(spec, "parallelism");
    if (parallelism > kIndexedParallelismMax) {
      check.Invalid(path.Child("parallelism"), Shown(parallelism),
                    "must be less than or equal to 100000 when completion mode is Indexed");
    }
    return;
  }
  for (const char* key : {"backoffLimitPerIndex", "maxFailedIndexes"}) {
    const Json* value = Find(spec, key);
    if (value != nullptr) {
      check.Invalid(path.Child(key), Shown(value), "requires indexed completion mode");
    }
  }
}

void CheckRestartPolicy(Checker& check, const Json& spec, const FieldPath& path) {
  const std::string_view restart = Text(Map(Map(spec, "template"), "spec"), "restartPolicy");
  const FieldPath pod = path.Child("template");
  const FieldPath pod_spec = pod.Child("spec");
  const FieldPath here = pod_spec.Child("restartPolicy");
  if (restart == "Always" || restart.empty()) {
    check.Required(here, "valid values: \"OnFailure\", \"Never\"");
  } else if (restart != "OnFailure" && restart != "Never") {
    check.NotSupported(here, Shown(restart), {"OnFailure", "Never"});
  }
  if (Find(spec, "podFailurePolicy") != nullptr && restart != "Never") {
    check.Invalid(here, Shown(restart),
                  "only \"Never\" is supported when podFailurePolicy is specified");
  }
}

// The selector that PrepareForCreate makes must fit the labels that it makes.
void CheckGeneratedSelector(Checker& check, const Json& job, const Json& spec) {
  if (Flag(spec, "manualSelector") || Find(spec, "selector") == nullptr) return;
  const Json& meta = Map(job, "metadata");
  const std::string uid(Text(meta, "uid"));
  const std::string name(Text(meta, "name"));
  const FieldPath path("metadata");
  if (uid.empty()) check.Required(path.Child("uid"));
  const Json labels = {{"controller-uid", uid},
                       {"job-name", name},
                       {"batch.kubernetes.io/controller-uid", uid},
                       {"batch.kubernetes.io/job-name", name}};
  const Json& given = Map(Map(Map(spec, "template"), "metadata"), "labels");
  const FieldPath spec_path("spec");
  const FieldPath pod = spec_path.Child("template");
  const FieldPath pod_meta = pod.Child("metadata");
  const FieldPath labels_path = pod_meta.Child("labels");
  for (const auto& [key, value] : labels.items()) {
    const Json* label = Find(given, key);
    if (label == nullptr) {
      check.Required(labels_path.Key(key), fmt::format("must be '{}'", TextOf(value)));
    } else if (*label != value) {
      check.Invalid(labels_path.Key(key), Shown(label), fmt::format("must be '{}'", TextOf(value)));
    }
  }
  const Result<ObjectSelector> selector = ReadLabelSelector(Find(spec, "selector"));
  if (selector && !Matches(*selector, labels)) {
    check.Invalid(spec_path.Child("selector"), ShownSelector(Find(spec, "selector")),
                  "`selector` not auto-generated");
  }
}

void CheckJobUpdate(Checker& check, const Json& object, const Json& old) {
  CheckMetaUpdate(check, object, old);
  const FieldPath path("spec");
  for (const char* key :
       {"selector", "template", "completionMode", "podFailurePolicy", "backoffLimitPerIndex"}) {
    CheckImmutable(check, Map(object, "spec"), Map(old, "spec"), key, path);
  }
  if (Text(Map(object, "spec"), "completionMode") != "Indexed") {
    CheckImmutable(check, Map(object, "spec"), Map(old, "spec"), "completions", path);
  }
}

// By continent, or one of the names without: cities are not told apart.
bool IsTimeZone(std::string_view name) {
  for (const std::string_view area : {"Africa/", "America/", "Antarctica/", "Arctic/", "Asia/",
                                      "Atlantic/", "Australia/", "Brazil/", "Canada/", "Chile/",
                                      "Etc/", "Europe/", "Indian/", "Mexico/", "Pacific/", "US/"}) {
    if (name.starts_with(area) && name.size() > area.size()) return true;
  }
  for (const std::string_view known :
       {"UTC",       "GMT",       "CET",       "CST6CDT",  "EET",     "EST",   "EST5EDT",
        "HST",       "MET",       "MST",       "MST7MDT",  "PST8PDT", "WET",   "UCT",
        "Zulu",      "Universal", "Greenwich", "Cuba",     "Egypt",   "Eire",  "GB",
        "Hongkong",  "Iceland",   "Iran",      "Israel",   "Jamaica", "Japan", "Libya",
        "Navajo",    "NZ",        "Poland",    "Portugal", "PRC",     "ROC",   "ROK",
        "Singapore", "Turkey",    "W-SU"}) {
    if (name == known) return true;
  }
  return false;
}

void CheckTimeZone(Checker& check, const Json& spec, const FieldPath& path) {
  const Json* zone = Find(spec, "timeZone");
  if (zone == nullptr) return;
  const std::string_view name = TextOf(*zone);
  if (name.empty()) {
    check.Invalid(path, Shown(zone), "timeZone must be nil or non-empty string");
  } else if (name == "Local" || name == "local") {
    check.Invalid(path, Shown(zone),
                  "timeZone must be an explicit time zone as defined in "
                  "https://www.iana.org/time-zones");
  } else if (!IsTimeZone(name)) {
    check.Invalid(path, Shown(zone), fmt::format("unknown time zone {}", name));
  }
}

}  // namespace

void CheckJobSpec(Checker& check, const Json& spec, const FieldPath& path) {
  for (const char* key : {"parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
                          "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"}) {
    check.NonNegative(spec, key, path);
  }
  if (Find(spec, "maxFailedIndexes") != nullptr && Find(spec, "backoffLimitPerIndex") == nullptr) {
    check.Required(path.Child("backoffLimitPerIndex"), "when maxFailedIndexes is specified");
  }
  CheckCompletions(check, spec, path);
  if (Find(spec, "podFailurePolicy") != nullptr) {
    CheckFailurePolicy(check, spec, path.Child("podFailurePolicy"));
  }
  const std::string_view replacement = Text(spec, "podReplacementPolicy");
  if (!replacement.empty()) {
    const FieldPath here = path.Child("podReplacementPolicy");
    if (Find(spec, "podFailurePolicy") != nullptr) {
      check.OneOf(here, replacement, {"Failed"});
    } else {
      check.OneOf(here, replacement, {"Failed", "TerminatingOrFailed"});
    }
  }
  CheckPodTemplate(check, Map(spec, "template"), path.Child("template"));
  CheckRestartPolicy(check, spec, path);
}

void ValidateJob(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1123SubdomainComplaints);
  const FieldPath path("spec");
  const Json& spec = Map(object, "spec");
  CheckGeneratedSelector(check, object, spec);
  CheckJobSpec(check, spec, path);
  const Json* selector = Find(spec, "selector");
  if (selector == nullptr) {
    check.Required(path.Child("selector"));
  } else {
    CheckLabelSelector(check, selector, path.Child("selector"));
  }
  if (IsUsableSelector(selector)) CheckTemplateLabels(check, spec, path);
  const i64 completions = Int(spec, "completions");
  if (Text(spec, "completionMode") == "Indexed" && completions > 0) {
    const std::string_view name = Text(Map(object, "metadata"), "name");
    const std::string pod = fmt::format("{}-{}", name, completions - 1);
    if (!Dns1123LabelComplaints(pod).empty()) {
      const FieldPath meta("metadata");
      check.Invalid(meta.Child("name"), Shown(name),
                    "will not able to create pod with invalid DNS label: " + pod);
    }
  }
  if (old != nullptr) CheckJobUpdate(check, object, *old);
}

void ValidateCronJob(Checker& check, const Json& object, const Json* old) {
  CheckMeta(check, object, true, &Dns1123SubdomainComplaints);
  const FieldPath path("spec");
  const Json& spec = Map(object, "spec");
  const std::string_view schedule = Text(spec, "schedule");
  const FieldPath schedule_path = path.Child("schedule");
  if (schedule.empty()) {
    check.Required(schedule_path);
  } else {
    const bool zoned = schedule.find("TZ=") != std::string_view::npos;
    const std::string complaint = CronComplaint(schedule);
    if (zoned) {
      check.Invalid(schedule_path, Shown(schedule),
                    "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    } else if (!complaint.empty()) {
      check.Invalid(schedule_path, Shown(schedule), complaint);
    }
  }
  check.NonNegative(spec, "startingDeadlineSeconds", path);
  CheckTimeZone(check, spec, path.Child("timeZone"));
  check.OneOf(path.Child("concurrencyPolicy"), Text(spec, "concurrencyPolicy"),
              {"Allow", "Forbid", "Replace"});
  const FieldPath job = path.Child("jobTemplate");
  const FieldPath job_spec = job.Child("spec");
  CheckJobSpec(check, Map(Map(spec, "jobTemplate"), "spec"), job_spec);
  check.NonNegative(spec, "successfulJobsHistoryLimit", path);
  check.NonNegative(spec, "failedJobsHistoryLimit", path);
  const std::string_view name = Text(Map(object, "metadata"), "name");
  if (name.size() > kCronJobNameMax) {
    const FieldPath meta("metadata");
    check.Invalid(meta.Child("name"), Shown(name), MaxLengthComplaint(52));
  }
  if (old != nullptr) CheckMetaUpdate(check, object, *old);
}

}  // namespace wt
