// SPDX-License-Identifier: Apache-2.0
// `real`: which of its parts is meant; images and cleanup.
#include <fmt/format.h>

#include <filesystem>

#include "cli/commands/shared.h"
#include "cli/interrupt.h"
#include "cli/log.h"
#include "cli/real/real_calibrate.h"
#include "cli/real/real_commands.h"
#include "cli/real/real_parts.h"
#include "cli/real/real_validate.h"
#include "realcluster/image/app_images.h"
#include "realcluster/replay/real_run.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

Result<ExitCode> WriteImages(const Arguments& arguments, const PreparedSuite& suite) {
  BlueprintCache cache(arguments.Text("--namespace"));
  const auto app = cache.GetApp(suite.setups[0].scenario.app_path);
  if (!app) return app.error();
  const Result<std::string> service = ProgramNamed("wavetank-service");
  if (!service) return service.error();
  const std::string out = arguments.Text("--out");
  std::error_code failed;
  fs::create_directories(fs::path(out).parent_path(), failed);
  if (Status written = WriteAppImages(**app, *service, out); !written) return written.error();
  for (const std::string& name : AppImageNames(**app)) LogInfo("{}", name);
  fmt::print("{}\n", out);
  // What the programs of faults run as: images that no manifest of the app names.
  std::vector<std::string> rogues;
  const Blueprint& blueprint = *suite.setups[0].blueprint;
  for (const Image& image : blueprint.images) {
    if (image.calls_api) rogues.push_back(blueprint.strings.Text(image.name));
  }
  const Result<std::string> killer = ProgramNamed("wavetank-killer");
  if (!killer) return killer.error();
  const std::string second = fs::path(out).replace_extension(".rogues.tar").string();
  if (Status written = WriteKillerImages(rogues, *killer, second); !written) {
    return written.error();
  }
  fmt::print("{}\n", second);
  return ExitCode::kOk;
}

Result<ExitCode> CleanUp(const Arguments& arguments) {
  const Result<std::string> file = InventoryOf(arguments);
  if (!file) return file.error();
  if (!fs::exists(*file) || fs::is_empty(*file)) {
    fmt::print("nothing to clean in {}\n", *file);
    return ExitCode::kOk;
  }
  Result<RealRunOptions> options = RealOptionsOf(arguments);
  if (!options) return options.error();
  const Result<std::size_t> cleaned = CleanUpRealRun(*options);
  if (!cleaned) return cleaned.error();
  if (*cleaned == 0) fmt::print("nothing to clean in {}\n", *file);
  else fmt::print("{} objects of {} taken away or put back\n", *cleaned, *file);
  return ExitCode::kOk;
}

Result<ExitCode> RunPart(const Arguments& arguments) {
  const Result<std::string> scenario = ScenarioOf(arguments);
  if (!scenario) return scenario.error();
  const std::string name_space = arguments.Text("--namespace");
  if (Status right = CheckNamespaceName(name_space); !right) return right.error();
  if (arguments.Text("what") == "validate") {
    if (!name_space.empty()) {
      return Error{ErrorCode::kUsage, "--namespace",
                   "validate compares episodes of the manifests' own namespaces; `wavetank real "
                   "record` takes --namespace, and `wavetank real replay` its traces"};
    }
    return ValidateReal(arguments, [](const Arguments& given, const PreparedSuite&,
                                      const std::vector<WantedTrace>& wanted) {
      return RecordTraces(given, {}, wanted);
    });
  }
  if (arguments.Text("what") == "cleanup") return CleanUp(arguments);
  if (arguments.Text("what") == "replay") return ReplayTraceFile(arguments);
  if (arguments.Text("what") == "calibrate") {
    if (arguments.Given("--from")) return FitAgain(arguments);
    Result<RealRunOptions> options = RealOptionsOf(arguments);
    return options ? Calibrate(arguments, *options) : Result<ExitCode>(options.error());
  }
  Result<PreparedSuite> suite = OneScenario(*scenario, name_space);
  if (!suite) return suite.error();
  for (const std::string& warning : suite->warnings) LogWarning("{}", warning);
  if (arguments.Text("what") == "images") return WriteImages(arguments, *suite);
  return arguments.Text("what") == "record" ? RecordReal(arguments, *suite)
                                            : PlayReal(arguments, *suite);
}

// What Ctrl-C cut off is no failure of its own; what a real cluster forbids is its state, not a
// broken scenario.
Result<ExitCode> Run(const Arguments& arguments) {
  Result<ExitCode> done = RunPart(arguments);
  if (done) return done;
  if (!Interrupted()) {
    Error error = done.error();
    if (error.code == ErrorCode::kForbidden) error.code = ErrorCode::kEnvironment;
    return error;
  }
  LogWarning("{}", done.error().Text());  // and what could not be taken away
  return ExitCode::kInterrupted;
}

}  // namespace

const Command kReal{.name = kRealOptions.name,
                    .summary = kRealOptions.summary,
                    .example = kRealOptions.example,
                    .options = kRealOptions.options,
                    .run = &Run};

}  // namespace wt
