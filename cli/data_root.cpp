// SPDX-License-Identifier: Apache-2.0
#include "cli/data_root.h"

#include <cstdlib>

namespace wt {
namespace {

namespace fs = std::filesystem;

bool IsRoot(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / "cmake" / "packages.txt", ignored);
}

}  // namespace

Result<fs::path> DataRoot() {
  if (const char* set = std::getenv("WAVETANK_ROOT"); set != nullptr && *set != '\0') {
    if (IsRoot(set)) return fs::path(set);
    return Error{ErrorCode::kEnvironment, std::string("WAVETANK_ROOT=") + set,
                 "no Wavetank source tree (it has no cmake/packages.txt)"};
  }
  std::error_code failed;
  const fs::path binary = fs::read_symlink("/proc/self/exe", failed);  // fails without /proc
  const fs::path beside = binary.parent_path().parent_path().parent_path();
  if (!failed && IsRoot(beside)) return beside;
  if (IsRoot(WAVETANK_SOURCE_DIR)) return fs::path(WAVETANK_SOURCE_DIR);
  return Error{ErrorCode::kEnvironment, WAVETANK_SOURCE_DIR,
               "the source tree is gone; set WAVETANK_ROOT to where it is now"};
}

}  // namespace wt
