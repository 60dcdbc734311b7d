// SPDX-License-Identifier: Apache-2.0
#include "bench/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "agents/hash_draw.h"
#include "scenarios/fault_kinds.h"
#include "scenarios/load_scenario.h"
#include "scenarios/manifests.h"
#include "scenarios/nearest.h"
#include "sim/api/hash_bytes.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

// Names under a folder, without extension: "lite", "services/hotel-wrong-target-port".
void AddNames(const fs::path& folder, std::vector<std::string>& names) {
  std::error_code failed;
  for (fs::recursive_directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (entry->path().extension() != ".yaml") continue;
    names.push_back(entry->path().lexically_relative(folder).replace_extension().generic_string());
  }
}

// "; did you mean": a scenario is meant with its group or without.
std::string Meant(const std::string& written, const std::vector<std::string>& names) {
  std::vector<std::string> forms = names;
  for (const std::string& name : names) forms.push_back(name.substr(name.rfind('/') + 1));
  return DidYouMean(written, forms);
}

Suite SuiteOfOne(const fs::path& file) {
  Suite one;
  one.name = file.stem().string();
  one.scenario_paths = {file.string()};
  one.first_seed = 1;
  one.last_seed = 10;
  return one;
}

Result<Suite> FindScenario(const fs::path& root, const std::string& name) {
  const fs::path catalog = root / "scenarios/catalog";
  if (fs::exists(name) && !fs::is_directory(name)) return SuiteOfOne(name);
  if (const fs::path single = FindInCatalog(catalog.string(), name); !single.empty()) {
    return SuiteOfOne(single);
  }
  std::vector<std::string> names;
  AddNames(catalog, names);
  return Error{ErrorCode::kUsage, "--scenario",
               fmt::format("no scenario '{}'; expected a file or a name of `wavetank list "
                           "scenarios`, for example {}{}",
                           name, JoinWords(NearestFew(name, names)), Meant(name, names))};
}

Result<Suite> FindSuite(const fs::path& root, const std::string& name) {
  const fs::path suites = root / "scenarios/suites", catalog = root / "scenarios/catalog";
  const fs::path by_name = suites / (name + ".yaml");
  if (fs::exists(by_name)) return LoadSuite(by_name.string(), catalog.string());
  if (fs::is_regular_file(name) && IsSuiteFile(name)) return LoadSuite(name, catalog.string());
  if (Result<Suite> one = FindScenario(root, name)) return one;
  std::vector<std::string> names;
  AddNames(suites, names);
  AddNames(catalog, names);
  return Error{ErrorCode::kUsage, "--suite",
               fmt::format("no suite or scenario '{}'; expected a file or a name of `wavetank list "
                           "suites` or `list scenarios`, for example {}{}",
                           name, JoinWords(NearestFew(name, names)), Meant(name, names))};
}

ScenarioLabel LabelOf(const Scenario& scenario) {
  ScenarioLabel label;
  label.name = scenario.name;
  label.app = scenario.app;
  label.task = TaskName(scenario.task);
  label.file = scenario.file;
  std::set<std::string> kinds;
  for (const FaultSpec& fault : scenario.faults) {
    kinds.insert(fault.kind.texts.begin(), fault.kind.texts.end());
  }
  label.fault_kinds.assign(kinds.begin(), kinds.end());
  return label;
}

u64 HashFile(const fs::path& path, u64 seed) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return seed;
  char buffer[16384];
  std::size_t n = 0;
  while ((n = std::fread(buffer, 1, sizeof(buffer), file)) > 0) {
    seed = HashBytes(buffer, n, seed);
  }
  std::fclose(file);
  return seed;
}

