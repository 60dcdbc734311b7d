// SPDX-License-Identifier: Apache-2.0
// A recorded episode again: same seed, same actions at the same times, same hash.
#include <fmt/format.h>

#include <array>
#include <charconv>

#include "cli/commands.h"
#include "cli/commands/one_episode.h"
#include "cli/commands/shared.h"
#include "cli/log.h"
#include "sim/api/file_io.h"

namespace wt {
namespace {

constexpr std::size_t kEpisodesBytesMax = 4ull << 30;

constexpr std::array kOptions{
    OptionSpec{.name = "--episodes", .value_name = "FILE",
               .help = "episodes.jsonl of a run; the episode is line --line of it"},
    OptionSpec{.name = "--line", .type = OptionType::kInteger, .value_name = "N",
               .help = "which line of --episodes", .fallback = "1", .at_least = 1},
    OptionSpec{.name = "--scenario", .value_name = "S", .help = "scenario, by name or file",
               .fallback = "services/hotel-wrong-target-port"},
    OptionSpec{.name = "--actions", .value_name = "FILE",
               .help = "JSON lines of actions, or such a list itself: '[{...}]'",
               .fallback = "[{\"verb\": \"submit\"}]"},
    OptionSpec{.name = "--hash", .value_name = "HEX",
               .help = "expected hash of the final world; another one is exit code 10"}};

Result<RecordedEpisode> FromFile(const Arguments& arguments) {
  const std::string file = arguments.Text("--episodes");
  Result<std::string> text = ReadFile(file, kEpisodesBytesMax);
  if (!text) return text.error();
  const i64 wanted = arguments.Integer("--line");
  std::size_t from = 0;
  for (i64 line = 1; from < text->size(); ++line) {
    const std::size_t to = std::min(text->find('\n', from), text->size());
    if (line == wanted) {
      return ReadRecorded(std::string_view(*text).substr(from, to - from),
                          fmt::format("{}:{}:1", file, line));
    }
    from = to + 1;
  }
  return Error{ErrorCode::kUsage, "--line", fmt::format("{} has no line {}", file, wanted)};
}

Result<RecordedEpisode> FromFlags(const Arguments& arguments) {
  RecordedEpisode out;
  out.scenario_file = arguments.Text("--scenario");
  out.seed = static_cast<u64>(arguments.Integer("--seed"));
  out.actions = arguments.Text("--actions");
  out.errored = !arguments.Given("--hash");
  if (out.errored) return out;
  const std::string hash = arguments.Text("--hash");
  const auto end = hash.data() + hash.size();
  const auto read = std::from_chars(hash.data(), end, out.hash, 16);
  if (read.ec != std::errc{} || read.ptr != end) {
    return Error{ErrorCode::kUsage, "--hash", "'" + hash + "' is not a hexadecimal number"};
  }
  return out;
}

Result<ExitCode> Run(const Arguments& arguments) {
  Result<RecordedEpisode> recorded =
      arguments.Given("--episodes") ? FromFile(arguments) : FromFlags(arguments);
  if (!recorded) return recorded.error();
  Result<std::vector<ScriptedAction>> actions = ActionsOf(recorded->actions);
  if (!actions) return actions.error();
  Result<PreparedSuite> suite = OneScenario(recorded->scenario_file);
  if (!suite) return suite.error();
  for (const std::string& warning : suite->warnings) LogWarning("{}", warning);
  WorldPool pool;
  const EpisodeRequest request{&suite->setups[0], 0, recorded->seed};
  Result<EpisodeResult> ran = RunScript(request, *actions, pool, {});
  if (!ran) return ran.error();
  const bool compared = !recorded->errored;
  const bool equal = !compared || ran->hash == recorded->hash;
  if (arguments.Flag("--json")) {
    fmt::print("{}\n", ReplayJson(*ran, recorded->hash, compared));
  } else {
    fmt::print("{} seed {}: verdict {}, {} steps, hash {:016x}{}\n", suite->labels[0].name,
               recorded->seed, ran->verdict, ran->steps, ran->hash,
               !compared ? "" : equal ? ", as recorded" : ", not as recorded");
  }
  if (!equal) {
    LogError("expected hash {:016x}: another engine, scenario or list of actions",
             recorded->hash);
  }
  return equal ? ExitCode::kOk : ExitCode::kGateFailed;
}

}  // namespace

const Command kReplayCommand{.name = "replay",
                      .summary = "plays a recorded episode again and compares its hash",
                      .example = "./wavetank replay --seed 7 --actions '[{\"verb\": \"submit\"}]'",
                      .options = kOptions,
                      .run = &Run};

}  // namespace wt
