// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/play_incident.h"

#include <fmt/format.h>

#include "cli/commands/shared.h"

namespace wt {
namespace {

constexpr int kFindingLines = 8;

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

void TellStep(const Incident::Step& taken, const StepView& step, std::FILE* to) {
  fmt::print(to, "{:>8.1f}s  {}{}\n", taken.at_s, taken.text,
             taken.accepted ? "" : "  (refused)");
  if (!IsInvestigation(taken.verb)) return;
  fmt::print(to, "{}", FirstLines(step.cluster->LastResultText(), kFindingLines));
}

Result<EpisodeResult> PlayIt(const PreparedSuite& suite, const PlayOptions& options,
                             const ChunkOptions& chunk) {
  WorldPool pool;
  const EpisodeRequest request{&suite.setups[0], 0, options.seed};
  if (options.actions) return RunScript(request, *options.actions, pool, chunk);
  Result<PolicyFactory> agent = AgentNamed(options.agent);
  if (!agent) return agent.error();
  return RunChunk({&request, 1}, *(*agent)(), pool, chunk)[0];
}

}  // namespace

Result<PlayedIncident> PlayIncident(const PreparedSuite& suite, const PlayOptions& options) {
  PlayedIncident out;
  out.incident.agent = options.agent;
  std::string complaint;
  ChunkOptions chunk;
  chunk.texts = options.tell != nullptr;
  chunk.check_invariants = options.check_invariants;
  chunk.drive = options.drive;
  chunk.cut_off = options.cut_off;
  chunk.on_judged = options.on_judged;
  chunk.sampler.tell = [&](const SimCluster& now) { RecordSample(now, out.incident); };
  chunk.on_step = [&](const StepView& step) {
    RecordStep(step, out.incident);
    if (options.on_step) options.on_step(step);
    if (options.tell == nullptr) return;
    TellStep(out.incident.steps.back(), step, options.tell);
    if (options.cut_off && options.cut_off()) return;  // the rest of the step did not happen
    if (complaint != step.complaint) {
      complaint = step.complaint;
      fmt::print(options.tell, "{:>8.1f}s  user: \"{}\"\n", ToSeconds(step.cluster->Now()),
                 complaint);
    }
  };
  Result<EpisodeResult> result = PlayIt(suite, options, chunk);
  if (!result) return result.error();
  out.result = std::move(*result);
  if (out.result.errored) {
    if (options.cut_off && options.cut_off()) {
      return Error{ErrorCode::kEnvironment, suite.labels[0].name, "the episode was cut off"};
    }
    if (out.result.agent_lost) return Error{ErrorCode::kEnvironment, "--agent", out.result.error};
    return Error{ErrorCode::kInvalidInput, suite.labels[0].file, out.result.error};
  }
  RecordEnd(suite.labels[0], out.result, out.incident);
  return out;
}

}  // namespace wt
