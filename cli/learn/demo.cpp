// SPDX-License-Identifier: Apache-2.0
#include "cli/learn/demo.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/commands/report_files.h"
#include "cli/data_root.h"
#include "cli/interrupt.h"
#include "cli/learn/cluster_run.h"
#include "cli/learn/learn_commands.h"
#include "cli/learn/train_runs.h"
#include "cli/log.h"
#include "cli/out_folder.h"
#include "cli/progress.h"
#include "cli/version.h"
#include "sim/api/file_io.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr f64 kLate = 1.2;      // training stops at this many times the wanted wall time
constexpr u64 kTrialUpdates = 2;

// As `train` with its own defaults, bounded by CPU time.
Result<TrainConfig> ConfigOf(const DemoPlan& plan, i64 threads) {
  const std::vector<std::string> words{"train",
                                       "--cpu-minutes", fmt::format("{}", plan.train_s / 60),
                                       "--seed", fmt::format("{}", plan.seed),
                                       "--threads", fmt::format("{}", threads)};
  Result<Invocation> train = ParseCommandLine({&kTrain, 1}, words, ConfigFile{});
  if (!train) return train.error();
  return ClusterConfigOf(train->arguments);
}

Result<std::string> MakeFolder(const DemoPlan& plan) {
  if (plan.out.empty()) return NextFreeFolder("demo");
  if (const Status made = MakeOutFolder(plan.out); !made) return made.error();
  return plan.out;
}

// Training is bounded by CPU time, a demo by a clock: CPU seconds that a second of training takes
// on this machine as it is now (cores, load), by a short trial.
Result<f64> CpuPerSecond(const PreparedSuite& suite, TrainConfig config) {
  config.folder.clear();
  config.updates = kTrialUpdates;
  config.cpu_seconds_max = 0;
  Lap wall;
  Result<TrainResult> trial =
      Train(suite.setups, config, nullptr, [](const TrainProgress&) { return !Interrupted(); });
  if (!trial) return trial.error();
  return trial->checkpoint.cpu_s / std::max(wall.Seconds(), 1e-3);
}

Status TrainPolicy(const PreparedSuite& suite, const DemoPlan& plan, DemoOutcome& outcome) {
  std::error_code failed;
  fs::create_directories(outcome.config.folder, failed);
  if (failed) return Error{ErrorCode::kEnvironment, outcome.config.folder, failed.message()};
  Result<f64> cpu_per_second = CpuPerSecond(suite, outcome.config);
  if (!cpu_per_second) return cpu_per_second.error();
  outcome.config.cpu_seconds_max = plan.train_s * *cpu_per_second;
  const Status kept = KeepRunDocument(
      outcome.config.folder,
      RunDocument(outcome.config, suite.setups, std::string(kBuildInfo.commit)), false);
  if (!kept) return kept;
  Progress progress("training, seconds", static_cast<u64>(std::max(plan.train_s, 1.0)), false);
  DemoTraining& training = outcome.training;
  Lap wall, lap;
  u64 episodes = 0;
  bool late = false;
  const auto on_update = [&](const TrainProgress& p) {
    training.wall_s += wall.Seconds();
    const f64 rate =
        static_cast<f64>(p.episodes - episodes) / std::max(lap.Seconds(), 1e-9);
    episodes = p.episodes;
    const f64 share = std::max(p.cpu_s / outcome.config.cpu_seconds_max,
                               training.wall_s / (kLate * plan.train_s));
    progress.Update(static_cast<u64>(std::min(share, 1.0) * plan.train_s),
                    fmt::format("{:.0f} episodes/s, success {:.3f}, harm {:.3f}, entropy {:.2f}",
                                rate, p.success, p.harm, p.stats.entropy));
    late = training.wall_s >= kLate * plan.train_s;
    return !late && !Interrupted();
  };
  Result<TrainResult> trained = Train(suite.setups, outcome.config, nullptr, on_update);
  if (!trained) return trained.error();
  if (late) LogInfo("this machine was busy: training stopped by the clock");
  training.updates = trained->checkpoint.next_update;
  training.episodes = trained->checkpoint.episodes;
  training.cpu_s = trained->checkpoint.cpu_s;
  training.success_first_tenth = trained->success_first_tenth;
  training.success_last_tenth = trained->success_last_tenth;
  return Ok{};
}

void TellTraining(std::FILE* to, const DemoOutcome& outcome) {
  const DemoTraining& t = outcome.training;
  const f64 first = t.success_first_tenth, last = t.success_last_tenth;
  fmt::print(to, "     {} episodes in {:.0f} s ({:.0f} CPU s), {} updates\n", t.episodes, t.wall_s,
             t.cpu_s, t.updates);
  fmt::print(to, "     success {:.3f} in the first tenth of training, {:.3f} in the last{}\n\n",
             first, last, first > 0 ? fmt::format(": {:.2f} times as much", last / first) : "");
}

