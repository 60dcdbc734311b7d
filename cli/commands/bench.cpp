// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "cli/commands.h"
#include "cli/commands/bench_perf.h"
#include "cli/commands/bench_run.h"
#include "cli/commands/shared.h"
#include "cli/data_root.h"
#include "cli/interrupt.h"
#include "cli/log.h"
#include "cli/progress.h"
#include "cli/version.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr std::array kOptions{
    OptionSpec{.name = "--suite", .value_name = "S", .help = "suite or scenario, by name or file",
               .fallback = "lite"},
    OptionSpec{.name = "--agent", .value_name = "A",
               .help = "oracle, no-op, random, sweep, rule, ..., FILE.wtp", .fallback = "rule"},
    OptionSpec{.name = "--seeds", .value_name = "A-B", .help = "seeds; the suite's when not given"},
    OptionSpec{.name = "--held-out", .value_name = "NAME,...",
               .help = "services and workloads whose faults are reported apart (train --hold-out)"},
    OptionSpec{.name = "--out", .value_name = "DIR",
               .help = "run folder for results.json and episodes.jsonl"},
    OptionSpec{.name = "--resume", .type = OptionType::kFlag,
               .help = "go on with the run in --out: finished episodes are not run again"},
    OptionSpec{.name = "--perf", .type = OptionType::kFlag,
               .help = "no agent: print the performance figures of docs/performance.md"},
    OptionSpec{.name = "--only", .value_name = "NAME", .help = "with --perf: one figure"}};

std::string Row(std::string_view name, const Summary& s) {
  if (s.episodes == 0) return fmt::format("{:<28} {:>8} {:>8}\n", name, 0, "-");
  return fmt::format("{:<28} {:>8} {:>8.3f}  [{:>6.3f}, {:>6.3f}] {:>8.3f} {:>6.3f} {:>7.1f} "
                     "{:>6.1f} {:>6.1f} {:>7.1f} {:>9}\n",
                     name, s.episodes, s.verdict_mean, s.verdict_ci95.low, s.verdict_ci95.high,
                     s.success, s.harm, s.steps_mean, s.looks_mean.value_or(0),
                     s.writes_mean.value_or(0), s.refused_writes_mean.value_or(0),
                     s.ttr_median_s ? fmt::format("{:.0f}", *s.ttr_median_s) : "-");
}

void PrintTable(const PreparedSuite& suite, const RunInfo& info,
                const std::vector<EpisodeResult>& episodes) {
  std::map<std::string, std::vector<const EpisodeResult*>> by_fault;
  std::vector<const EpisodeResult*> all, faulty, healthy;
  for (const EpisodeResult& e : episodes) {
    all.push_back(&e);
    (e.faulty ? faulty : healthy).push_back(&e);
    for (const std::string& kind : suite.labels[e.scenario].fault_kinds) {
      by_fault[kind].push_back(&e);
    }
  }
  fmt::print("{:<28} {:>8} {:>8}  {:^16} {:>8} {:>6} {:>7} {:>6} {:>6} {:>7} {:>9}\n", "",
             "episodes", "verdict", "95 %", "success", "harm", "steps", "looks", "writes",
             "refused", "repair s");
  for (const auto& [kind, list] : by_fault) fmt::print("{}", Row(kind, Summarise(list)));
  fmt::print("{}", Row("all faulty", Summarise(faulty)));
  fmt::print("{}", Row("all healthy", Summarise(healthy)));
  fmt::print("{}", Row("overall", Summarise(all)));
  if (!info.held_out.empty()) {
    fmt::print("{}{}", Row("faulty, held-out causes",
                           Summarise(FaultyByCause(episodes, info.held_out, true))),
               Row("faulty, other causes",
                   Summarise(FaultyByCause(episodes, info.held_out, false))));
  }
  const Summary h = Summarise(healthy);
  if (healthy.empty()) return;
  fmt::print("on healthy clusters: false actions {:.3f}, false claims {:.3f}\n",
             *h.false_action_healthy, *h.false_claim_healthy);
}

