// SPDX-License-Identifier: Apache-2.0
// Checks suites, and scenario files: format, fault kinds and their parameters, targets against the
// app, that episodes can start and that every fault happens; warns of those that clients do not
// notice.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "bench/evaluate.h"
#include "cli/commands.h"
#include "cli/commands/one_episode.h"
#include "cli/data_root.h"
#include "cli/log.h"
#include "episodes/scenario_setup.h"
#include "episodes/try_scenario.h"
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
                                         .help = "scenario and suite files",
                                         .required = true}};

constexpr u64 kTriedSeeds = 3;

void Try(const ScenarioSetup& setup, ValidatedFile& out) {
  TriedScenario tried = TryScenario(setup, 1, kTriedSeeds);
  std::ranges::move(tried.errors, std::back_inserter(out.errors));
  std::ranges::move(tried.warnings, std::back_inserter(out.warnings));
}

// A suite, and each of its scenarios as if it were named alone.
ValidatedFile CheckSuite(const std::string& file, const std::string& root) {
  ValidatedFile out{file, {}, {}};
  const Result<PreparedSuite> suite = PrepareSuite(root, file);
  if (!suite) {
    out.errors.push_back(suite.error());
    return out;
  }
  for (const std::string& warning : suite->warnings) {
    out.warnings.push_back({ErrorCode::kInvalidInput, file, warning});
  }
  for (const ScenarioSetup& setup : suite->setups) Try(setup, out);
  return out;
}

ValidatedFile Check(const std::string& file, const LoadOptions& options, BlueprintCache& cache) {
  ValidatedFile out{file, {}, {}};
  Result<std::string> text = ReadFile(file, kScenarioBytesMax);
  const auto fail = [&](std::vector<Error> errors) {
    out.errors = std::move(errors);
    return out;
  };
  if (!text) return fail({{ErrorCode::kUsage, file, text.error().what}});  // as other commands
  ScenarioReport report = ReadScenario(*text, file, options);
  if (!report.errors.empty()) return fail(report.errors);
  Result<App> app = LoadApp(report.scenario.app_path);
  if (!app) return fail({app.error()});
  std::vector<Error> errors = CheckScenario(report.scenario, *app);
  if (!errors.empty()) return fail(errors);
  Result<ScenarioSetup> setup = PrepareScenario(report.scenario, cache);
  if (!setup) return fail({setup.error()});
  WorldPool pool;
  const Result<StartedEpisode> started = StartEpisode(*setup, pool, 1);
  if (!started) return fail({started.error()});
  Try(*setup, out);
  return out;
}

Result<ExitCode> Run(const Arguments& arguments) {
  Result<std::filesystem::path> root = DataRoot();
  if (!root) return root.error();
  LoadOptions options;
  options.kinds = FaultKindInfos();
  options.apps_dir = (*root / "scenarios/apps").string();
  options.profiles_dir = (*root / "scenarios/profiles").string();
  BlueprintCache cache;
  std::vector<ValidatedFile> files;
  ExitCode code = ExitCode::kOk;
  for (const std::string& file : arguments.Texts("files")) {
    files.push_back(IsSuiteFile(file) ? CheckSuite(file, root->string())
                                      : Check(file, options, cache));
    for (const Error& e : files.back().errors) {
      if (code == ExitCode::kOk) code = ExitCodeOf(e.code);
      fmt::print(stderr, "{}\n", e.Text());
    }
    for (const Error& w : files.back().warnings) LogWarning("{}", w.Text());
    if (!arguments.Flag("--json") && files.back().errors.empty()) fmt::print("{}: ok\n", file);
  }
  for (const std::string& warning : cache.warnings()) LogWarning("{}", warning);
  if (arguments.Flag("--json")) fmt::print("{}\n", ValidateJson(files));
  return code;
}

}  // namespace

const Command kValidate{
    .name = "validate",
    .summary = "checks scenario files: format, targets in the app, and that every fault happens",
    .example = "./wavetank validate scenarios/catalog/services/hotel-wrong-target-port.yaml",
    .options = kOptions,
    .run = &Run};

}  // namespace wt
