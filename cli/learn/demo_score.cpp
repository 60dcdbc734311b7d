// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>

#include "cli/commands/bench_run.h"
#include "cli/interrupt.h"
#include "cli/learn/demo.h"
#include "cli/progress.h"
#include "cli/version.h"
#include "learners/run_folder.h"

namespace wt {
namespace {

constexpr std::array kScripted{"no-op", "random", "restart-everything", "rule", "oracle"};

DemoScore ScoreOf(const std::string& agent, const std::vector<EpisodeResult>& episodes) {
  std::vector<const EpisodeResult*> all, faulty, healthy;
  for (const EpisodeResult& e : episodes) {
    all.push_back(&e);
    (e.faulty ? faulty : healthy).push_back(&e);
  }
  return {agent, Summarise(all), Summarise(faulty), Summarise(healthy)};
}

Status ScoreOne(const PreparedSuite& suite, const DemoPlan& plan, const std::string& agent,
                const std::string& name, Progress& progress, u64& done, DemoOutcome& outcome) {
  Result<PolicyFactory> factory = AgentNamed(agent);
  if (!factory) return factory.error();
  RunInfo info;
  info.commit = std::string(kBuildInfo.commit);
  info.suite = suite.name;
  info.suite_hash = suite.hash;
  info.agent = agent;
  info.first_seed = plan.seeds.first;
  info.last_seed = plan.seeds.last;
  info.threads = outcome.config.collect.threads;
  BenchRun run(info, suite, outcome.folder + "/bench/" + name);
  if (const Status opened = run.Open(false); !opened) return opened;
  EvaluateOptions options;
  options.first_seed = info.first_seed;
  options.last_seed = info.last_seed;
  options.threads = info.threads;
  options.drop_actions = true;  // they are in episodes.jsonl
  options.on_chunk = [&](std::span<const EpisodeResult> part) {
    run.Append(part);
    done += part.size();
    progress.Update(done, name);
    return !Interrupted();
  };
  const auto start = std::chrono::steady_clock::now();
  const f64 cpu_start = CpuSeconds();
  const Evaluation evaluation = Evaluate(suite, *factory, options);
  run.info().wall_s =
      std::chrono::duration<f64>(std::chrono::steady_clock::now() - start).count();
  run.info().cpu_s = CpuSeconds() - cpu_start;
  if (!evaluation.complete) return Ok{};
  outcome.scores.push_back(ScoreOf(agent, evaluation.episodes));
  return run.Finish(ResultsDocument(run.info(), suite.labels, evaluation.episodes));
}

}  // namespace

Status ScoreAll(const PreparedSuite& suite, const DemoPlan& plan, DemoOutcome& outcome) {
  const u64 seeds = plan.seeds.last - plan.seeds.first + 1;
  Progress progress("episodes scored", (kScripted.size() + 1) * suite.setups.size() * seeds);
  u64 done = 0;
  const auto score = [&](const std::string& agent, const std::string& name) -> Status {
    if (Interrupted()) return Ok{};
    return ScoreOne(suite, plan, agent, name, progress, done, outcome);
  };
  if (const Status s = score(outcome.config.folder + "/policy.wtp", "trained"); !s) return s;
  for (const char* agent : kScripted) {
    if (const Status s = score(agent, agent); !s) return s;
  }
  std::stable_sort(outcome.scores.begin(), outcome.scores.end(), [](const auto& a, const auto& b) {
    return a.faulty.verdict_mean > b.faulty.verdict_mean;
  });
  return Ok{};
}

}  // namespace wt
