// SPDX-License-Identifier: Apache-2.0
// Filters of the default profile, in its order: NodeUnschedulable, TaintToleration, NodeAffinity
// (nodeSelector), NodeResourcesFit. Kubernetes v1.35 pkg/scheduler/framework/plugins.
// A pod with spec.nodeName never reaches the scheduler. No walk over pods; O(taints + labels).
#pragma once

#include "sim/scheduler/fit_error.h"
#include "sim/sim.h"

namespace wt {

// True when `node` passes every filter; else adds its reasons to `counts`.
bool FilterNode(const Sim& sim, const Pod& pod, const Node& node, FitCounts& counts);

// Which NodeChange bits (queue.h), had they just changed on `node`, would let a pod that they
// rejected try again: the plugins whose filter the node passes now.
u32 NodeGates(const Sim& sim, const Pod& pod, u32 node);

// Taints with effect PreferNoSchedule that the pod does not tolerate.
u32 IntolerableSoftTaints(const Sim& sim, const PodTemplate& tmpl, const NodeSpec& node);

}  // namespace wt
