// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/bench_perf.h"

#include <fmt/format.h>

#include "cli/data_root.h"
#include "cli/version.h"

namespace wt {
namespace {

std::string Number(f64 value) {
  return value >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.2f}", value);
}

}  // namespace

Result<ExitCode> RunBenchPerf(const std::string& only, bool json) {
  const Result<std::filesystem::path> root = DataRoot();
  if (!root) return root.error();
  const Result<std::vector<Figure>> figures = MeasureFigures(root->string(), only);
  if (!figures) return figures.error();
  if (json) {
    fmt::print("{}\n", PerfJson(*figures, MachineText()));
    return ExitCode::kOk;
  }
  fmt::print("machine: {}\ncommand: wavetank bench --perf\ncommit:  {}\n\n", MachineText(),
             kBuildInfo.commit);
  fmt::print("{:<28} {:>12} {:>12} {:<9} {:>6}\n", "figure", "value", "baseline", "unit", "n");
  for (const Figure& f : *figures) {
    fmt::print("{:<28} {:>12} {:>12} {:<9} {:>6}  {}\n", f.name, Number(f.value),
               f.baseline > 0 ? Number(f.baseline) : "-", f.unit, f.n, f.meaning);
  }
  return ExitCode::kOk;
}

}  // namespace wt
