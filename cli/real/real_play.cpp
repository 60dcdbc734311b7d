// SPDX-License-Identifier: Apache-2.0
// Episodes on a real cluster: played for people to look at, or recorded.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "cli/commands/one_episode.h"
#include "cli/commands/play_incident.h"
#include "cli/commands/timeline.h"
#include "cli/interrupt.h"
#include "cli/log.h"
#include "cli/real/real_parts.h"
#include "cli/version.h"
#include "scenarios/nearest.h"
#include "sim/api/action.h"
#include "sim/api/file_io.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

// The app applied, then driven.
Result<std::unique_ptr<ClusterDriver>> BeginRun(const App& app, RealRunOptions options,
                                                std::unique_ptr<RealRun>& run,
                                                SimCluster& cluster) {
  auto begun = RealRun::Begin(app, std::move(options));
  if (!begun) return begun.error();
  run = std::move(*begun);
  return run->Drive(cluster);
}

// How to see it again; a trace that moves is found by its name.
std::string ReplayOf(const fs::path& trace) {
  if (trace.empty()) return "";
  const fs::path file = trace.is_absolute() ? trace.filename() : trace;
  return fmt::format("wavetank real replay --trace {}", file.string());
}

// From an empty namespace to an empty namespace. Errors beside those of the parts: a fault that
// did not take effect; interrupted.
Result<PlayedIncident> PlayOnce(const PreparedSuite& suite, RealRunOptions options,
                                const PlayOptions& given) {
  const Result<std::string> load = ProgramNamed("wavetank-load");
  if (!load) return load.error();
  options.load_binary = *load;
  std::vector<ScenarioLabel> labels = suite.labels;
  if (!options.trace.empty()) labels[0].file = options.header.scenario;  // no path of this machine
  BlueprintCache cache(options.ownership.name_space);
  const auto app = cache.GetApp(suite.setups[0].scenario.app_path);
  if (!app) return app.error();
  const std::string replay = ReplayOf(options.trace);
  std::unique_ptr<RealRun> run;
  std::optional<Error> failure;
  PlayOptions play = given;
  // Nothing is created before the player and the scenario are known to be right.
  play.drive = [&](SimCluster& cluster) {
    auto driver = BeginRun(**app, std::move(options), run, cluster);
    if (!driver) failure = driver.error();
    return driver;
  };
  play.cut_off = [&] { return Interrupted() || (run && run->failure()); };
  play.on_step = [&](const StepView& step) { run->NoteStep(step); };
  play.on_judged = [&](SimCluster& cluster, const EpisodeLimits&) {
    run->driver()->AwaitWrites(cluster);
    for (const std::string& warning : run->driver()->mirror().warnings()) {
      LogWarning("{}", warning);
    }
    for (const Error& error : run->driver()->errors()) LogWarning("{}", error.Text());
  };
  Result<PlayedIncident> played = PlayIncident(suite, play);
  if (!failure && run) failure = run->failure();
  if (played && !failure && !Interrupted()) {
    RunInfo info;
    info.agent = play.agent;
    const Status closed = run->CloseTrace(
        played->result.end, WithReplay(EpisodeLine(info, labels, played->result), replay));
    if (!closed) failure = closed.error();
  }
  if (Status ended = run ? run->End() : Ok{}; !ended) {
    if (!failure) return ended.error();
    failure->what += "; " + ended.error().Text();
  }
  if (failure) return *failure;
  return played;
}

std::string Machine() {
  double load[1] = {};
  if (getloadavg(load, 1) != 1) load[0] = 0;
  return fmt::format("{} cores, load average {:.1f} at the beginning",
                     std::thread::hardware_concurrency(), load[0]);
}

// A verb that no target has would else be found when its turn comes, minutes from now.
Status CheckVerbs(const std::vector<ScriptedAction>& actions) {
  std::vector<std::string> known{"patch"};
  for (u32 kind = 0; kind < kEntityKinds; ++kind) {
    for (const Move& move : MovesOf(static_cast<EntityKind>(kind))) {
      known.emplace_back(VerbName(move.verb));
    }
  }
  for (const ScriptedAction& action : actions) {
    if (std::ranges::find(known, action.verb) != known.end()) continue;
    return Error{ErrorCode::kUsage, action.place,
                 fmt::format("verb: \"{}\" is nothing to do{}", action.verb,
                             DidYouMean(action.verb, known))};
  }
  return Ok{};
}

