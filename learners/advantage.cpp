// SPDX-License-Identifier: Apache-2.0
#include "learners/advantage.h"

#include <algorithm>
#include <cmath>

#include "scenarios/nearest.h"
#include "sim/api/check.h"

namespace wt {
namespace {

constexpr f64 kDeviationFloor = 1e-4;

// Two passes, so that equal returns have deviation 0 exactly.
struct Moments {
  f64 mean = 0, deviation = 0;
  u32 n = 0;
  bool flat = true;  // all equal
};

Moments MomentsOf(const std::vector<f64>& values) {
  Moments out;
  out.n = static_cast<u32>(values.size());
  if (values.empty()) return out;
  f64 sum = 0, squares = 0;
  for (const f64 x : values) {
    sum += x;
    out.flat = out.flat && x == values.front();
  }
  out.mean = out.flat ? values.front() : sum / out.n;
  for (const f64 x : values) squares += (x - out.mean) * (x - out.mean);
  if (out.n > 1) out.deviation = std::sqrt(squares / (out.n - 1));
  return out;
}

f64 AdvantageOf(const GrpoConfig& config, f64 reward, const Moments& group, const Moments& all) {
  f64 a = reward - group.mean;
  if (config.baseline == Baseline::kLeaveOneOut) a *= static_cast<f64>(group.n) / (group.n - 1);
  switch (config.scale) {
    case Scale::kGroupStd: return a / (group.deviation + kDeviationFloor);
    case Scale::kBatchStd: return a / (all.deviation + kDeviationFloor);
    case Scale::kNone: break;
  }
  return a;
}

f64 WeightOf(const GrpoConfig& config, u32 episode_decisions, u32 episodes, u32 decisions) {
  switch (config.mean) {
    case LossMean::kPerEpisode: return 1.0 / (static_cast<f64>(episode_decisions) * episodes);
    case LossMean::kPerDecision: return 1.0 / decisions;
    case LossMean::kConstant: return 1.0 / (static_cast<f64>(config.steps_max) * episodes);
  }
  return 0;
}

// Moments of every group's episode returns, by group number.
struct Groups {
  std::vector<Moments> moments;
  Moments all;
  u32 filled = 0, flat = 0;

