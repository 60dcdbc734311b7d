// SPDX-License-Identifier: Apache-2.0
#include "cli/read_packages.h"

#include <array>
#include <cstdio>
#include <sstream>

#include "sim/api/file_io.h"

namespace wt {

Result<std::vector<PackageSection>> ReadPackageList(const std::filesystem::path& file) {
  constexpr std::size_t kMaxBytes = 1 << 16;
  Result<std::string> text = ReadFile(file, kMaxBytes);
  if (!text) return text.error();
  std::vector<PackageSection> sections;
  std::istringstream lines(*text);
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[' && line.back() == ']') {
      sections.push_back({line.substr(1, line.size() - 2), {}});
    } else if (sections.empty()) {
      return Error{ErrorCode::kEnvironment, file.string() + ":" + std::to_string(number),
                   "a package before the first [section]"};
    } else {
      sections.back().packages.push_back(line);
    }
  }
  return sections;
}

Result<std::set<std::string>> InstalledPackages() {
  std::FILE* query =
      popen("dpkg-query -W -f='${db:Status-Abbrev} ${Package}\\n' 2>/dev/null", "r");
  if (query == nullptr) return Error{ErrorCode::kEnvironment, "dpkg-query", "cannot be started"};
  std::set<std::string> installed;
  std::array<char, 512> buffer;
  while (std::fgets(buffer.data(), buffer.size(), query) != nullptr) {
    std::istringstream words(buffer.data());
    std::string status;
    std::string package;
    if (words >> status >> package && status == "ii") installed.insert(package);
  }
  if (pclose(query) != 0) {
    return Error{ErrorCode::kEnvironment, "dpkg-query", "not found or failed"};
  }
  return installed;
}

}  // namespace wt
