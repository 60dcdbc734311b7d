// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/list.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "agents/all_policies.h"
#include "cli/commands.h"
#include "cli/data_root.h"
#include "faults/all_faults.h"
#include "scenarios/fault_kinds.h"
#include "scenarios/load_scenario.h"
#include "sim/api/check.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

struct Kind {
  std::string_view name;
  std::string_view folder;
  bool is_folder;  // an entry is a folder, not a .yaml file
};

constexpr std::array kKinds{Kind{"scenarios", "scenarios/catalog", false},
                            Kind{"suites", "scenarios/suites", false},
                            Kind{"apps", "scenarios/apps", true}};

constexpr std::array kOptions{OptionSpec{.name = "what",
                                         .value_name = "WHAT",
                                         .help = "what to list",
                                         .choices = "scenarios|faults|agents|suites|apps",
                                         .required = true}};

std::vector<Listed> Faults() {
  std::vector<Listed> rows;
  for (const FaultKind* kind : AllFaults()) {
    rows.push_back({std::string(kind->id), std::string(kind->layer), "", std::string(kind->title)});
  }
  return rows;
}

std::vector<Listed> Agents() {
  std::vector<Listed> rows{{"oracle", "scripted", "", "knows the cause and repairs it"}};
  for (const PolicyEntry& entry : AllPolicies()) {
    rows.push_back({std::string(entry.name), "scripted", "", std::string(entry.summary)});
  }
  rows.push_back({"FILE.wtp", "file", "", "a policy that `train` wrote"});
  rows.push_back({"exec:CMD", "program", "", "a program of yours, by JSON lines"});
  return rows;
}

// The first words of a line, and the rest in columns.
std::string Line(const Listed& row, std::size_t width) {
  std::string rest = row.group;
  if (row.loaded) {
    std::string kinds;
    for (const std::string& kind : row.faults) kinds += (kinds.empty() ? "" : ", ") + kind;
    rest = fmt::format("{:<12}{:<14}{}", row.group, row.task, kinds.empty() ? "healthy" : kinds);
  } else if (row.scenarios > 0) {
    rest = fmt::format("{} scenarios, seeds {}-{}  {}", row.scenarios, row.first_seed,
                       row.last_seed, row.text);
  } else if (!row.text.empty()) {
    rest = fmt::format("{:<12}{}", row.group, row.text);
  }
  return rest.empty() ? row.name : fmt::format("{:<{}}  {}", row.name, width, rest);
}

Result<ExitCode> Run(const Arguments& arguments) {
  const std::string kind = arguments.Text("what");
  Result<fs::path> root = DataRoot();
  if (!root) return root.error();
  Result<std::vector<Listed>> rows = ListKind(*root, kind);
  if (!rows) return rows.error();
  if (kind == "scenarios") DescribeScenarios(*root, *rows);
  if (kind == "suites") DescribeSuites(*root, *rows);
  if (arguments.Flag("--json")) {
    fmt::print("{}\n", ListJson(kind, *rows));
    return ExitCode::kOk;
  }
  std::size_t width = 0;
  for (const Listed& row : *rows) width = std::max(width, row.name.size());
  for (const Listed& row : *rows) fmt::print("{}\n", Line(row, width));
  return ExitCode::kOk;
}

}  // namespace

Result<std::vector<Listed>> ListKind(const fs::path& root, std::string_view name) {
  if (name == "faults") return Faults();
  if (name == "agents") return Agents();
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                                 [&](const Kind& row) { return row.name == name; });
  WT_CHECK(kind != kKinds.end(), "the option table lets only these kinds through");
  const fs::path folder = root / kind->folder;
  std::error_code failed;
  std::vector<Listed> rows;
  for (fs::recursive_directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const fs::path& path = entry->path();
    const bool listed = kind->is_folder ? entry->is_directory(failed)
                                        : path.extension() == ".yaml";
    if (kind->is_folder) entry.disable_recursion_pending();
    if (!listed) continue;
    std::string group = path.parent_path().lexically_relative(folder).generic_string();
    if (group == ".") group.clear();
    rows.push_back({kind->is_folder ? path.filename().string() : path.stem().string(),
                    std::move(group), path.lexically_relative(root).generic_string()});
  }
  if (failed) return Error{ErrorCode::kEnvironment, folder.string(), failed.message()};
  std::sort(rows.begin(), rows.end(),
            [](const Listed& a, const Listed& b) { return a.path < b.path; });
  return rows;
}

void DescribeScenarios(const fs::path& root, std::vector<Listed>& rows) {
  LoadOptions options;
  options.kinds = FaultKindInfos();
  options.apps_dir = (root / "scenarios/apps").string();
  options.profiles_dir = (root / "scenarios/profiles").string();
  for (Listed& row : rows) {
    Result<Scenario> scenario = LoadScenario((root / row.path).string(), options);
    if (!scenario) continue;
    row.loaded = true;
    row.app = scenario->app;
    row.task = TaskName(scenario->task);
    std::set<std::string> kinds;
    for (const FaultSpec& fault : scenario->faults) {
      kinds.insert(fault.kind.texts.begin(), fault.kind.texts.end());
    }
    row.faults.assign(kinds.begin(), kinds.end());
  }
}

void DescribeSuites(const fs::path& root, std::vector<Listed>& rows) {
  for (Listed& row : rows) {
    Result<Suite> suite =
        LoadSuite((root / row.path).string(), (root / "scenarios/catalog").string());
    if (!suite) continue;
    row.text = suite->description;
    row.scenarios = suite->scenario_paths.size();
    row.first_seed = suite->first_seed;
    row.last_seed = suite->last_seed;
  }
}

const Command kList{.name = "list",
                    .summary = "scenarios, faults, agents, suites and apps there are",
                    .example = "./wavetank list scenarios --json",
                    .options = kOptions,
                    .run = &Run};

}  // namespace wt
