// SPDX-License-Identifier: Apache-2.0
// Checks scenario files: format, fault kinds and their parameters, targets against the app, and
// that an episode can start.
#include <fmt/format.h>

#include <array>

#include "cli/commands.h"
#include "cli/commands/one_episode.h"
#include "cli/data_root.h"
#include "episodes/scenario_setup.h"
#include "scenarios/check_scenario.h"
#include "scenarios/fault_kinds.h"
#include "scenarios/load_scenario.h"
#include "sim/api/file_io.h"

namespace wt {
namespace {

constexpr std::size_t kScenarioBytesMax = 4 << 20;

constexpr std::array kOptions{OptionSpec{.name = "files",
                                         .type = OptionType::kTextList,
                                         .value_name = "FILE...",
                                         .help = "scenario files",
                                         .required = true}};

std::vector<Error> Check(const std::string& file, const LoadOptions& options,
                         BlueprintCache& cache) {
  Result<std::string> text = ReadFile(file, kScenarioBytesMax);
  if (!text) return {text.error()};
  ScenarioReport report = ReadScenario(*text, file, options);
  if (!report.errors.empty()) return report.errors;
  Result<App> app = LoadApp(report.scenario.app_path);
  if (!app) return {app.error()};
  std::vector<Error> errors = CheckScenario(report.scenario, *app);
  if (!errors.empty()) return errors;
  Result<ScenarioSetup> setup = PrepareScenario(report.scenario, cache);
  if (!setup) return {setup.error()};
  WorldPool pool;
  const Result<StartedEpisode> started = StartEpisode(*setup, pool, 1);
  if (!started) return {started.error()};
  return {};
}

Result<ExitCode> Run(const Arguments& arguments) {
  Result<std::filesystem::path> root = DataRoot();
  if (!root) return root.error();
  LoadOptions options;
  options.kinds = FaultKindInfos();
  options.apps_dir = (*root / "scenarios/apps").string();
  BlueprintCache cache;
  std::vector<ValidatedFile> files;
  ExitCode code = ExitCode::kOk;
  for (const std::string& file : arguments.Texts("files")) {
    files.push_back({file, Check(file, options, cache)});
    for (const Error& e : files.back().errors) {
      if (code == ExitCode::kOk) code = ExitCodeOf(e.code);
      fmt::print(stderr, "{}\n", e.Text());
    }
    if (!arguments.Flag("--json") && files.back().errors.empty()) fmt::print("{}: ok\n", file);
  }
  if (arguments.Flag("--json")) fmt::print("{}\n", ValidateJson(files));
  return code;
}

}  // namespace

const Command kValidate{
    .name = "validate",
    .summary = "checks scenario files against the format, the fault kinds and their app",
    .example = "./wavetank validate scenarios/catalog/services/hotel-wrong-target-port.yaml",
    .options = kOptions,
    .run = &Run};

}  // namespace wt
