// SPDX-License-Identifier: Apache-2.0
// Arithmetic of a Deployment's roll-out, without a World: how many pods each ReplicaSet should have
// next. Kubernetes v1.35 pkg/controller/deployment/{rolling,sync}.go and util/deployment_util.go.
#pragma once

#include <span>

#include "sim/api/ints.h"
#include "sim/typed.h"

namespace wt {

// maxSurge (percent rounded up) and maxUnavailable (rounded down) as pods; both 0 resolve to
// unavailable 1. unavailable never exceeds `replicas`; both 0 for Recreate.
struct RolloutLimits {
  i32 surge = 0;
  i32 unavailable = 0;
};
RolloutLimits ResolveLimits(const DeploymentSpec& spec, i32 replicas);

// One ReplicaSet of the roll-out; the functions below set `target`.
struct RolloutPart {
  u32 row;
  i32 want;          // spec.replicas
  i32 available;     // status.availableReplicas
  i32 max_replicas;  // annotation deployment.kubernetes.io/max-replicas, 0 = none
  i32 target;
};

// spec.replicas of the new ReplicaSet, all ReplicaSets together wanting `total_want` now.
i32 NewReplicaCount(i32 replicas, i32 surge, i32 total_want, i32 new_want);

// Pods that old ReplicaSets may lose now without fewer than replicas - unavailable being left even
// if none of the new ones that are not available yet ever is. May be negative.
i32 OldPodsToSpare(i32 replicas, i32 unavailable, i32 total_want, i32 new_want, i32 new_available);

// Pods of `old` (oldest first) that are not available go first, at most `most` of them.
// Returns how many.
i32 CleanUpUnhealthy(std::span<RolloutPart> old, i32 most);

// Then available ones, oldest ReplicaSet first, as long as `available` pods in all exceed
// replicas - unavailable. Returns how many.
i32 ScaleDownOld(std::span<RolloutPart> old, i32 available, i32 replicas, i32 unavailable);

// Shares a change of the Deployment's size among all active ReplicaSets (oldest first when called;
// sorted by size on return). `status_replicas` stands in for a missing annotation.
void ScaleProportionally(std::span<RolloutPart> active, i32 replicas, i32 surge,
                         i32 status_replicas);

}  // namespace wt
