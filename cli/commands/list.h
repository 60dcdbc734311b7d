// SPDX-License-Identifier: Apache-2.0
// What there is to choose from: folders under scenarios/, and the tables of faults and agents.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/ints.h"
#include "sim/api/result.h"

namespace wt {

struct Listed {
  std::string name;   // what other commands take
  std::string group;  // folder between the kind and the file; empty if none
  std::string path;   // relative to the root
  std::string text = {};  // what it is, in words; empty if nothing says so
  // Of a scenario that loads.
  std::string app = {}, task = {};
  std::vector<std::string> faults = {};  // ids of the kinds that may be drawn; none: healthy
  bool loaded = false;
  // Of a suite that loads.
  u64 scenarios = 0, first_seed = 0, last_seed = 0;
};

// Rows of one kind, those of folders sorted by path:
//   scenarios  scenarios/catalog/GROUP/NAME.yaml
//   suites     scenarios/suites/NAME.yaml
//   apps       scenarios/apps/NAME/
//   faults     faults/all_faults.cpp; the group is the layer
//   agents     what `--agent` takes
// Error kEnvironment if the folder is not there. REQUIRES: kind is one of the five.
Result<std::vector<Listed>> ListKind(const std::filesystem::path& root, std::string_view kind);

// Reads each scenario for its app, task and kinds of fault. One that does not load stays a name:
// `validate` says what is wrong with it.
void DescribeScenarios(const std::filesystem::path& root, std::vector<Listed>& rows);
// Reads each suite for its description, its seeds and how many scenarios it has.
void DescribeSuites(const std::filesystem::path& root, std::vector<Listed>& rows);

// One document, schema wavetank.list/1, with the rows under the name of the kind; of faults also
// their names alone as `fault_ids`.
std::string ListJson(std::string_view kind, const std::vector<Listed>& rows);

}  // namespace wt
