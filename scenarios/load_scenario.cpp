// SPDX-License-Identifier: Apache-2.0
#include "scenarios/load_scenario.h"

#include <algorithm>
#include <filesystem>

#include "scenarios/load_profile.h"
#include "scenarios/nearest.h"
#include "scenarios/read_distribution.h"
#include "scenarios/read_spec.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

const std::string kTasks[] = {"detection", "localization", "analysis", "mitigation", "resolve"};
const std::string kVersions[] = {"1.35"};

bool IsName(const std::string& text) {
  if (text.empty() || text.size() > 63) return false;
  const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  for (char c : text) {
    if (!alphanumeric(c) && c != '-') return false;
  }
  return alphanumeric(text.front()) && alphanumeric(text.back());
}

void ReadMetadata(const Field& field, Scenario& scenario) {
  static const std::string kKeys[] = {"name", "labels"};
  if (!field.ExpectMap(kKeys)) return;
  const Field name = field["name"];
  scenario.name = name.Text();
  if (!name.present()) {
    name.Fail("missing; expected a name such as hotel-wrong-port");
  } else if (name.IsString() && !IsName(scenario.name)) {
    name.Fail("\"" + scenario.name +
              "\" is not a name; expected lower-case letters, digits and "
              "inner dashes, at most 63");
  }
  const Field labels = field["labels"];
  if (!labels.present() || !labels.ExpectMap()) return;
  for (const std::string& key : labels.Keys()) scenario.labels[key] = labels[key].Text();
}

std::vector<std::string> SubfolderNames(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.is_directory(ignored)) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// A bare word is an app of apps_dir; anything else is a path, from the scenario's folder or from
// the working directory.
void ReadApp(const Field& field, const LoadOptions& options, Scenario& scenario) {
  scenario.app = field.Text();
  scenario.app_place = field.PlaceText();
  const std::vector<std::string> apps = SubfolderNames(options.apps_dir);
  if (!field.present() || scenario.app.empty()) {
    if (!field.present() || field.IsString()) {
      field.Fail("missing; expected an app (" + JoinWords(apps) + ") or a path to manifests");
    }
    return;
  }
  const fs::path written = scenario.app;
  const fs::path candidates[] = {fs::path(options.apps_dir) / written,
                                 fs::path(scenario.file).parent_path() / written, written};
  const bool bare = IsName(scenario.app);
  for (const fs::path& candidate : candidates) {
    std::error_code ignored;
    if (&candidate == &candidates[0] && !bare) continue;
    if (!fs::exists(candidate, ignored)) continue;
    scenario.app_path = candidate.string();
    return;
  }
  field.Fail("no app \"" + scenario.app + "\"; expected " + JoinWords(apps) +
             " or a path to a folder or file of manifests" + DidYouMean(scenario.app, apps));
}

// The latest that a law is checked for: of a log-normal, whose end is open, its p99.
f64 LatestOf(const Distribution& d) {
  return d.form == Distribution::Form::kLogNormal ? d.high : Support(d).high;
}

// A fault that no episode lives to see is none.
void CheckFaultTimes(const Field& faults, const Scenario& scenario) {
  const f64 limit = Support(scenario.limits.time).low;
  const std::vector<Field> elements = faults.Elements();
  for (size_t i = 0; i < scenario.faults.size() && i < elements.size(); ++i) {
    const f64 latest = LatestOf(scenario.faults[i].at);
    if (latest < limit) continue;
    const Field at = elements[i]["at"];
    (at.present() ? at : elements[i])
        .Fail("comes at " + ScalarForm(Unit::kDuration, latest) +
              ", when the episode is over; expected less than its time limit of " +
              ScalarForm(Unit::kDuration, limit));
  }
}

