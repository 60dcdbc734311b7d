// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/doctor.h"

#include <fmt/core.h>

#include "cli/commands.h"
#include "cli/data_root.h"

namespace wt {
namespace {

Result<ExitCode> Run(const Arguments& arguments) {
  Result<std::filesystem::path> root = DataRoot();
  if (!root) return root.error();
  Result<DoctorReport> report = Examine(*root);
  if (!report) return report.error();
  if (arguments.Flag("--json")) {
    fmt::print("{}\n", DoctorJson(*report));
  } else {
    for (const DoctorCheck& check : report->checks) {
      fmt::print("{:<8} {:<15} {}\n", StateWord(check.state), check.name, check.found);
      if (!check.remedy.empty()) fmt::print("{:<24} -> {}\n", "", check.remedy);
    }
  }
  return report->ok ? ExitCode::kOk : ExitCode::kEnvironmentUnavailable;
}

}  // namespace

std::string_view StateWord(CheckState state) {
  switch (state) {
    case CheckState::kOk: return "ok";
    case CheckState::kNote: return "note";
    case CheckState::kMissing: return "missing";
  }
  return "";
}

const Command kDoctor{.name = "doctor",
                      .summary = "whether this machine has what Wavetank needs",
                      .example = "./wavetank doctor",
                      .options = {},
                      .run = &Run};

}  // namespace wt
