// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <filesystem>

#include "cli/commands/bench_run.h"
#include "cli/interrupt.h"
#include "cli/learn/demo.h"
#include "cli/progress.h"
#include "cli/version.h"

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
  if (const Status locked = run.Lock(); !locked) return locked;
  if (const Status opened = run.Open(false); !opened) return opened;
  const Evaluation evaluation = run.Play(*factory, {}, [&](u64 more) {
    progress.Update(done += more, name);
    return !Interrupted();
  });
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
