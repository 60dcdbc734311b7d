// SPDX-License-Identifier: Apache-2.0
#include "sim/controllers/rollout_math.h"

#include <algorithm>

namespace wt {
namespace {

i32 Resolve(IntOrPercent value, i32 replicas, bool round_up) {
  if (!value.is_percent) return value.value;
  const i64 hundredths = static_cast<i64>(value.value) * replicas;
  return static_cast<i32>(round_up ? (hundredths + 99) / 100 : hundredths / 100);
}

i32 RoundHalfAway(f64 value) { return static_cast<i32>(value < 0 ? value - 0.5 : value + 0.5); }

// getReplicaSetFraction: how far this ReplicaSet alone would move.
i32 Fraction(const RolloutPart& part, i32 replicas, i32 surge, i32 status_replicas) {
  if (replicas == 0) return -part.want;
  const i32 before = part.max_replicas != 0 ? part.max_replicas : status_replicas;
  if (before == 0) return 0;
  const f64 scaled = static_cast<f64>(static_cast<i64>(part.want) * (replicas + surge));
  return RoundHalfAway(scaled / static_cast<f64>(before)) - part.want;
}

}  // namespace

RolloutLimits ResolveLimits(const DeploymentSpec& spec, i32 replicas) {
  if (spec.strategy != StrategyType::kRollingUpdate) return {};
  RolloutLimits limits{Resolve(spec.max_surge, replicas, true),
                       Resolve(spec.max_unavailable, replicas, false)};
  if (limits.surge == 0 && limits.unavailable == 0) limits.unavailable = 1;
  limits.unavailable = std::min(limits.unavailable, replicas);
  return limits;
}

i32 NewReplicaCount(i32 replicas, i32 surge, i32 total_want, i32 new_want) {
  const i32 room = replicas + surge - total_want;
  if (room <= 0) return new_want;
  return new_want + std::min(room, replicas - new_want);
}

i32 OldPodsToSpare(i32 replicas, i32 unavailable, i32 total_want, i32 new_want,
                   i32 new_available) {
  return total_want - (replicas - unavailable) - (new_want - new_available);
}

i32 CleanUpUnhealthy(std::span<RolloutPart> old, i32 most) {
  i32 removed = 0;
  for (RolloutPart& part : old) {
    part.target = part.want;
    if (removed >= most || part.want == 0 || part.want == part.available) continue;
    const i32 unhealthy = std::min(most - removed, part.want - part.available);
    part.target -= unhealthy;
    removed += unhealthy;
  }
  return removed;
}

i32 ScaleDownOld(std::span<RolloutPart> old, i32 available, i32 replicas, i32 unavailable) {
  const i32 spare = available - (replicas - unavailable);
  i32 removed = 0;
  for (RolloutPart& part : old) {
    part.target = part.want;
    if (removed >= spare) continue;
    const i32 down = std::min(part.want, spare - removed);
    part.target -= down;
    removed += down;
  }
  return removed;
}

void ScaleProportionally(std::span<RolloutPart> active, i32 replicas, i32 surge,
                         i32 status_replicas) {
  i32 total = 0;
  for (RolloutPart& part : active) {
    total += part.want;
    part.target = part.want;
  }
  const i32 to_add = (replicas > 0 ? replicas + surge : 0) - total;
  if (to_add == 0) return;
  // Larger ones first; of equal ones the newer first when growing, the older when shrinking.
  if (to_add > 0) std::reverse(active.begin(), active.end());
  for (std::size_t i = 1; i < active.size(); ++i) {
    for (std::size_t j = i; j > 0 && active[j - 1].want < active[j].want; --j) {
      std::swap(active[j - 1], active[j]);
    }
  }
  i32 added = 0;
  for (RolloutPart& part : active) {
    if (part.want == 0 || added == to_add) continue;
    const i32 fraction = Fraction(part, replicas, surge, status_replicas);
    const i32 allowed = to_add - added;
    const i32 share = to_add > 0 ? std::min(fraction, allowed) : std::max(fraction, allowed);
    part.target += share;
    added += share;
  }
  active[0].target = std::max(0, active[0].target + to_add - added);
}

}  // namespace wt
