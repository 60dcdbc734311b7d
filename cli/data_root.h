// SPDX-License-Identifier: Apache-2.0
// Where the data files (scenarios/, cmake/packages.txt, docs/) are.
#pragma once

#include <filesystem>

#include "sim/api/result.h"

namespace wt {

// WAVETANK_ROOT if it is set; else the source tree that the running binary stands in
// (ROOT/build/cli/wavetank, so that a moved or copied clone uses its own files); else the tree it
// was built from. Error kEnvironment if none of them has a cmake/packages.txt.
Result<std::filesystem::path> DataRoot();

}  // namespace wt
