// SPDX-License-Identifier: Apache-2.0
#include "learners/advantage.h"

#include <cmath>
#include <string>

#include "sim/api/check.h"

namespace wt {
namespace {

constexpr f64 kDeviationFloor = 1e-4;

struct Moments {
  f64 sum = 0, squares = 0;
  u32 n = 0;
  void Add(f64 x) {
    sum += x;
    squares += x * x;
    ++n;
  }
  f64 Mean() const { return n > 0 ? sum / n : 0; }
  f64 Deviation() const {
    if (n < 2) return 0;
    const f64 variance = (squares - sum * sum / n) / (n - 1);
    return variance > 1e-12 ? std::sqrt(variance) : 0;
  }
};

f64 WeightOf(const GrpoConfig& config, u32 episode_decisions, u32 episodes, u32 decisions) {
  switch (config.mean) {
    case LossMean::kPerEpisode: return 1.0 / (static_cast<f64>(episode_decisions) * episodes);
    case LossMean::kPerDecision: return 1.0 / decisions;
    case LossMean::kConstant: return 1.0 / (30.0 * episodes);  // a usual step limit
  }
  return 0;
}

}  // namespace

Result<GrpoConfig> PresetNamed(std::string_view name) {
  GrpoConfig config;
  if (name == "grpo") {
    config.mean = LossMean::kPerEpisode;
    return config;
  }
  if (name == "dr-grpo") {
    config.scale = Scale::kNone;
    config.mean = LossMean::kConstant;
    return config;
  }
  if (name == "dapo") {
    config.clip_high = 0.28f;
    return config;
  }
  if (name == "rloo") {
    config.baseline = Baseline::kLeaveOneOut;
    config.scale = Scale::kNone;
    config.skip_flat_groups = false;
    return config;
  }
  if (name == "lite") {
    config.scale = Scale::kBatchStd;
    return config;
  }
  if (name == "step") {
    config.baseline = Baseline::kGroupStep;
    config.scale = Scale::kBatchStd;
    config.skip_flat_groups = false;
    return config;
  }
  return Error{ErrorCode::kUsage, "--preset",
               "no preset '" + std::string(name) +
                   "'; expected grpo, dr-grpo, dapo, rloo, lite or step"};
}

namespace {

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
Advantages StepAdvantages(const RolloutBatch& batch, const GrpoConfig& config, u32 groups) {
  Advantages out;
  out.groups = groups;
  out.per_decision.assign(batch.decisions, 0);
  out.loss_weight.assign(batch.decisions, 0);
  const std::vector<f64> returns = ReturnsToGo(batch, static_cast<f64>(config.discount));
  std::vector<std::vector<f64>> sums(groups);
  std::vector<u32> members(groups, 0);
  for (const auto& e : batch.episodes) {
    ++members[e.group];
    auto& sum = sums[e.group];
    if (sum.size() < e.count) sum.resize(e.count, 0);
    for (u32 i = 0; i < e.count; ++i) sum[i] += returns[e.first + i];
  }
  Moments all;
  for (const auto& e : batch.episodes) {
    for (u32 i = 0; i < e.count; ++i) {
      const f64 a = returns[e.first + i] - sums[e.group][i] / members[e.group];
      out.per_decision[e.first + i] = static_cast<f32>(a);
      all.Add(a);
    }
  }
  const f64 scale = config.scale == Scale::kNone ? 1.0 : 1.0 / (all.Deviation() + kDeviationFloor);
  for (const auto& e : batch.episodes) {
    const f64 weight = WeightOf(config, e.count, static_cast<u32>(batch.episodes.size()),
                                batch.decisions);
    for (u32 d = e.first; d < e.first + e.count; ++d) {
      out.per_decision[d] = static_cast<f32>(static_cast<f64>(out.per_decision[d]) * scale);
      out.loss_weight[d] = static_cast<f32>(weight);
    }
  }
  return out;
}

}  // namespace

Advantages ComputeAdvantages(const RolloutBatch& batch, const GrpoConfig& config) {
  u32 groups = 0;
  for (const auto& e : batch.episodes) groups = e.group + 1 > groups ? e.group + 1 : groups;
  if (config.baseline == Baseline::kGroupStep) return StepAdvantages(batch, config, groups);
  std::vector<Moments> moments(groups);
  for (const auto& e : batch.episodes) moments[e.group].Add(static_cast<f64>(e.reward));

  Advantages out;
  out.per_decision.assign(batch.decisions, 0);
  out.loss_weight.assign(batch.decisions, 0);
  out.groups = groups;
  for (const Moments& m : moments) {
    WT_CHECK(m.n != 1, "a group has at least two episodes");
    if (m.Deviation() == 0) ++out.flat_groups;
  }
  Moments whole;
  std::vector<f64> centred(batch.episodes.size());
  for (std::size_t i = 0; i < batch.episodes.size(); ++i) {
    const auto& e = batch.episodes[i];
    const Moments& m = moments[e.group];
    f64 a = static_cast<f64>(e.reward) - m.Mean();
    if (config.baseline == Baseline::kLeaveOneOut) a *= static_cast<f64>(m.n) / (m.n - 1);
    centred[i] = a;
    whole.Add(a);
  }
  u32 kept_episodes = 0, kept_decisions = 0;
  const auto kept = [&](const RolloutBatch::Episode& e) {
    return !config.skip_flat_groups || moments[e.group].Deviation() > 0;
  };
  for (const auto& e : batch.episodes) {
    if (!kept(e)) continue;
    ++kept_episodes;
    kept_decisions += e.count;
  }
  for (std::size_t i = 0; i < batch.episodes.size(); ++i) {
    const auto& e = batch.episodes[i];
    if (!kept(e) || e.count == 0) continue;
    f64 a = centred[i];
    if (config.scale == Scale::kGroupStd) a /= moments[e.group].Deviation() + kDeviationFloor;
    if (config.scale == Scale::kBatchStd) a /= whole.Deviation() + kDeviationFloor;
    const f64 weight = WeightOf(config, e.count, kept_episodes, kept_decisions);
    for (u32 d = e.first; d < e.first + e.count; ++d) {
      out.per_decision[d] = static_cast<f32>(a);
      out.loss_weight[d] = static_cast<f32>(weight);
    }
  }
  return out;
}

}  // namespace wt
