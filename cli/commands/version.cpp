// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/version.h"

#include <fmt/core.h>

#include "cli/commands.h"

namespace wt {
namespace {

Result<ExitCode> Run(const Arguments& arguments) {
  if (arguments.Flag("--json")) {
    fmt::print("{}\n", VersionJson(kBuildInfo));
  } else {
    fmt::print("wavetank {} ({}, {}, {})\n", kBuildInfo.version, kBuildInfo.commit,
               kBuildInfo.build_type, kBuildInfo.march);
  }
  return ExitCode::kOk;
}

}  // namespace

const Command kVersion{.name = "version",
                       .summary = "which build this is; also --version",
                       .example = "./wavetank version --json",
                       .options = {},
                       .run = &Run};

}  // namespace wt
