// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <optional>

#include "cli/interrupt.h"
#include "cli/learn/train_runs.h"
#include "cli/log.h"
#include "cli/progress.h"
#include "cli/version.h"
#include "learners/cartpole_train.h"

namespace wt {
namespace {

Result<CartPoleConfig> ConfigOf(const Arguments& arguments) {
  Result<CartPoleConfig> config = CartPoleConfigOf(arguments.Text("--preset"));
  if (!config) return config;
  if (const Status s = ApplyFlags(arguments, false, config->grpo); !s) return s.error();
  const auto take = [&](const char* flag, u32& to) {
    if (arguments.Given(flag)) to = static_cast<u32>(arguments.Integer(flag));
  };
  take("--groups", config->groups);
  take("--group-size", config->group_size);
  take("--width", config->width);
  config->seed = static_cast<u64>(arguments.Integer("--seed"));
  config->steps = static_cast<u64>(arguments.Integer("--steps"));
  for (const char* flag : {"--suite", "--updates", "--cpu-minutes", "--blind"}) {
    if (arguments.Given(flag)) LogWarning("{} is of --env cluster and ignored", flag);
  }
  return config;
}

}  // namespace

Result<ExitCode> TrainOnCartPole(const Arguments& arguments) {
  Result<CartPoleConfig> config = ConfigOf(arguments);
  if (!config) return config.error();
  const bool resume = arguments.Flag("--resume");
  Result<std::string> folder = FolderOf(arguments);
  if (!folder) return folder.error();
  config->folder = *folder;
  std::optional<SavedRun> from;
  if (resume) {
    Result<SavedRun> loaded = ReadSavedRun(*folder + "/checkpoint.wtc", NetworkKind::kCartPole);
    if (!loaded) return loaded.error();
    from = std::move(*loaded);
  }
  const std::string document = RunDocument(*config, std::string(kBuildInfo.commit));
  if (const Status s = KeepRunDocument(*folder, document, resume); !s) return s.error();

  const u64 before = from ? from->decisions : 0;
  Progress progress("steps", config->steps > before ? config->steps - before : 0);
  const auto on_update = [&](const CartPoleProgress& p) {
    progress.Update(p.steps - before, fmt::format("return {:.1f}, entropy {:.3f}",
                                                  p.return_last100, p.stats.entropy));
    return !Interrupted();
  };
  Result<CartPoleResult> trained = TrainCartPole(*config, from ? &*from : nullptr, on_update);
  if (!trained) return trained.error();
  if (arguments.Flag("--json")) {
    fmt::print("{}\n", ResultDocument(*config, *trained));
  } else {
    fmt::print("{} steps, {} updates, {:.1f} CPU s; return of the last 100 episodes: {:.1f}\n"
               "checkpoint: {}/checkpoint.wtc\n",
               trained->run.decisions, trained->run.next_update, trained->run.cpu_s,
               trained->return_last100, *folder);
  }
  if (!trained->complete) TellHowToGoOn(*folder);
  return ExitCode::kOk;
}

}  // namespace wt
