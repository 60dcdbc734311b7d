// SPDX-License-Identifier: Apache-2.0
#include "learners/cartpole_train.h"

#include <fmt/format.h>

#include <algorithm>

#include "learners/cartpole_learner.h"
#include "learners/run_folder.h"
#include "sim/api/hash_bytes.h"

namespace wt {
namespace {

constexpr std::size_t kWindow = 100;  // episodes of the published figure

CartPoleWeights WeightsOf(const SavedRun& run) {
  CartPoleWeights out(run.width);
  auto from = run.parameters.begin();
  for (auto& layer : out.layers) {
    std::copy_n(from, layer.size(), layer.begin());
    from += static_cast<std::ptrdiff_t>(layer.size());
  }
  return out;
}

void Store(const CartPoleLearner& learner, SavedRun& run) {
  run.parameters.clear();
  const CartPoleWeights weights = learner.Weights();
  for (const auto& layer : weights.layers) {
    run.parameters.insert(run.parameters.end(), layer.begin(), layer.end());
  }
  run.optimizer = learner.Optimizer();
}

f64 MeanOf(const std::vector<f32>& returns) {
  f64 sum = 0;
  for (const f32 x : returns) sum += static_cast<f64>(x);
  return returns.empty() ? 0 : sum / static_cast<f64>(returns.size());
}

void Count(const RolloutBatch& batch, SavedRun& run) {
  run.episodes += batch.episodes.size();
  run.decisions += batch.decisions;
  for (const auto& e : batch.episodes) run.returns.push_back(static_cast<f32>(e.count));
  if (run.returns.size() > kWindow) {
    run.returns.erase(run.returns.begin(), run.returns.end() - kWindow);
  }
}

f32 LearningRate(const CartPoleConfig& config, u64 steps) {
  const f64 done = std::min(1.0, static_cast<f64>(steps) / static_cast<f64>(config.steps));
  const f64 end = static_cast<f64>(config.learning_rate_end);
  return static_cast<f32>(static_cast<f64>(config.grpo.learning_rate) * (1 - done * (1 - end)));
}

// The state to begin with: that of `resume`, or fresh weights.
Result<SavedRun> StartOf(const CartPoleConfig& config, const SavedRun* resume) {
  SavedRun fresh;
  fresh.network = NetworkKind::kCartPole;
  fresh.width = config.width;
  fresh.config_hash = HashConfig(config);
  const CartPoleWeights weights = InitialCartPoleWeights(config.width, config.seed);
  for (const auto& layer : weights.layers) {
    fresh.parameters.insert(fresh.parameters.end(), layer.begin(), layer.end());
  }
  fresh.optimizer.mean.resize(fresh.parameters.size());
  fresh.optimizer.square.resize(fresh.parameters.size());
  if (resume == nullptr) return fresh;
  if (resume->config_hash != fresh.config_hash || resume->width != fresh.width ||
      resume->parameters.size() != fresh.parameters.size()) {
    return Error{ErrorCode::kUsage, "--resume",
                 "the checkpoint is of another preset, seed or size; give the flags of run.json"};
  }
  return *resume;
}

}  // namespace

Result<CartPoleConfig> CartPoleConfigOf(std::string_view preset) {
  Result<GrpoConfig> grpo = PresetNamed(preset);
  if (!grpo) return grpo.error();
  CartPoleConfig config;
  config.preset = std::string(preset);
  config.grpo = *grpo;
  config.grpo.epochs = 4;
  config.grpo.minibatch = 512;
  config.grpo.entropy = 0.0f;
  config.grpo.steps_max = kCartPoleSteps;
  return config;
}

u64 HashConfig(const CartPoleConfig& c) {
  const GrpoConfig& g = c.grpo;
  const std::string text = fmt::format(
      "cartpole {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}",
      static_cast<int>(g.baseline), static_cast<int>(g.scale), static_cast<int>(g.mean),
      g.skip_flat_groups, g.clip_low, g.clip_high, g.entropy, g.learning_rate, g.grad_norm_max,
      g.discount, g.epochs, g.minibatch, g.steps_max, c.groups, c.group_size, c.width, c.seed, c.steps,
      c.learning_rate_end);
  return HashBytes(text.data(), text.size());
}

Result<CartPoleResult> TrainCartPole(
    const CartPoleConfig& config, const SavedRun* resume,
    const std::function<bool(const CartPoleProgress&)>& on_update) {
  Result<SavedRun> start = StartOf(config, resume);
  if (!start) return start.error();
  CartPoleResult out{std::move(*start), 0, 0, true};
  SavedRun& run = out.run;
  CartPoleLearner learner(WeightsOf(run), config.grpo);
  learner.SetOptimizer(run.optimizer);
  RunFolder folder(config.folder);
  if (const Status s = folder.Open(run.next_update); !s) return s.error();
  const auto save = [&]() -> Status {
    Store(learner, run);
    return folder.Writes() ? WriteSavedRun(run, folder.File("checkpoint.wtc")) : Ok{};
  };
  const f64 cpu_before = CpuSeconds() - run.cpu_s;
  while (out.complete && run.decisions < config.steps) {
    learner.config().learning_rate = LearningRate(config, run.decisions);
    const RolloutBatch batch = CollectCartPole(
        learner.Weights(), {config.groups, config.group_size, config.seed, run.next_update});
    CartPoleProgress progress;
    progress.stats = learner.Update(batch, config.seed, run.next_update);
    ++run.next_update;
    Count(batch, run);
    run.cpu_s = CpuSeconds() - cpu_before;
    progress.update = run.next_update;
    progress.episodes = run.episodes;
    progress.steps = run.decisions;
    progress.return_last100 = MeanOf(run.returns);
    progress.cpu_s = run.cpu_s;
    folder.Log(MetricsLine(progress));
    out.complete = on_update(progress) || run.decisions >= config.steps;
    if (run.next_update % config.checkpoint_every != 0) continue;
    if (const Status s = save(); !s) return s.error();
  }
  if (const Status s = save(); !s) return s.error();
  out.return_last100 = MeanOf(run.returns);
  out.hash = HashSavedRun(run);
  return out;
}

}  // namespace wt
