// SPDX-License-Identifier: Apache-2.0
// One episode in the terminal: what the agent saw and did, step by step, then the timeline of
// cause, symptom and repair.
#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/commands/shared.h"
#include "cli/commands/timeline.h"
#include "cli/file_io.h"
#include "cli/log.h"
#include "episodes/playthrough.h"

namespace wt {
namespace {

constexpr std::array kOptions{
    OptionSpec{.name = "--scenario", .value_name = "S", .help = "scenario, by name or file",
               .fallback = "services/wrong-target-port"},
    OptionSpec{.name = "--agent", .value_name = "A", .help = "who plays", .fallback = "rule"},
    OptionSpec{.name = "--record", .value_name = "FILE",
               .help = "write the playthrough: what was seen and done, with state hashes"},
    OptionSpec{.name = "--brief", .type = OptionType::kFlag, .help = "the timeline only"},
    OptionSpec{.name = "--check", .type = OptionType::kFlag,
               .help = "check every invariant after every event (slow)"}};

std::string FirstLines(const std::string& text, int lines) {
  std::string out;
  std::size_t from = 0;
  for (int i = 0; i < lines && from < text.size(); ++i) {
    const std::size_t to = std::min(text.find('\n', from), text.size());
    out += "            " + text.substr(from, to - from) + "\n";
    from = to + 1;
  }
  if (from < text.size()) out += "            ...\n";
  return out;
}

void PrintStep(const StepView& step) {
  const Action& action = step.slot->chosen;
  const Move& move = MoveOf(action);
  const std::string target = step.cluster->EntityName(action.kind, action.slot);
  const std::string option = step.cluster->OptionText(action);
  fmt::print("{:>8.1f}s  {} {}{}{}\n", ToSeconds(step.cluster->Now()), VerbName(move.verb), target,
             option.empty() ? "" : " -> " + option, step.outcome.accepted ? "" : "  (refused)");
  if (IsInvestigation(move.verb)) fmt::print("{}", FirstLines(step.cluster->LastResultText(), 8));
}

Result<ExitCode> Run(const Arguments& arguments) {
  Result<PolicyFactory> agent = AgentNamed(arguments.Text("--agent"));
  if (!agent) return agent.error();
  Result<PreparedSuite> suite = OneScenario(arguments.Text("--scenario"));
  if (!suite) return suite.error();
  for (const std::string& warning : suite->warnings) LogWarning("{}", warning);
  const u64 seed = static_cast<u64>(arguments.Integer("--seed"));
  const bool brief = arguments.Flag("--brief") || arguments.Flag("--json");

  WorldPool pool;
  const std::unique_ptr<Policy> policy = (*agent)();
  const EpisodeRequest request{&suite->setups[0], 0, seed};
  Timeline timeline;
  Playthrough playthrough;
  const bool record = arguments.Given("--record");
  std::string complaint;
  ChunkOptions options;
  options.texts = !brief;
  options.check_invariants = arguments.Flag("--check");
  options.on_step = [&](const StepView& step) {
    timeline.Add(step);
    if (record) playthrough.Add(step);
    if (!brief && complaint != step.complaint) {
      complaint = step.complaint;
      fmt::print("{:>8.1f}s  user: \"{}\"\n", ToSeconds(step.cluster->Now()), complaint);
    }
    if (!brief) PrintStep(step);
  };
  const std::vector<EpisodeResult> results = RunChunk({&request, 1}, *policy, pool, options);
  const EpisodeResult& result = results[0];
  if (result.errored) {
    return Error{ErrorCode::kInvalidInput, suite->labels[0].file, result.error};
  }
  if (record) {
    const Status written =
        WriteFileWhole(arguments.Text("--record"),
                       playthrough.Text(suite->setups[0], arguments.Text("--agent"), result));
    if (!written) return written.error();
  }
  RunInfo info;
  info.agent = arguments.Text("--agent");
  if (arguments.Flag("--json")) {
    fmt::print("{}\n", EpisodeLine(info, suite->labels, result));
  } else {
    fmt::print("{}", timeline.Draw(suite->labels[0], result));
  }
  return ExitCode::kOk;
}

}  // namespace

const Command kPlay{.name = "play",
                    .summary = "one episode in the terminal, step by step",
                    .example = "./wavetank play --agent rule --seed 7",
                    .options = kOptions,
                    .run = &Run};

}  // namespace wt
