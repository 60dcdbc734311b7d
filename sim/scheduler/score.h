// SPDX-License-Identifier: Apache-2.0
// Scores of the default profile in integers, with its weights: NodeResourcesFit/LeastAllocated 1,
// NodeResourcesBalancedAllocation 1, TaintToleration 3, PodTopologySpread 2 (the system defaults:
// hostname maxSkew 3 and zone maxSkew 5, ScheduleAnyway). Kubernetes v1.35
// pkg/scheduler/framework/plugins. Left out: ImageLocality; NodeAffinity and InterPodAffinity
// score nothing without preferred terms.
#pragma once

#include <span>

#include "sim/sim.h"

namespace wt {

struct Candidate {  // not initialised: a cycle has room for many and fills in a few
  u32 node;
  u32 soft_taints;  // intolerable PreferNoSchedule taints
  i32 spread;       // raw PodTopologySpread score
  i32 total;        // weighted sum of all scores
};

// Requests with which LeastAllocated counts a pod: a container without a request counts as 100 m
// CPU and 200 MiB (pkg/scheduler/util/pod_resources.go).
struct NonzeroRequest {
  i32 cpu = 0;
  i64 memory = 0;
};
NonzeroRequest NonzeroRequestOf(const PodTemplate& tmpl);

// 0..100 each.
i32 LeastAllocatedScore(const PodTemplate& tmpl, const Node& node, const NodeSpec& spec);
i32 BalancedAllocationScore(const PodTemplate& tmpl, const Node& node, const NodeSpec& spec);

// Fills in `total` of the candidates. O(candidates + pods of the owner).
void ScoreNodes(const Sim& sim, const Pod& pod, std::span<Candidate> candidates);

}  // namespace wt