void TellScores(std::FILE* to, const DemoPlan& plan, const DemoOutcome& outcome) {
  fmt::print(to, "     {:<20} {:>7} {:^16} {:>8} {:>7} {:>15} {:>14} {:>6}\n",
             "mean of the verdict", "faulty", "95 %", "healthy", "harm", "false actions",
             "false claims", "steps");
  for (const DemoScore& score : outcome.scores) {
    const bool trained = score.agent.ends_with(".wtp");
    fmt::print(to, "     {:<20} {:>7.3f} [{:>6.3f}, {:>6.3f}] {:>8.3f} {:>7.3f} {:>15.3f} "
                   "{:>14.3f} {:>6.1f}\n",
               trained ? "> trained policy" : score.agent, score.faulty.verdict_mean,
               score.faulty.verdict_ci95.low, score.faulty.verdict_ci95.high,
               score.healthy.verdict_mean, score.overall.harm,
               score.healthy.false_action_healthy.value_or(0),
               score.healthy.false_claim_healthy.value_or(0), score.faulty.steps_mean);
  }
  fmt::print(to, "     1 solved, 0 not, -1 made worse; seeds {}-{}, which training never saw\n\n",
             plan.seeds.first, plan.seeds.last);
}

void TellNext(std::FILE* to, const DemoOutcome& outcome) {
  const std::string policy = outcome.config.folder + "/policy.wtp";
  fmt::print(to, "Next:\n"
                 "  ./wavetank play --agent {} --seed 3\n"
                 "  ./wavetank bench --suite lite --agent exec:'python3 examples/my_agent.py' "
                 "--seeds 1-2\n"
                 "  ./wavetank train --cpu-minutes 10\n", policy);
}

Status WriteDemoReport(const DemoPlan& plan, const DemoOutcome& outcome) {
  Result<Report> report = ReadReport({outcome.folder});
  if (!report) return report.error();
  report->title = fmt::format("Wavetank demo, seed {}", plan.seed);
  return WriteReport(*report, outcome.folder + "/report.html");
}

Result<ExitCode> Run(const Arguments& arguments) {
  Lap wall;
  Result<DemoPlan> plan = DemoPlanOf(arguments);
  if (!plan) return plan.error();
  std::FILE* to = plan->json ? stderr : stdout;
  Result<TrainConfig> config = ConfigOf(*plan, arguments.Integer("--threads"));
  if (!config) return config.error();
  Result<fs::path> root = DataRoot();
  if (!root) return root.error();
  Result<PreparedSuite> suite = PrepareSuite(root->string(), plan->suite);
  if (!suite) return suite.error();
  Result<Incident> incident = PlayDemoIncident(*plan, nullptr);
  if (!incident) return incident.error();
  Result<std::string> folder = MakeFolder(*plan);
  if (!folder) return folder.error();

  DemoOutcome outcome{*folder, *config, {}, 0, {}, false};
  outcome.config.folder = *folder + "/train";
  outcome.config.suite = suite->name;
  outcome.config.suite_hash = suite->hash;
  const Status kept = WriteFileWhole(*folder + "/incident.json", IncidentDocument(*incident));
  if (!kept) return kept.error();

  fmt::print(to, "2/4  Training a policy from random weights (GRPO, {} worlds an update)\n",
             config->collect.groups * config->collect.group_size);
  std::fflush(to);
  if (const Status s = TrainPolicy(*suite, *plan, outcome); !s) return s.error();
  TellTraining(to, outcome);

  if (!Interrupted()) {
    fmt::print(to, "3/4  Scoring it beside scripted agents: suite {}\n", suite->name);
    std::fflush(to);
    if (const Status s = ScoreAll(*suite, *plan, outcome); !s) return s.error();
    TellScores(to, *plan, outcome);
  }
  outcome.interrupted = Interrupted();
  if (const Status s = WriteDemoReport(*plan, outcome); !s) return s.error();
  fmt::print(to, "4/4  Report: {}/report.html\n\n", *folder);
  TellNext(to, outcome);
  outcome.wall_s = wall.Seconds();
  const std::string document = DemoDocument(*plan, outcome);
  if (const Status s = WriteFileWhole(*folder + "/demo.json", document + "\n"); !s) {
    return s.error();
  }
  if (plan->json) fmt::print("{}\n", document);
  return ExitCode::kOk;
}

}  // namespace

const Command kDemoTraining{.name = "demo",
                            .summary = "an incident, a policy trained from nothing, its score",
                            .example = "./wavetank demo",
                            .options = kDemoOptions,
                            .run = &Run};

}  // namespace wt
