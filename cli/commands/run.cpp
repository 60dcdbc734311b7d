// SPDX-License-Identifier: Apache-2.0
// One episode as one document, for scripts: an agent, or a list of actions at given times.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/commands.h"
#include "cli/commands/one_episode.h"
#include "cli/commands/shared.h"
#include "cli/log.h"
#include "sim/api/file_io.h"

namespace wt {
namespace {

constexpr std::size_t kActionsBytesMax = 64 << 20;

constexpr std::array kOptions{
    OptionSpec{.name = "--scenario", .value_name = "S", .help = "scenario, by name or file",
               .fallback = "services/hotel-wrong-target-port"},
    OptionSpec{.name = "--agent", .value_name = "A", .help = "who acts", .fallback = "no-op"},
    OptionSpec{.name = "--actions", .value_name = "FILE",
               .help = "JSON lines of actions with at_s, in place of an agent; or such a list "
                       "itself: '[{...}]'"},
    OptionSpec{.name = "--fidelity", .help = "how traffic is computed", .fallback = "flow",
               .choices = "flow"},
    OptionSpec{.name = "--series", .type = OptionType::kFlag,
               .help = "rate, errors and latency of the entry point every 5 s, up to the "
                       "scenario's time limit"},
    OptionSpec{.name = "--check", .type = OptionType::kFlag,
               .help = "check every invariant after every event (slow)"}};

Result<ExitCode> Run(const Arguments& arguments) {
  Result<PreparedSuite> suite = OneScenario(arguments.Text("--scenario"));
  if (!suite) return suite.error();
  for (const std::string& warning : suite->warnings) LogWarning("{}", warning);
  const u64 seed = static_cast<u64>(arguments.Integer("--seed"));
  const EpisodeRequest request{&suite->setups[0], 0, seed};

  std::vector<SeriesPoint> series;
  ChunkOptions options;
  options.check_invariants = arguments.Flag("--check");
  if (arguments.Flag("--series")) {
    options.sampler.tell = [&](const SimCluster& cluster) { series.push_back(PointOf(cluster)); };
    options.on_judged = [&](SimCluster& cluster, const EpisodeLimits& limits) {
      const SimTime left = limits.budget.time - cluster.Now();
      if (left > 0) AdvanceSampled(cluster, left, options.sampler);
    };
  }
  WorldPool pool;
  EpisodeResult result;
  RunInfo info;
  info.agent = arguments.Text("--agent");
  if (arguments.Given("--actions")) {
    info.agent = "actions";
    Result<std::vector<ScriptedAction>> actions = ActionsOf(arguments.Text("--actions"));
    if (!actions) return actions.error();
    Result<EpisodeResult> ran = RunScript(request, *actions, pool, options);
    if (!ran) return ran.error();
    result = std::move(*ran);
  } else {
    Result<PolicyFactory> agent = AgentNamed(info.agent);
    if (!agent) return agent.error();
    result = RunChunk({&request, 1}, *(*agent)(), pool, options)[0];
  }
  if (result.errored && !result.agent_lost) {
    return Error{ErrorCode::kInvalidInput, suite->labels[0].file, result.error};
  }
  if (arguments.Flag("--json") || arguments.Flag("--series")) {
    const std::string line = EpisodeLine(info, suite->labels, result);
    fmt::print("{}\n", arguments.Flag("--series") ? WithSeries(line, series) : line);
  } else {
    fmt::print("{} seed {}: verdict {}, {} steps, {:.0f} s, hash {:016x}\n",
               suite->labels[0].name, seed, result.verdict, result.steps, ToSeconds(result.end),
               result.hash);
  }
  if (result.errored) LogWarning("{}", result.error);
  return result.errored ? ExitCode::kEpisodesErrored : ExitCode::kOk;
}

}  // namespace

Result<std::vector<ScriptedAction>> ActionsOf(const std::string& given) {
  const std::size_t first = given.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && given[first] == '[') return ReadActions(given, "--actions");
  Result<std::string> text = ReadFile(given, kActionsBytesMax);
  if (!text) return Error{ErrorCode::kUsage, "--actions", text.error().Text()};
  return ReadActions(*text, given);
}

const Command kRun{.name = "run",
                   .summary = "one episode as one document: an agent, or actions at given times",
                   .example = "./wavetank run --agent rule --seed 7 --series --json",
                   .options = kOptions,
                   .run = &Run};

}  // namespace wt