void ReadSpec(const Field& field, const LoadOptions& options, Scenario& scenario) {
  static const std::string kKeys[] = {"app",  "cluster",   "load",      "noise",  "faults",
                                      "task", "complaint", "objective", "limits", "protected"};
  if (!field.ExpectMap(kKeys)) return;
  ReadApp(field["app"], options, scenario);
  scenario.cluster = ReadCluster(field["cluster"], options);
  scenario.load = ReadLoad(field["load"]);
  scenario.noise = ReadNoise(field["noise"]);
  scenario.faults = ReadFaults(field["faults"], options);
  scenario.task =
      static_cast<Task>(field["task"].Word("task", kTasks, static_cast<size_t>(Task::kResolve)));
  const std::string complaint = field["complaint"].Text("auto");
  if (complaint != "auto") scenario.complaint = complaint;
  scenario.objective = ReadObjective(field["objective"]);
  scenario.limits = ReadLimits(field["limits"]);
  scenario.protected_objects = ReadProtected(field["protected"]);
  CheckFaultTimes(field["faults"], scenario);
}

void ExpectExactly(const Field& field, const std::string& word) {
  const std::string words[] = {word};
  if (!field.present()) {
    field.Fail("missing; expected " + word);
  } else {
    field.Word(field.name(), words, 0);
  }
}

Error NoFile(const std::string& path) {
  const fs::path parent = fs::path(path).parent_path();
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(parent.empty() ? "." : parent, ignored)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return {ErrorCode::kInvalidInput, path,
          "cannot be opened; expected a scenario file" +
              DidYouMean(fs::path(path).filename().string(), names)};
}

}  // namespace

const char* TaskName(Task task) { return kTasks[static_cast<size_t>(task)].c_str(); }

