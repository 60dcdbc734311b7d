// SPDX-License-Identifier: Apache-2.0
// One episode in the terminal: what the agent saw and did, step by step, then the timeline of
// cause, symptom and repair.
#include <fmt/format.h>

#include <array>
#include <string>

#include "cli/commands.h"
#include "cli/commands/play_incident.h"
#include "cli/commands/shared.h"
#include "cli/commands/timeline.h"
#include "cli/log.h"
#include "episodes/playthrough.h"
#include "sim/api/file_io.h"

namespace wt {
namespace {

constexpr std::array kOptions{
    OptionSpec{.name = "--scenario", .value_name = "S", .help = "scenario, by name or file",
               .fallback = "services/hotel-wrong-target-port"},
    OptionSpec{.name = "--agent", .value_name = "A", .help = "who plays", .fallback = "rule"},
    OptionSpec{.name = "--record", .value_name = "FILE",
               .help = "write the playthrough: what was seen and done, with state hashes"},
    OptionSpec{.name = "--svg", .value_name = "FILE",
               .help = "write the timeline as a picture"},
    OptionSpec{.name = "--brief", .type = OptionType::kFlag, .help = "the timeline only"},
    OptionSpec{.name = "--check", .type = OptionType::kFlag,
               .help = "check every invariant after every event (slow)"}};

Result<ExitCode> Run(const Arguments& arguments) {
  Result<PreparedSuite> suite = OneScenario(arguments.Text("--scenario"));
  if (!suite) return suite.error();
  for (const std::string& warning : suite->warnings) LogWarning("{}", warning);
  const bool json = arguments.Flag("--json");
  const bool record = arguments.Given("--record");
  Playthrough playthrough;
  PlayOptions options;
  options.agent = arguments.Text("--agent");
  options.seed = static_cast<u64>(arguments.Integer("--seed"));
  options.tell = json || arguments.Flag("--brief") ? nullptr : stdout;
  options.check_invariants = arguments.Flag("--check");
  if (record) options.on_step = [&](const StepView& step) { playthrough.Add(step); };
  Result<PlayedIncident> played = PlayIncident(*suite, options);
  if (!played) return played.error();
  if (record) {
    const Status written =
        WriteFileWhole(arguments.Text("--record"),
                       playthrough.Text(suite->setups[0], options.agent, played->result));
    if (!written) return written.error();
  }
  if (arguments.Given("--svg")) {
    const Status written =
        WriteFileWhole(arguments.Text("--svg"), IncidentSvg(played->incident));
    if (!written) return written.error();
  }
  RunInfo info;
  info.agent = options.agent;
  if (json) fmt::print("{}\n", EpisodeLine(info, suite->labels, played->result));
  else fmt::print("{}", DrawTimeline(played->incident));
  return ExitCode::kOk;
}

}  // namespace

const Command kPlay{.name = "play",
                    .summary = "one episode in the terminal, step by step",
                    .example = "./wavetank play --agent rule --seed 7",
                    .options = kOptions,
                    .run = &Run};

}  // namespace wt
