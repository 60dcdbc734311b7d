// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "bench/evaluate.h"
#include "cli/data_root.h"
#include "cli/interrupt.h"
#include "cli/learn/cluster_run.h"
#include "cli/learn/train_runs.h"
#include "cli/log.h"
#include "cli/progress.h"
#include "cli/version.h"
#include "learners/train.h"
#include "learners/train_settings.h"

namespace wt {
namespace {

constexpr u64 kNoBound = 1'000'000'000;  // updates, when CPU time is the bound

}  // namespace

Result<TrainConfig> ClusterConfigOf(const Arguments& arguments) {
  TrainConfig config;
  config.preset = arguments.Text("--preset");
  Result<GrpoConfig> preset = PresetNamed(config.preset);
  if (!preset) return preset.error();
  config.grpo = *preset;
  if (const Status s = ApplyFlags(arguments, true, config.grpo); !s) return s.error();
  const f64 minutes = arguments.Number("--cpu-minutes");
  if (minutes < 0) return Error{ErrorCode::kUsage, "--cpu-minutes", "expected 0 or more"};
  config.cpu_seconds_max = 60 * minutes;
  config.updates = minutes > 0 && !arguments.Given("--updates")
                       ? kNoBound
                       : static_cast<u64>(arguments.Integer("--updates"));
  config.collect.groups = static_cast<u32>(arguments.Integer("--groups"));
  config.collect.group_size = static_cast<u32>(arguments.Integer("--group-size"));
  config.collect.seed = static_cast<u64>(arguments.Integer("--seed"));
  config.collect.threads = static_cast<int>(arguments.Integer("--threads"));
  config.width = static_cast<u32>(arguments.Integer("--width"));
  for (const std::string& setting : SplitWords(arguments.Text("--set"))) {
    if (const Status s = ApplySetting(setting, config); !s) return s.error();
  }
  config.collect.hold_out = SplitWords(arguments.Text("--hold-out"));
  config.blind = arguments.Flag("--blind");
  if (arguments.Given("--steps")) LogWarning("--steps is of --env cartpole and ignored");
  return config;
}

namespace {

// What is counted: updates, or CPU seconds where they are the bound.
class Watch {
 public:
  Watch(const TrainConfig& config, const Checkpoint* from)
      : by_time_(config.updates == kNoBound),
        first_update_(from != nullptr ? from->next_update : 0),
        first_second_(from != nullptr ? from->cpu_s : 0),
        episodes_(from != nullptr ? from->episodes : 0),
        progress_(by_time_ ? "CPU seconds" : "updates",
                  by_time_ ? Whole(config.cpu_seconds_max - first_second_)
                           : config.updates - std::min(config.updates, first_update_)) {}

  void Show(const TrainProgress& p) {
    const f64 rate = static_cast<f64>(p.episodes - episodes_) / std::max(lap_.Seconds(), 1e-9);
    episodes_ = p.episodes;
    progress_.Update(by_time_ ? Whole(p.cpu_s - first_second_) : p.update - first_update_,
                     fmt::format("{:.0f} episodes/s, success {:.3f}, harm {:.3f}, entropy {:.2f}",
                                 rate, p.success, p.harm, p.stats.entropy));
  }

 private:
  static u64 Whole(f64 seconds) { return static_cast<u64>(std::max(seconds, 0.0)); }

  bool by_time_;
  u64 first_update_;
  f64 first_second_;
  u64 episodes_;
  Lap lap_;
  Progress progress_;
};

void Print(const Arguments& arguments, const TrainConfig& config, const TrainResult& trained) {
  if (arguments.Flag("--json")) {
    fmt::print("{}\n", ResultDocument(config, trained));
    return;
  }
  const Checkpoint& end = trained.checkpoint;
  fmt::print("{} updates, {} episodes, {:.0f} CPU s; success {:.3f} in the first tenth, {:.3f} "
             "in the last\npolicy: {}/policy.wtp\nscore it: ./wavetank bench --agent "
             "{}/policy.wtp\n",
             end.next_update, end.episodes, end.cpu_s, trained.success_first_tenth,
             trained.success_last_tenth, config.folder, config.folder);
}

}  // namespace

Result<ExitCode> TrainOnCluster(const Arguments& arguments) {
  Result<TrainConfig> config = ClusterConfigOf(arguments);
  if (!config) return config.error();
  Result<std::filesystem::path> root = DataRoot();
  if (!root) return root.error();
  Result<PreparedSuite> suite = PrepareSuite(root->string(), arguments.Text("--suite"));
  if (!suite) return suite.error();
  for (const std::string& warning : suite->warnings) LogWarning("{}", warning);
  if (const Status known = CheckCauses(*suite, config->collect.hold_out, "--hold-out"); !known) {
    return known.error();
  }
  config->suite = suite->name;
  config->suite_hash = suite->hash;
  const bool resume = arguments.Flag("--resume");
  Result<std::string> folder = FolderOf(arguments);
  if (!folder) return folder.error();
  config->folder = *folder;
  std::optional<Checkpoint> from;
  if (resume) {
    Result<Checkpoint> loaded = LoadCheckpoint(*folder + "/checkpoint.wtc");
    if (!loaded) return loaded.error();
    from = std::move(*loaded);
  }
  const std::string document =
      RunDocument(*config, suite->setups, std::string(kBuildInfo.commit));
  if (const Status s = KeepRunDocument(*folder, document, resume); !s) return s.error();

  Watch watch(*config, from ? &*from : nullptr);
  const auto on_update = [&](const TrainProgress& p) {
    watch.Show(p);
    return !Interrupted();
  };
  Result<TrainResult> trained =
      Train(suite->setups, *config, from ? &*from : nullptr, on_update);
  if (!trained) return trained.error();
  Print(arguments, *config, *trained);
  if (!trained->complete) TellHowToGoOn(*folder);
  return ExitCode::kOk;
}

}  // namespace wt
