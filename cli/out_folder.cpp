// SPDX-License-Identifier: Apache-2.0
#include "cli/out_folder.h"

#include <filesystem>

namespace wt {

Status MakeOutFolder(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!failed) return Ok{};
  std::string why = "cannot be made: " + failed.message();
  for (fs::path at(folder); !at.empty() && at != at.parent_path(); at = at.parent_path()) {
    std::error_code unknown;
    if (!fs::exists(at, unknown) || fs::is_directory(at, unknown)) continue;
    why = at == fs::path(folder) ? "is a file, expected a folder"
                                 : "cannot be made: " + at.string() + " is a file";
  }
  return Error{ErrorCode::kEnvironment, folder, why + "; choose another --out"};
}

}  // namespace wt
