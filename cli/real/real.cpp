// SPDX-License-Identifier: Apache-2.0
// `real`: an episode on a real cluster, told and drawn as `play` does it.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "cli/commands/play_incident.h"
#include "cli/commands/shared.h"
#include "cli/commands/timeline.h"
#include "cli/data_root.h"
#include "cli/interrupt.h"
#include "cli/log.h"
#include "cli/real/real_commands.h"
#include "cli/real/real_validate.h"
#include "realcluster/image/app_images.h"
#include "realcluster/replay/real_run.h"
#include "sim/api/file_io.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

// The programs that stand beside this one's build folder.
Result<std::string> ProgramNamed(const char* name) {
  std::error_code failed;
  const fs::path self = fs::read_symlink("/proc/self/exe", failed);
  const fs::path program = self.parent_path().parent_path() / name;
  if (!failed && fs::exists(program)) return program.string();
  return Error{ErrorCode::kEnvironment, program.string(),
               "is not built; ninja builds it with everything else"};
}

std::string TestbedState() {
  const char* state = std::getenv("WAVETANK_TESTBED_STATE");
  return state != nullptr ? state : "/var/lib/wavetank-testbed";
}

Result<RealRunOptions> OptionsOf(const Arguments& arguments) {
  RealRunOptions out;
  out.kubeconfig = arguments.Text("--kubeconfig");
  out.context = arguments.Text("--context");
  out.ownership.i_own_this_cluster = arguments.Flag("--i-own-this-cluster");
  out.ownership.name_space = arguments.Text("--namespace");
  out.inventory = arguments.Text("--inventory");
  out.apply.progress = [](const std::string& line) { LogInfo("{}", line); };
  out.apply.interrupted = [] { return Interrupted(); };
  if (out.kubeconfig.empty()) {
    out.kubeconfig = TestbedState() + "/pki/admin.kubeconfig";
    if (!fs::exists(out.kubeconfig)) {
      return Error{ErrorCode::kEnvironment, out.kubeconfig,
                   "no testbed is up; start one with `wavetank testbed up --local`, or name a "
                   "cluster with --kubeconfig"};
    }
    // Addresses of Services lead somewhere on a node only.
    out.load_prefix = {"nsenter", "--net=/run/netns/wt-n1"};
  }
  std::error_code failed;
  fs::create_directories(fs::path(out.inventory).parent_path(), failed);
  return out;
}

Result<ExitCode> WriteImages(const Arguments& arguments, const PreparedSuite& suite) {
  BlueprintCache cache;
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

Result<ExitCode> Play(const Arguments& arguments, const PreparedSuite& suite) {
  Result<RealRunOptions> options = OptionsOf(arguments);
  if (!options) return options.error();
  const Result<std::string> load = ProgramNamed("wavetank-load");
  if (!load) return load.error();
  options->load_binary = *load;
  BlueprintCache cache;
  const auto app = cache.GetApp(suite.setups[0].scenario.app_path);
  if (!app) return app.error();
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // it takes minutes: who pipes it wants to see it
  auto run = RealRun::Begin(suite.setups[0], **app, std::move(*options));
  if (!run) return run.error();
  const bool json = arguments.Flag("--json");
  PlayOptions play;
  play.agent = arguments.Text("--agent");
  play.seed = static_cast<u64>(arguments.Integer("--seed"));
  play.tell = json || arguments.Flag("--brief") ? nullptr : stdout;
  play.drive = [&](SimCluster& cluster) { return (*run)->Drive(cluster); };
  play.on_judged = [&](SimCluster&, const EpisodeLimits&) {
    for (const std::string& warning : (*run)->driver()->mirror().warnings()) {
      LogWarning("{}", warning);
    }
    for (const Error& error : (*run)->driver()->errors()) LogWarning("{}", error.Text());
  };
  Result<PlayedIncident> played = PlayIncident(suite, play);
  const Status ended = (*run)->End();
  if (!played) return played.error();
  if (Interrupted()) return ended ? Result<ExitCode>(ExitCode::kInterrupted) : ended.error();
  if (arguments.Given("--svg")) {
    const Status written = WriteFileWhole(arguments.Text("--svg"), IncidentSvg(played->incident));
    if (!written) return written.error();
  }
  RunInfo info;
  info.agent = play.agent;
  if (json) fmt::print("{}\n", EpisodeLine(info, suite.labels, played->result));
  else fmt::print("{}", DrawTimeline(played->incident));
  if (!ended) return ended.error();
  return ExitCode::kOk;
}

Result<ExitCode> Run(const Arguments& arguments) {
  if (arguments.Text("what") == "validate") return ValidateReal(arguments, {});
  if (arguments.Text("what") == "cleanup") {
    Result<RealRunOptions> options = OptionsOf(arguments);
    if (!options) return options.error();
    if (Status cleaned = CleanUpRealRun(*options); !cleaned) return cleaned.error();
    return ExitCode::kOk;
  }
  Result<PreparedSuite> suite = OneScenario(arguments.Text("--scenario"));
  if (!suite) return suite.error();
  for (const std::string& warning : suite->warnings) LogWarning("{}", warning);
  return arguments.Text("what") == "images" ? WriteImages(arguments, *suite)
                                            : Play(arguments, *suite);
}

}  // namespace

const Command kReal{.name = kRealOptions.name,
                    .summary = kRealOptions.summary,
                    .example = kRealOptions.example,
                    .options = kRealOptions.options,
                    .run = &Run};

}  // namespace wt
