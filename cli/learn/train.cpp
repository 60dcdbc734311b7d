// SPDX-License-Identifier: Apache-2.0
#include "learners/train.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "cli/commands.h"
#include "cli/commands/shared.h"
#include "cli/data_root.h"
#include "cli/file_io.h"
#include "cli/interrupt.h"
#include "cli/learn/learn_commands.h"
#include "cli/log.h"
#include "cli/progress.h"
#include "cli/version.h"

namespace wt {
namespace {

constexpr std::array kOptions{
    OptionSpec{.name = "--suite", .value_name = "S", .help = "scenarios to train on",
               .fallback = "lite"},
    OptionSpec{.name = "--preset", .value_name = "P", .help = "step, grpo, dr-grpo, dapo, ...",
               .fallback = "step"},
    OptionSpec{.name = "--updates", .type = OptionType::kInteger, .value_name = "N",
               .help = "updates in all", .fallback = "200", .at_least = 1},
    OptionSpec{.name = "--cpu-minutes", .type = OptionType::kNumber, .value_name = "M",
               .help = "stop after so much CPU time; 0: no bound", .fallback = "0"},
    OptionSpec{.name = "--groups", .type = OptionType::kInteger, .value_name = "N",
               .help = "groups of forked episodes per update", .fallback = "64", .at_least = 1},
    OptionSpec{.name = "--group-size", .type = OptionType::kInteger, .value_name = "G",
               .help = "episodes per group", .fallback = "8", .at_least = 2},
    OptionSpec{.name = "--width", .type = OptionType::kInteger, .value_name = "H",
               .help = "width of the network", .fallback = "32", .at_least = 1},
    OptionSpec{.name = "--learning-rate", .type = OptionType::kNumber, .value_name = "X",
               .help = "step size of Adam at the start", .fallback = "0.002"},
    OptionSpec{.name = "--entropy", .type = OptionType::kNumber, .value_name = "X",
               .help = "weight of the entropy bonus at the start", .fallback = "0.01"},
    OptionSpec{.name = "--epochs", .type = OptionType::kInteger, .value_name = "N",
               .help = "passes over each batch", .fallback = "1", .at_least = 1},
    OptionSpec{.name = "--lessons-until", .type = OptionType::kNumber, .value_name = "X",
               .help = "share of the run with first lessons", .fallback = "0.35"},
    OptionSpec{.name = "--blind", .type = OptionType::kFlag,
               .help = "control: the policy sees only masks, slots in use and the clock"},
    OptionSpec{.name = "--out", .value_name = "DIR", .help = "run folder",
               .fallback = "runs/train"},
    OptionSpec{.name = "--resume", .type = OptionType::kFlag,
               .help = "go on from the checkpoint in --out"}};

Result<TrainConfig> ConfigOf(const Arguments& arguments) {
  TrainConfig config;
  config.preset = arguments.Text("--preset");
  Result<GrpoConfig> preset = PresetNamed(config.preset);
  if (!preset) return preset.error();
  config.grpo = *preset;
  config.grpo.learning_rate = static_cast<f32>(arguments.Number("--learning-rate"));
  config.grpo.entropy = static_cast<f32>(arguments.Number("--entropy"));
  config.grpo.epochs = static_cast<u32>(arguments.Integer("--epochs"));
  config.updates = static_cast<u64>(arguments.Integer("--updates"));
  config.cpu_seconds_max = 60 * arguments.Number("--cpu-minutes");
  config.collect.groups = static_cast<u32>(arguments.Integer("--groups"));
  config.collect.group_size = static_cast<u32>(arguments.Integer("--group-size"));
  config.collect.seed = static_cast<u64>(arguments.Integer("--seed"));
  config.collect.threads = static_cast<int>(arguments.Integer("--threads"));
  config.width = static_cast<u32>(arguments.Integer("--width"));
  config.lessons_until = static_cast<f32>(arguments.Number("--lessons-until"));
  config.blind = arguments.Flag("--blind");
  config.folder = arguments.Text("--out");
  return config;
}

Result<ExitCode> Run(const Arguments& arguments) {
  Result<std::filesystem::path> root = DataRoot();
  if (!root) return root.error();
  Result<TrainConfig> config = ConfigOf(arguments);
  if (!config) return config.error();
  Result<PreparedSuite> suite = PrepareSuite(root->string(), arguments.Text("--suite"));
  if (!suite) return suite.error();
  std::optional<Checkpoint> resume;
  if (arguments.Flag("--resume")) {
    Result<Checkpoint> loaded = LoadCheckpoint(config->folder + "/checkpoint.wtc");
    if (!loaded) return loaded.error();
    resume = std::move(*loaded);
  }
  Progress progress("updates", config->updates);
  f64 last_wall = 0;
  const auto start = std::chrono::steady_clock::now();
  const auto on_update = [&](const TrainProgress& p) {
    const f64 wall = std::chrono::duration<f64>(std::chrono::steady_clock::now() - start).count();
    const f64 episodes = static_cast<f64>(config->collect.groups * config->collect.group_size);
    progress.Update(p.update,
                    fmt::format("{:.0f} episodes/s, success {:.3f}, harm {:.3f}, entropy {:.2f}",
                                episodes / (wall - last_wall), p.success, p.harm,
                                p.stats.entropy));
    last_wall = wall;
    return !Interrupted();
  };
  Result<TrainResult> trained =
      Train(suite->setups, *config, resume ? &*resume : nullptr, on_update);
  if (!trained) return trained.error();
  const Checkpoint& end = trained->checkpoint;
  const std::string policy = config->folder + "/policy.wtp";
  if (arguments.Flag("--json")) {
    fmt::print("{{\"schema\": \"wavetank.train/1\", \"updates\": {}, \"episodes\": {}, "
               "\"cpu_s\": {:.1f}, \"success_first_tenth\": {:.4f}, "
               "\"success_last_tenth\": {:.4f}, \"hash\": \"{:016x}\", \"checkpoint\": \"{}\", "
               "\"policy\": \"{}\"}}\n",
               end.next_update, end.episodes, end.cpu_s, trained->success_first_tenth,
               trained->success_last_tenth, trained->hash, config->folder + "/checkpoint.wtc",
               policy);
  } else {
    fmt::print("{} updates, {} episodes, {:.0f} CPU s; success {:.3f} in the first tenth, {:.3f} "
               "in the last\npolicy: {}\nscore it: ./wavetank bench --agent {}\n",
               end.next_update, end.episodes, end.cpu_s, trained->success_first_tenth,
               trained->success_last_tenth, policy, policy);
  }
  return ExitCode::kOk;
}

}  // namespace

const Command kTrain{.name = "train",
                     .summary = "train a policy from random weights",
                     .example = "./wavetank train --suite lite --cpu-minutes 10",
                     .options = kOptions,
                     .run = &Run};

}  // namespace wt
