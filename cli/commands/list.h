// SPDX-License-Identifier: Apache-2.0
// What there is to choose from, read from the folders under scenarios/.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/result.h"

namespace wt {

struct Listed {
  std::string name;   // what other commands take
  std::string group;  // folder between the kind and the file; empty if none
  std::string path;   // relative to the root
};

// Rows of one kind, sorted by path:
//   scenarios  scenarios/catalog/GROUP/NAME.yaml
//   suites     scenarios/suites/NAME.yaml
//   apps       scenarios/apps/NAME/
// Error kEnvironment if the folder is not there. REQUIRES: kind is one of the three.
Result<std::vector<Listed>> ListKind(const std::filesystem::path& root, std::string_view kind);

// One document, schema wavetank.list/1, with the rows under the name of the kind.
std::string ListJson(std::string_view kind, const std::vector<Listed>& rows);

}  // namespace wt
