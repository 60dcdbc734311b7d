// SPDX-License-Identifier: Apache-2.0
#include "learners/train.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "agents/policy_file.h"
#include "learners/grpo.h"
#include "learners/run_folder.h"
#include "learners/train_settings.h"
#include "sim/api/hash_bytes.h"

namespace wt {
namespace {

TrainProgress Summarise(const RolloutBatch& batch) {
  TrainProgress p;
  f64 healthy = 0, acted = 0;
  const f64 n = static_cast<f64>(batch.episodes.size());
  for (const auto& e : batch.episodes) {
    p.success += e.verdict == 1 ? 1 / n : 0;
    p.harm += e.verdict == -1 ? 1 / n : 0;
    p.reward += static_cast<f64>(e.reward) / n;
    p.steps += e.count / n;
    if (e.faulty) continue;
    ++healthy;
    acted += e.wrote ? 1 : 0;
  }
  p.false_action_healthy = healthy > 0 ? acted / healthy : 0;
  p.errored = batch.errored;
  p.simulate_s = batch.simulate_s;
  p.infer_s = batch.infer_s;
  return p;
}

// Mean success of the first and of the last tenth of the updates.
struct Tenths {
  std::vector<f64> success;
  f64 Mean(bool last) const {
    const std::size_t n = success.size() < 10 ? (success.empty() ? 0 : 1) : success.size() / 10;
    f64 sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += success[last ? success.size() - 1 - i : i];
    return n > 0 ? sum / static_cast<f64>(n) : 0;
  }
};

// Copies the learner into `state` and writes it.
Status Save(const RunFolder& folder, const GrpoLearner& learner, Checkpoint& state) {
  state.weights = learner.Weights();
  state.optimizer = learner.Optimizer();
  if (!folder.Writes()) return Ok{};
  if (const Status s = SavePolicy(state.weights, folder.File("policy.wtp")); !s) return s;
  return SaveCheckpoint(state, folder.File("checkpoint.wtc"));
}

// Share of the run that is done, by updates or by CPU time, whichever is further.
f64 Done(const TrainConfig& config, u64 update, f64 cpu_s) {
  f64 done = static_cast<f64>(update) / static_cast<f64>(config.updates);
  if (config.cpu_seconds_max > 0) done = std::max(done, cpu_s / config.cpu_seconds_max);
  return std::min(done, 1.0);
}

// Entropy bonus and learning rate fall linearly with what is left of the run.
void SetRates(const TrainConfig& config, f64 left, GrpoConfig& to) {
  const f64 entropy_end = static_cast<f64>(config.entropy_end);
  const f64 rate_end = static_cast<f64>(config.learning_rate_end);
  to.entropy = static_cast<f32>(
      entropy_end + left * (static_cast<f64>(config.grpo.entropy) - entropy_end));
  to.learning_rate = static_cast<f32>(static_cast<f64>(config.grpo.learning_rate) *
                                      (rate_end + left * (1 - rate_end)));
}

// The curriculum: what the episodes of an update are like when `done` of the run is over.
void SetLessons(const TrainConfig& config, f32 done, CollectOptions& to) {
  const Curriculum& c = config.curriculum;
  const auto way = [&](f32 from, f32 until) {  // 0 at `from`, 1 from `until` on
    return std::clamp((done - from) / std::max(until - from, 1e-6f), 0.0f, 1.0f);
  };
  to.lessons_share = 1.0f - way(c.lessons_from, c.lessons_until);
  to.penalties = std::lerp(c.penalties_from, 1.0f, way(0, c.lessons_until));
  to.head_start_share = c.head_start_from * (1.0f - way(0, c.head_start_until));
  to.reach = std::lerp(c.reach_from, 1.0f, way(0, c.reach_until));
}

}  // namespace

u64 HashConfig(const TrainConfig& config, std::span<const ScenarioSetup> setups) {
  const GrpoConfig& g = config.grpo;
  std::string text = fmt::format(
      "{} {} {} {} {} {} {} {} {} {} {} {}", static_cast<int>(g.baseline),
      static_cast<int>(g.scale), static_cast<int>(g.mean), g.skip_flat_groups, g.clip_low,
      g.clip_high, g.entropy, g.learning_rate, g.grad_norm_max, g.epochs, g.minibatch,
      g.steps_max);
  TrainConfig copy = config;
  for (const TrainSetting& setting : TrainSettings()) {
    text += fmt::format(" {}={}", setting.name, setting.of(copy));
  }
  for (const std::string& name : config.collect.hold_out) text += " -" + name;
  text += fmt::format(" {} {} {} {} {} {} {}", config.collect.groups, config.collect.group_size,
                      config.collect.seed, config.width, config.blind, config.updates,
                      config.suite_hash);
  for (const ScenarioSetup& setup : setups) text += " " + setup.scenario.name;
  return HashBytes(text.data(), text.size());
}

Result<TrainResult> Train(std::span<const ScenarioSetup> setups, const TrainConfig& config,
                          const Checkpoint* resume,
                          const std::function<bool(const TrainProgress&)>& on_update) {
  TrainResult out{{InitialWeights(config.width, config.collect.seed, config.submit_bias),
                   {}, 0, 0, 0, 0, 0}};
  Checkpoint& state = out.checkpoint;
  state.weights.blind = config.blind;
  state.config_hash = HashConfig(config, setups);
  if (resume != nullptr) {
    if (resume->config_hash != state.config_hash) {
      return Error{ErrorCode::kUsage, "--resume",
                   "the checkpoint is of another preset, suite, seed or size; give the flags of "
                   "run.json"};
    }
    state = *resume;
  }
  RunFolder folder(config.folder);
  if (const Status s = folder.Open(state.next_update); !s) return s.error();
  GrpoLearner learner(state.weights, config.grpo);
  if (resume != nullptr) learner.SetOptimizer(state.optimizer);

  Tenths tenths;
  const f64 cpu_before = CpuSeconds() - state.cpu_s;
  bool go_on = true;
  while (go_on && state.next_update < config.updates &&
         (config.cpu_seconds_max <= 0 || state.cpu_s < config.cpu_seconds_max)) {
    const f64 done = Done(config, state.next_update, state.cpu_s);
    SetRates(config, 1.0 - done, learner.config());
    CollectOptions collect = config.collect;
    collect.update = state.next_update;
    SetLessons(config, static_cast<f32>(done), collect);
    const RolloutBatch batch = CollectRollouts(
        setups, std::make_shared<const NetworkWeights>(learner.Weights()), collect);
    if (batch.episodes.empty()) {
      return Error{ErrorCode::kInvalidInput, "", "no episode could start: " + batch.first_error};
    }
    TrainProgress progress = Summarise(batch);
    const f64 before = CpuSeconds();
    progress.stats = learner.Update(batch, config.collect.seed, state.next_update);
    progress.update_s = CpuSeconds() - before;

    ++state.next_update;
    state.episodes += batch.episodes.size();
    state.decisions += batch.decisions;
    state.cpu_s = CpuSeconds() - cpu_before;
    progress.update = state.next_update;
    progress.updates = config.updates;
    progress.episodes = state.episodes;
    progress.decisions = state.decisions;
    progress.cpu_s = state.cpu_s;
    tenths.success.push_back(progress.success);
    folder.Log(MetricsLine(progress));
    go_on = on_update(progress) || state.next_update >= config.updates;
    if (state.next_update % config.checkpoint_every != 0) continue;
    if (const Status s = Save(folder, learner, state); !s) return s.error();
  }
  if (const Status s = Save(folder, learner, state); !s) return s.error();
  out.hash = HashCheckpoint(state);
  out.complete = go_on;
  out.success_first_tenth = tenths.Mean(false);
  out.success_last_tenth = tenths.Mean(true);
  return out;
}

}  // namespace wt
