// SPDX-License-Identifier: Apache-2.0
// Which build this is; results and run folders carry it.
#pragma once

#include <string_view>

namespace wt {

struct BuildInfo {
  std::string_view version;     // of the project, "0.1.0"
  std::string_view commit;      // 12 hex digits, "-dirty" after it, or "unknown"
  std::string_view compiler;    // "12.2.0"
  std::string_view build_type;  // "Release"
  std::string_view march;       // "x86-64-v3"; empty if the compiler's default
};

extern const BuildInfo kBuildInfo;

}  // namespace wt