ClusterSpec ReadCluster(const Field& field, const LoadOptions& options) {
  static const std::string kKeys[] = {"version", "profile", "nodes"};
  static const std::string kNodeKeys[] = {"count", "cpu", "memory", "pods", "zones"};
  ClusterSpec cluster;
  if (!field.present() || !field.ExpectMap(kKeys)) return cluster;
  cluster.version = kVersions[field["version"].Word("Kubernetes version", kVersions, 0)];
  if (field["profile"].present()) {
    const TimingProfile profile = ReadNamedProfile(field["profile"], options.profiles_dir);
    cluster.profile = profile.name;
    cluster.timing = profile.timing;
  }
  const Field nodes = field["nodes"];
  if (!nodes.present() || !nodes.ExpectMap(kNodeKeys)) return cluster;
  NodeShape& spec = cluster.nodes;
  const ValueRule count{.unit = Unit::kCount, .low = 1, .high = 5000};
  spec.count = ReadDistribution(nodes["count"], count, spec.count);
  for (const auto& [name, into] : {std::pair{"cpu", &spec.cpu}, {"memory", &spec.memory}}) {
    const Field quantity = nodes[name];
    if (!quantity.present()) continue;
    const ValueRule rule{.unit = Unit::kQuantity, .low = 1e-3, .may_vary = false};
    if (quantity.IsScalar()) {
      if (ReadScalar(quantity, rule)) *into = quantity.ScalarText();
    } else {
      quantity.Fail(std::string("not a quantity; expected ") + ExpectedForm(Unit::kQuantity));
    }
  }
  spec.pods = nodes["pods"].Whole(spec.pods, 1, 10'000);
  if (nodes["zones"].present()) {
    std::vector<std::string> zones = nodes["zones"].Texts();
    if (zones.empty()) {
      nodes["zones"].Fail("no zones; expected a list such as [a, b, c]");
    } else {
      spec.zones = std::move(zones);
    }
  }
  return cluster;
}

Objective ReadObjective(const Field& field) {
  static const std::string kKeys[] = {"error_rate", "p99_latency", "p50_latency", "hold",
                                      "max_disrupted_workloads"};
  Objective objective;
  if (!field.present() || !field.ExpectMap(kKeys)) return objective;
  const auto read = [&field](const char* name, Unit unit, Threshold fallback) {
    const Field value = field[name];
    if (!value.present()) return fallback;
    const auto threshold =
        value.IsString() ? ParseThreshold(value.ScalarText(), unit) : std::nullopt;
    if (!threshold) {
      value.Fail(std::string("not a threshold; expected a text such as ") +
                 (unit == Unit::kNumber ? "\"<1%\"" : "\"<250ms\"") + " or \"<2x baseline\"");
    }
    return threshold.value_or(fallback);
  };
  objective.error_rate = read("error_rate", Unit::kNumber, objective.error_rate);
  objective.p99_latency = read("p99_latency", Unit::kDuration, objective.p99_latency);
  if (field["p50_latency"].present()) {
    objective.p50_latency = read("p50_latency", Unit::kDuration, {});
  }
  const ValueRule hold{  // shorter ones would measure nothing
      .unit = Unit::kDuration, .low = 5e9, .high = 24 * 3600e9, .may_vary = false};
  const Distribution held = Distribution::Of(Unit::kDuration, static_cast<f64>(objective.hold));
  objective.hold = static_cast<SimTime>(ReadDistribution(field["hold"], hold, held).low);
  const Field disrupted = field["max_disrupted_workloads"];
  if (disrupted.present() && !(disrupted.IsString() && disrupted.ScalarText() == "auto")) {
    objective.max_disrupted_workloads = disrupted.Whole(0, 0, 10'000);
  }
  return objective;
}

Limits ReadLimits(const Field& field) {
  static const std::string kKeys[] = {"steps", "time", "step"};
  Limits limits;
  if (!field.present() || !field.ExpectMap(kKeys)) return limits;
  const ValueRule steps{.unit = Unit::kCount, .low = 1, .high = 10'000};
  const ValueRule time{.unit = Unit::kDuration, .low = 1e9, .high = 7.0 * 24 * 3600e9};
  limits.steps = ReadDistribution(field["steps"], steps, limits.steps);
  limits.time = ReadDistribution(field["time"], time, limits.time);
  limits.step = ReadDistribution(field["step"], time, limits.step);
  return limits;
}

std::vector<Protected> ReadProtected(const Field& field) {
  static const std::string kKeys[] = {"kind", "name", "namespace"};
  std::vector<Protected> list;
  if (!field.present()) {
    return {{"PersistentVolumeClaim", "", "", ""}, {"", "", "kube-system", ""}};
  }
  if (!field.ExpectList()) return list;
  for (const Field& element : field.Elements()) {
    if (!element.ExpectMap(kKeys)) continue;
    if (element.Keys().empty()) {
      element.Fail("protects everything; expected at least one of " + JoinWords(kKeys));
    }
    list.push_back({element["kind"].Text(), element["name"].Text(), element["namespace"].Text(),
                    element.PlaceText()});
  }
  return list;
}

ScenarioReport ReadScenario(std::string_view text, const std::string& file,
                            const LoadOptions& options) {
  static const std::string kKeys[] = {"apiVersion", "kind", "metadata", "spec"};
  ScenarioReport report;
  report.scenario.file = file;
  const auto documents = ReadYaml(text, file, {.bytes_max = 1u << 20, .values_max = 100'000});
  if (!documents) {
    report.errors.push_back(documents.error());
    return report;
  }
  if (documents->size() != 1) {
    report.errors.push_back(
        {ErrorCode::kInvalidInput, file,
         std::to_string(documents->size()) + " documents; expected one document of kind Scenario"});
    return report;
  }
  const Field root(documents->front(), report.errors);
  if (!root.ExpectMap(kKeys)) return report;
  ExpectExactly(root["apiVersion"], "wavetank.dev/v1");
  ExpectExactly(root["kind"], "Scenario");
  ReadMetadata(root["metadata"], report.scenario);
  ReadSpec(root["spec"], options, report.scenario);
  return report;
}

Result<Scenario> LoadScenario(const std::string& path, const LoadOptions& options) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return NoFile(path);
  const Result<std::string> text = ReadTextFile(path, 1u << 20);
  if (!text) return text.error();
  ScenarioReport report = ReadScenario(*text, path, options);
  if (!report.errors.empty()) return JoinErrors(report.errors);
  return std::move(report.scenario);
}

Result<std::vector<std::string>> ListScenarioFiles(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code failed;
  for (const auto& entry : fs::recursive_directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
  }
  if (failed) return Error{ErrorCode::kInvalidInput, folder, "cannot be listed"};
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace wt