RunInfo InfoOf(const Arguments& arguments, const PreparedSuite& suite, const SeedRange& seeds) {
  RunInfo info;
  info.commit = std::string(kBuildInfo.commit);
  info.suite = suite.name;
  info.suite_hash = suite.hash;
  info.agent = arguments.Text("--agent");
  info.held_out = SplitWords(arguments.Text("--held-out"));
  info.first_seed = seeds.first;
  info.last_seed = seeds.last;
  info.threads = static_cast<int>(arguments.Integer("--threads"));
  return info;
}

// Warns of the first few episodes that errored.
ExitCode TellErrored(const PreparedSuite& suite, const std::vector<EpisodeResult>& episodes) {
  constexpr u64 kToldMax = 3;
  u64 errored = 0;
  for (const EpisodeResult& e : episodes) {
    if (!e.errored || errored++ >= kToldMax) continue;
    LogWarning("{} seed {}: {}", suite.labels[e.scenario].name, e.seed, e.error);
  }
  return errored > 0 ? ExitCode::kEpisodesErrored : ExitCode::kOk;
}

Result<ExitCode> Run(const Arguments& arguments) {
  if (arguments.GivenAsFlag("--seed")) {
    return Error{ErrorCode::kUsage, "--seed",
                 "bench plays a range of seeds; expected --seeds A-B, or --seeds N for one"};
  }
  if (arguments.Flag("--perf")) {
    return RunBenchPerf(arguments.Text("--only"), arguments.Flag("--json"));
  }
  Result<fs::path> root = DataRoot();
  if (!root) return root.error();
  Result<PolicyFactory> agent = AgentNamed(arguments.Text("--agent"));
  if (!agent) return agent.error();
  Result<PreparedSuite> suite = PrepareSuite(root->string(), arguments.Text("--suite"));
  if (!suite) return suite.error();
  for (const std::string& warning : suite->warnings) LogWarning("{}", warning);
  SeedRange seeds{suite->first_seed, suite->last_seed};
  if (arguments.Given("--seeds")) {
    Result<SeedRange> given = ParseSeeds(arguments.Text("--seeds"));
    if (!given) return given.error();
    seeds = *given;
  }
  const RunInfo info = InfoOf(arguments, *suite, seeds);
  if (const Status known = CheckCauses(*suite, info.held_out, "--held-out"); !known) {
    return known.error();
  }
  BenchRun run(info, *suite, arguments.Text("--out"));
  if (const Status locked = run.Lock(); !locked) return locked.error();
  std::vector<EpisodeResult> finished;
  if (arguments.Flag("--resume")) {
    Result<std::vector<EpisodeResult>> kept = run.ReadFinished();
    if (!kept) return kept.error();
    finished = std::move(*kept);
    LogInfo("{} finished episodes are kept", finished.size());
  }
  if (const Status opened = run.Open(arguments.Flag("--resume")); !opened) return opened.error();
  const u64 wanted = suite->setups.size() * (seeds.last - seeds.first + 1);
  Progress progress("episodes", wanted);
  u64 done = finished.size();
  const Evaluation evaluation = run.Play(*agent, std::move(finished), [&](u64 more) {
    progress.Update(done += more);
    return !Interrupted();
  });
  if (evaluation.episodes.size() < wanted) {  // no results: they would be taken for the whole
    LogWarning("interrupted after {} of {} episodes{}", evaluation.episodes.size(), wanted,
               arguments.Given("--out") ? "; the same command with --resume goes on" : "");
    if (!arguments.Flag("--json")) PrintTable(*suite, run.info(), evaluation.episodes);
    return ExitCode::kInterrupted;
  }
  const std::string document = ResultsDocument(run.info(), suite->labels, evaluation.episodes);
  if (const Status written = run.Finish(document); !written) return written.error();
  if (arguments.Flag("--json")) fmt::print("{}\n", document);
  else PrintTable(*suite, run.info(), evaluation.episodes);
  return TellErrored(*suite, evaluation.episodes);
}

}  // namespace

const Command kBench{.name = "bench",
                     .summary = "score an agent on a suite of scenarios",
                     .example = "./wavetank bench --suite lite --agent rule --seeds 1-20",
                     .options = kOptions,
                     .run = &Run};

}  // namespace wt
