// SPDX-License-Identifier: Apache-2.0
// Files read with a bound and written whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "sim/api/result.h"

namespace wt {

// The bytes of a regular file or pipe. Errors: kEnvironment with the path: not readable, a
// directory, more than `max_bytes`. Reads at most max_bytes + 1 bytes, whatever the file says.
Result<std::string> ReadFile(const std::filesystem::path& path, std::size_t max_bytes);

// Replaces `path` by `text`: a temporary file beside it, fsync, rename, fsync of the directory.
// After a crash the old or the new content stands there, never a part. Error: kEnvironment.
Status WriteFileWhole(const std::filesystem::path& path, std::string_view text);

}  // namespace wt