// Scenario files, the files of their apps, the rules: what makes two runs comparable.
std::string HashSuite(const std::vector<ScenarioSetup>& setups) {
  u64 hash = HashBytes(kVerdictRules, std::string_view(kVerdictRules).size());
  std::set<std::string> apps;
  for (const ScenarioSetup& setup : setups) {
    hash = HashFile(setup.scenario.file, hash);
    apps.insert(setup.scenario.app_path);
  }
  for (const std::string& app : apps) {
    std::vector<fs::path> files;
    if (fs::is_directory(app)) {
      for (const std::string& file : ManifestFiles(app)) files.emplace_back(file);
    } else {
      files.push_back(app);
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) hash = HashFile(file, hash);
  }
  return fmt::format("{:016x}", hash);
}

Result<PreparedSuite> Prepare(const std::string& root, const Result<Suite>& suite,
                              const std::string& name_space = {}) {
  if (!suite) return suite.error();
  PreparedSuite out;
  out.name = suite->name;
  out.first_seed = suite->first_seed;
  out.last_seed = suite->last_seed;
  LoadOptions options;
  options.kinds = FaultKindInfos();
  options.apps_dir = (fs::path(root) / "scenarios/apps").string();
  options.profiles_dir = (fs::path(root) / "scenarios/profiles").string();
  BlueprintCache cache(name_space);
  for (const std::string& path : suite->scenario_paths) {
    Result<Scenario> scenario = LoadScenario(path, options);
    if (!scenario) return scenario.error();
    // Results know scenarios by name.
    const auto of_name = [&](const ScenarioLabel& label) { return label.name == scenario->name; };
    if (const auto other = std::ranges::find_if(out.labels, of_name); other != out.labels.end()) {
      return Error{ErrorCode::kInvalidInput, path,
                   "scenario \"" + scenario->name + "\" is named twice, the other is " +
                       other->file};
    }
    Result<ScenarioSetup> setup = PrepareScenario(*scenario, cache);
    if (!setup) return setup.error();
    out.labels.push_back(LabelOf(*scenario));
    out.setups.push_back(std::move(*setup));
  }
  out.warnings = cache.warnings();
  out.hash = HashSuite(out.setups);
  return out;
}

}  // namespace

Result<PreparedSuite> PrepareSuite(const std::string& root, const std::string& suite) {
  return Prepare(root, FindSuite(root, suite));
}

Result<PreparedSuite> PrepareOne(const std::string& root, const std::string& scenario,
                                 const std::string& name_space) {
  return Prepare(root, FindScenario(root, scenario), name_space);
}

Evaluation Evaluate(const PreparedSuite& suite, const PolicyFactory& make_policy,
                    const EvaluateOptions& options) {
  std::set<std::pair<u32, u64>> finished;
  for (const EpisodeResult& e : options.finished) finished.insert({e.scenario, e.seed});
  std::vector<EpisodeRequest> requests;
  for (u32 s = 0; s < suite.setups.size(); ++s) {
    for (u64 seed = options.first_seed; seed <= options.last_seed; ++seed) {
      if (!finished.contains({s, seed})) requests.push_back({&suite.setups[s], s, seed});
    }
  }
  if (options.order_key != 0) {
    for (u32 i = static_cast<u32>(requests.size()); i > 1; --i) {
      std::swap(requests[i - 1], requests[HashDraw(options.order_key, 0, i) % i]);
    }
  }
  BatchOptions batch;
  batch.threads = options.threads;
  batch.chunk = options.chunk;
  batch.on_chunk = options.on_chunk;
  batch.drop_actions = options.drop_actions;
  std::vector<bool> done;
  std::vector<EpisodeResult> results = RunBatch(requests, make_policy, batch, &done);
  Evaluation out;
  out.episodes = options.finished;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (done[i]) out.episodes.push_back(std::move(results[i]));
    else out.complete = false;
  }
  std::sort(out.episodes.begin(), out.episodes.end(), [](const auto& a, const auto& b) {
    return std::pair(a.scenario, a.seed) < std::pair(b.scenario, b.seed);
  });
  return out;
}

}  // namespace wt
