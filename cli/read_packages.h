// SPDX-License-Identifier: Apache-2.0
// The Debian packages that Wavetank is built from (cmake/packages.txt) and those installed here.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "sim/api/result.h"

namespace wt {

struct PackageSection {
  std::string name;  // "core", "learn", "test", "full"
  std::vector<std::string> packages;
};

// Sections in the order of the file. Error: not readable, or a package before any section.
Result<std::vector<PackageSection>> ReadPackageList(const std::filesystem::path& file);

// Names of all packages that dpkg has installed, without architecture. Error kEnvironment if
// there is no dpkg-query. About 20 ms.
Result<std::set<std::string>> InstalledPackages();

}  // namespace wt
