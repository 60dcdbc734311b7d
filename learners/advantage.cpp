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
  return Error{ErrorCode::kUsage, "--preset",
               "no preset '" + std::string(name) +
                   "'; expected grpo, dr-grpo, dapo, rloo or lite"};
}

Advantages ComputeAdvantages(const RolloutBatch& batch, const GrpoConfig& config) {
  u32 groups = 0;
  for (const auto& e : batch.episodes) groups = e.group + 1 > groups ? e.group + 1 : groups;
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
