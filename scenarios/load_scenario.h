// SPDX-License-Identifier: Apache-2.0
// From a scenario file to checked values. All complaints are collected, each with its place.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/fault_kind_info.h"
#include "scenarios/scenario.h"
#include "sim/api/result.h"

namespace wt {

struct LoadOptions {
  std::span<const FaultKindInfo> kinds;     // the fault kinds there are
  std::string apps_dir = "scenarios/apps";  // where a bare app name is looked up
  std::string profiles_dir = "scenarios/profiles";  // of timing profiles, likewise
};

struct ScenarioReport {
  Scenario scenario;          // only meaningful when there are no errors
  std::vector<Error> errors;  // kInvalidInput, in order of the file's sections
};

// Reads text as the scenario file `file` (its folder resolves relative app and CSV paths).
ScenarioReport ReadScenario(std::string_view text, const std::string& file,
                            const LoadOptions& options);

// The same from disk; all complaints in one Error, a line each (JoinErrors).
Result<Scenario> LoadScenario(const std::string& path, const LoadOptions& options);

// Paths of *.yaml under a folder, sorted; the catalog is one. Errors: kInvalidInput.
Result<std::vector<std::string>> ListScenarioFiles(const std::string& folder);

// A suite: a name, its scenarios, and the seeds it is scored on when none are given.
struct Suite {
  std::string name;
  std::string description;
  std::vector<std::string> scenario_paths;  // in the order of the file
  u64 first_seed = 1;
  u64 last_seed = 1;
};
// The catalog's file of that name, with its group ("services/x") or without; empty if none.
std::string FindInCatalog(const std::string& catalog_dir, const std::string& name);
// `catalog_dir` resolves the names in it; what is no such name is a path from the suite's folder.
// Errors: kInvalidInput.
Result<Suite> LoadSuite(const std::string& path, const std::string& catalog_dir);
// A readable file whose first document says that it is a suite.
bool IsSuiteFile(const std::string& path);

}  // namespace wt
