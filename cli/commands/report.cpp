// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "cli/commands.h"
#include "cli/commands/report_files.h"
#include "cli/log.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr std::array kOptions{
    OptionSpec{.name = "runs", .type = OptionType::kTextList, .value_name = "RUN",
               .help = "folders of `train`, `bench --out` and `demo`, or files of `bench --json`",
               .required = true},
    OptionSpec{.name = "--out", .value_name = "FILE",
               .help = "the HTML file; report.html in the first folder when not given"}};

std::string OutOf(const Arguments& arguments, const std::vector<std::string>& places) {
  if (arguments.Given("--out")) return arguments.Text("--out");
  std::error_code failed;
  if (!fs::is_directory(places.front(), failed)) return "report.html";
  return (fs::path(places.front()) / "report.html").string();
}

Result<ExitCode> Run(const Arguments& arguments) {
  const std::vector<std::string> places = arguments.Texts("runs");
  Result<Report> report = ReadReport(places);
  if (!report) return report.error();
  // With --json alone the data is all that is asked for.
  const bool json = arguments.Flag("--json");
  if (!json || arguments.Given("--out")) {
    const std::string file = OutOf(arguments, places);
    if (const Status written = WriteReport(*report, file); !written) return written.error();
    if (json) LogInfo("report: {}", file);
    else fmt::print("report: {}\n", file);
  }
  if (json) fmt::print("{}\n", ReportDocument(*report));
  return ExitCode::kOk;
}

}  // namespace

const Command kReport{.name = "report",
                      .summary = "one HTML file of runs: learning curves, agents, faults",
                      .example = "./wavetank report runs/train-1 --out report.html",
                      .options = kOptions,
                      .run = &Run};

}  // namespace wt
