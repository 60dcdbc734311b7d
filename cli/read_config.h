// SPDX-License-Identifier: Apache-2.0
// wavetank.yaml: defaults of a project for the options of commands.
//
//   seed: 7            # for every command that has --seed
//   bench:             # for one command, before the top level
//     suite: lite
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/result.h"

namespace wt {

struct ConfigEntry {
  std::string section;             // command, or empty for the top level
  std::string key;                 // option without its dashes
  std::vector<std::string> words;  // one for a scalar
  std::string where;               // FILE:LINE:COL
};

struct ConfigFile {
  std::string path;  // empty: there is none
  std::vector<ConfigEntry> entries;

  // The entry of that section and key, or null.
  const ConfigEntry* Find(std::string_view section, std::string_view key) const;
};

// The file in `directory` or the nearest of its parents; an empty ConfigFile if there is none.
// Errors: kUsage, one line with FILE:LINE:COL (not readable, over 1 MiB, no YAML, nested deeper
// than a command's section, a key twice).
Result<ConfigFile> ReadNearestConfig(const std::filesystem::path& directory);

}  // namespace wt