// Who plays: an agent, or a list of actions, known by the file's name.
Result<PlayOptions> PlayerOf(const Arguments& arguments) {
  PlayOptions play;
  play.agent = arguments.Text("--agent");
  play.seed = static_cast<u64>(arguments.Integer("--seed"));
  if (!arguments.Given("--actions")) return play;
  Result<std::vector<ScriptedAction>> actions = ActionsOf(arguments.Text("--actions"));
  if (!actions) return actions.error();
  if (Status right = CheckVerbs(*actions); !right) return right.error();
  play.actions = std::move(*actions);
  play.agent = fs::path(arguments.Text("--actions")).stem().string();
  if (play.agent.find('{') != std::string::npos) play.agent = "actions";
  return play;
}

}  // namespace

Result<ExitCode> PlayReal(const Arguments& arguments, const PreparedSuite& suite) {
  Result<RealRunOptions> options = RealOptionsOf(arguments);
  if (!options) return options.error();
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // it takes minutes: who pipes it wants to see it
  const bool json = arguments.Flag("--json");
  Result<PlayOptions> player = PlayerOf(arguments);
  if (!player) return player.error();
  PlayOptions& play = *player;
  play.tell = json || arguments.Flag("--brief") ? nullptr : stdout;
  const Result<PlayedIncident> played = PlayOnce(suite, std::move(*options), play);
  if (!played) return played.error();
  if (Interrupted()) return ExitCode::kInterrupted;
  if (arguments.Given("--svg")) {
    const Status written = WriteFileWhole(arguments.Text("--svg"), IncidentSvg(played->incident));
    if (!written) return written.error();
  }
  RunInfo info;
  info.agent = play.agent;
  if (json) fmt::print("{}\n", WithReplay(EpisodeLine(info, suite.labels, played->result), ""));
  else fmt::print("{}", DrawTimeline(played->incident));
  return ExitCode::kOk;
}

Status RecordTraces(const Arguments& arguments, const PlayOptions& play,
                    const std::vector<WantedTrace>& wanted) {
  const Result<RealRunOptions> options = RealOptionsOf(arguments);
  if (!options) return options.error();
  std::size_t done = 0;
  for (const WantedTrace& trace : wanted) {
    const std::string& name_space = options->ownership.name_space;
    const Result<PreparedSuite> suite = OneScenario(trace.header.scenario, name_space);
    if (!suite) return suite.error();
    RealRunOptions one = *options;
    one.trace = trace.file;
    one.header = trace.header;
    one.header.name_space = name_space;
    one.header.engine = kBuildInfo.commit;
    one.header.machine = Machine();
    LogInfo("{} of {}: {}", ++done, wanted.size(), trace.file);
    PlayOptions episode = play;
    episode.agent = trace.header.agent;
    episode.seed = trace.header.seed;
    const Result<PlayedIncident> played = PlayOnce(*suite, std::move(one), episode);
    if (!played) return played.error();
    if (Interrupted()) return Error{ErrorCode::kEnvironment, trace.file, "interrupted"};
    fmt::print("{}  verdict {}\n", trace.file, VerdictText(played->result.verdict));
  }
  return Ok{};
}

Result<ExitCode> RecordReal(const Arguments& arguments, const PreparedSuite& suite) {
  const fs::path folder = TracesFolder(arguments, "runs/traces");
  std::error_code failed;
  fs::create_directories(folder, failed);
  const Result<PlayOptions> player = PlayerOf(arguments);
  if (!player) return player.error();
  const Result<std::string> scenario = ScenarioOf(arguments);
  if (!scenario) return scenario.error();
  std::vector<WantedTrace> wanted;
  const i64 repeat = arguments.Integer("--repeat");
  for (u32 repetition = 1; repetition <= repeat; ++repetition) {
    WantedTrace trace;
    trace.header.scenario = *scenario;
    trace.header.seed = player->seed;
    trace.header.agent = player->agent;
    trace.header.repetition = repetition;
    trace.file = (folder / fmt::format("{}.{}.{}.{}.jsonl.gz", suite.labels[0].name,
                                       player->agent, player->seed, repetition)).string();
    if (fs::exists(trace.file)) LogInfo("{} is there already", trace.file);
    else wanted.push_back(std::move(trace));
  }
  const Status recorded = RecordTraces(arguments, *player, wanted);
  if (!recorded) return recorded.error();
  return ExitCode::kOk;
}

}  // namespace wt