  explicit Groups(const RolloutBatch& batch) {
    std::vector<std::vector<f64>> rewards;
    std::vector<f64> every;
    for (const auto& e : batch.episodes) {
      if (e.group >= rewards.size()) rewards.resize(e.group + 1);
      rewards[e.group].push_back(static_cast<f64>(e.reward));
      every.push_back(static_cast<f64>(e.reward));
    }
    all = MomentsOf(every);
    for (const auto& group : rewards) {
      const Moments m = MomentsOf(group);
      WT_CHECK(m.n != 1, "a group has at least two episodes");
      filled += m.n > 0 ? 1 : 0;
      flat += m.n > 0 && m.flat ? 1 : 0;
      moments.push_back(m);
    }
  }
};

// Returns from each decision on.
std::vector<f64> ReturnsToGo(const RolloutBatch& batch, f64 discount) {
  std::vector<f64> out(batch.decisions);
  for (const auto& e : batch.episodes) {
    f64 sum = 0;
    for (u32 d = e.first + e.count; d-- > e.first;) {
      sum = static_cast<f64>(batch.reward[d]) + discount * sum;
      out[d] = sum;
    }
  }
  return out;
}

// A member that has ended counts in the baseline of later steps with a return of 0: it earns
// nothing more, so going on is measured against stopping.
void StepAdvantages(const RolloutBatch& batch, const GrpoConfig& config, const Groups& groups,
                    Advantages& out) {
  const std::vector<f64> returns = ReturnsToGo(batch, static_cast<f64>(config.discount));
  std::vector<std::vector<f64>> sums(groups.moments.size());
  for (const auto& e : batch.episodes) {
    auto& sum = sums[e.group];
    if (sum.size() < e.count) sum.resize(e.count, 0);
    for (u32 i = 0; i < e.count; ++i) sum[i] += returns[e.first + i];
  }
  std::vector<f64> centred(batch.decisions);
  for (const auto& e : batch.episodes) {
    for (u32 i = 0; i < e.count; ++i) {
      centred[e.first + i] =
          returns[e.first + i] - sums[e.group][i] / groups.moments[e.group].n;
    }
  }
  const f64 down =
      config.scale == Scale::kNone ? 1.0 : MomentsOf(centred).deviation + kDeviationFloor;
  const u32 episodes = static_cast<u32>(batch.episodes.size());
  for (const auto& e : batch.episodes) {
    const f64 weight = WeightOf(config, e.count, episodes, batch.decisions);
    for (u32 d = e.first; d < e.first + e.count; ++d) {
      out.per_decision[d] = static_cast<f32>(centred[d] / down);
      out.loss_weight[d] = static_cast<f32>(weight);
    }
  }
}

// One advantage for all decisions of an episode.
void EpisodeAdvantages(const RolloutBatch& batch, const GrpoConfig& config, const Groups& groups,
                       Advantages& out) {
  const auto kept = [&](const RolloutBatch::Episode& e) {
    return !(config.skip_flat_groups && groups.moments[e.group].flat);
  };
  u32 kept_episodes = 0, kept_decisions = 0;
  for (const auto& e : batch.episodes) {
    if (!kept(e)) continue;
    ++kept_episodes;
    kept_decisions += e.count;
  }
  for (const auto& e : batch.episodes) {
    if (!kept(e) || e.count == 0) continue;
    const f64 a =
        AdvantageOf(config, static_cast<f64>(e.reward), groups.moments[e.group], groups.all);
    const f64 weight = WeightOf(config, e.count, kept_episodes, kept_decisions);
    std::fill_n(out.per_decision.begin() + e.first, e.count, static_cast<f32>(a));
    std::fill_n(out.loss_weight.begin() + e.first, e.count, static_cast<f32>(weight));
  }
}

struct Preset {
  const char* name;
  Baseline baseline;
  Scale scale;
  LossMean mean;
  bool skip_flat_groups;
  f32 clip_low, clip_high;
};
constexpr Preset kPresets[] = {
    {"grpo", Baseline::kGroupMean, Scale::kGroupStd, LossMean::kPerEpisode, true, 0.2f, 0.2f},
    {"dr-grpo", Baseline::kGroupMean, Scale::kNone, LossMean::kConstant, true, 0.2f, 0.2f},
    {"dapo", Baseline::kGroupMean, Scale::kGroupStd, LossMean::kPerDecision, true, 0.2f, 0.28f},
    {"rloo", Baseline::kLeaveOneOut, Scale::kNone, LossMean::kPerDecision, false, 0.2f, 0.2f},
    {"lite", Baseline::kGroupMean, Scale::kBatchStd, LossMean::kPerDecision, true, 0.2f, 0.2f},
    {"step", Baseline::kGroupStep, Scale::kBatchStd, LossMean::kPerDecision, false, 0.2f, 0.2f},
};

}  // namespace

const std::vector<std::string>& PresetNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const Preset& preset : kPresets) out.emplace_back(preset.name);
    return out;
  }();
  return names;
}

Result<GrpoConfig> PresetNamed(std::string_view name) {
  for (const Preset& preset : kPresets) {
    if (preset.name != name) continue;
    GrpoConfig config;
    config.baseline = preset.baseline;
    config.scale = preset.scale;
    config.mean = preset.mean;
    config.skip_flat_groups = preset.skip_flat_groups;
    config.clip_low = preset.clip_low;
    config.clip_high = preset.clip_high;
    return config;
  }
  return Error{ErrorCode::kUsage, "--preset",
               "no preset \"" + std::string(name) + "\"; expected " + JoinWords(PresetNames()) +
                   DidYouMean(name, PresetNames())};
}

Advantages ComputeAdvantages(const RolloutBatch& batch, const GrpoConfig& config) {
  const Groups groups(batch);
  Advantages out;
  out.per_decision.assign(batch.decisions, 0);
  out.loss_weight.assign(batch.decisions, 0);
  out.groups = groups.filled;
  out.flat_groups = groups.flat;
  if (config.baseline == Baseline::kGroupStep) StepAdvantages(batch, config, groups, out);
  else EpisodeAdvantages(batch, config, groups, out);
  return out;
}

}  // namespace wt
