// SPDX-License-Identifier: Apache-2.0
// A recorded episode of a real cluster again: what was seen then, judged today.
#include <fmt/format.h>

#include "cli/commands/play_incident.h"
#include "cli/commands/timeline.h"
#include "cli/log.h"
#include "cli/real/real_parts.h"
#include "realcluster/replay/trace_replay.h"

namespace wt {
Result<ExitCode> ReplayTraceFile(const Arguments& arguments) {
  if (!arguments.Given("--trace")) {
    return Error{ErrorCode::kUsage, "--trace", "which recorded episode? give its file"};
  }
  const Result<Trace> trace = ReadTrace(arguments.Text("--trace"));
  if (!trace) return trace.error();
  if (!trace->header.real) {
    return Error{ErrorCode::kUsage, "--trace",
                 "is of a simulated episode; `wavetank play` with its scenario, agent and seed "
                 "plays it again"};
  }
  if (!trace->sealed) LogWarning("{}: {}", arguments.Text("--trace"), kNoSeal);
  const Result<PreparedSuite> suite = OneScenario(trace->header.scenario, trace->header.name_space);
  if (!suite) return suite.error();
  for (const std::string& warning : suite->warnings) LogWarning("{}", warning);
  TraceReplay replay(*trace);
  const bool json = arguments.Flag("--json");
  PlayOptions play;
  play.agent = arguments.Given("--agent") ? arguments.Text("--agent") : trace->header.agent;
  play.seed = trace->header.seed;
  if (!arguments.Given("--agent")) {
    Result<std::vector<ScriptedAction>> actions = RecordedActions(*trace);
    if (!actions) return actions.error();
    play.actions = std::move(*actions);
  }
  play.tell = json || arguments.Flag("--brief") ? nullptr : stdout;
  play.drive = [&](SimCluster& cluster) { return replay.Drive(cluster); };
  const Result<PlayedIncident> played = PlayIncident(*suite, play);
  if (!played) return played.error();
  if (replay.divergence()) {
    Error error = *replay.divergence();
    error.what += "; from here on the trace cannot tell what would have happened";
    return error;
  }
  if (!arguments.Given("--agent")) {
    const Status same = SameAnswers(*trace, played->result);
    if (!same) return same.error();
  }
  if (replay.failure()) return *replay.failure();
  RunInfo info;
  info.agent = play.agent;
  std::string again = "wavetank real replay --trace " + arguments.Text("--trace");
  if (arguments.Given("--agent")) again += " --agent " + play.agent;
  if (json) {
    fmt::print("{}\n", WithReplay(EpisodeLine(info, suite->labels, played->result), again));
    return ExitCode::kOk;
  }
  fmt::print("{}", DrawTimeline(played->incident));
  return ExitCode::kOk;
}

}  // namespace wt
