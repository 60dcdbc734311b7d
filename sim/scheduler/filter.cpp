// SPDX-License-Identifier: Apache-2.0
#include "sim/scheduler/filter.h"

#include "sim/scheduler/queue.h"

namespace wt {
namespace {

bool Tolerates(const Toleration& toleration, const Taint& taint) {
  if (toleration.effect != TaintEffect::kNone && toleration.effect != taint.effect) return false;
  if (toleration.key != 0 && toleration.key != taint.key) return false;
  return toleration.exists != 0 || (toleration.key != 0 && toleration.value == taint.value);
}

bool ToleratesTaint(const PodTemplate& tmpl, const Taint& taint) {
  for (const Toleration& toleration : Items(&tmpl, tmpl.tolerations)) {
    if (Tolerates(toleration, taint)) return true;
  }
  return false;
}

// As ToleratesTaint for a NoSchedule taint that exists by name only.
bool ToleratesNamed(const Sim& sim, const PodTemplate& tmpl, std::string_view key) {
  for (const Toleration& t : Items(&tmpl, tmpl.tolerations)) {
    if (t.effect != TaintEffect::kNone && t.effect != TaintEffect::kNoSchedule) continue;
    const bool exists_or_empty = t.exists != 0 || t.value == 0;
    if (t.key == 0 ? t.exists != 0 : exists_or_empty && sim.Text(t.key) == key) return true;
  }
  return false;
}

bool Schedulable(const Sim& sim, const PodTemplate& tmpl, const Node& node) {
  return !node.unschedulable || ToleratesNamed(sim, tmpl, "node.kubernetes.io/unschedulable");
}

bool TaintsTolerated(const Sim& sim, const PodTemplate& tmpl, const Node& node,
                     const NodeSpec& spec) {
  if (!node.ready && !ToleratesNamed(sim, tmpl, "node.kubernetes.io/not-ready")) return false;
  for (const Taint& taint : Items(&spec, spec.taints)) {
    if (taint.effect != TaintEffect::kNoSchedule && taint.effect != TaintEffect::kNoExecute) {
      continue;
    }
    if (!ToleratesTaint(tmpl, taint)) return false;
  }
  return true;
}

bool HasLabel(const NodeSpec& spec, const LabelPair& wanted) {
  for (const LabelPair& label : Items(&spec, spec.labels)) {
    if (label.key == wanted.key) return label.value == wanted.value;
  }
  return false;
}

bool SelectorMatches(const PodTemplate& tmpl, const NodeSpec& spec) {
  for (const LabelPair& wanted : Items(&tmpl, tmpl.node_selector)) {
    if (!HasLabel(spec, wanted)) return false;
  }
  return true;
}

struct Fit {
  bool pods = true, cpu = true, memory = true;
  bool can_ever = true;  // the request does not exceed the whole node
  bool all() const { return pods && cpu && memory; }
};

Fit FitOf(const PodTemplate& tmpl, const Node& node, const NodeSpec& spec) {
  Fit fit;
  fit.pods = static_cast<i64>(node.pods) + 1 <= spec.pods_allocatable;
  if (tmpl.cpu_request > 0 && tmpl.cpu_request > spec.cpu_allocatable - node.cpu_requested) {
    fit.cpu = false;
    fit.can_ever = fit.can_ever && tmpl.cpu_request <= spec.cpu_allocatable;
  }
  if (tmpl.memory_request > 0 &&
      tmpl.memory_request > spec.memory_allocatable - node.memory_requested) {
    fit.memory = false;
    fit.can_ever = fit.can_ever && tmpl.memory_request <= spec.memory_allocatable;
  }
  return fit;
}

}  // namespace

bool FilterNode(const Sim& sim, const Pod& pod, const Node& node, FitCounts& counts) {
  const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
  const auto& spec = sim.Typed<NodeSpec>(node.doc);
  auto& by_reason = counts.nodes_by_reason;
  if (!Schedulable(sim, tmpl, node)) return ++by_reason[kNodeUnschedulable], false;
  if (!TaintsTolerated(sim, tmpl, node, spec)) return ++by_reason[kUntoleratedTaint], false;
  if (!SelectorMatches(tmpl, spec)) return ++by_reason[kNodeAffinityMismatch], false;
  const Fit fit = FitOf(tmpl, node, spec);
  if (fit.all()) return true;
  by_reason[kTooManyPods] += !fit.pods;
  by_reason[kInsufficientCpu] += !fit.cpu;
  by_reason[kInsufficientMemory] += !fit.memory;
  by_reason[kNoVictims] += fit.can_ever;
  return false;
}

u32 NodeGates(const Sim& sim, const Pod& pod, u32 node_row) {
  const Node& node = sim.At<Node>(node_row);
  const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
  const auto& spec = sim.Typed<NodeSpec>(node.doc);
  const FitCounts counts = UnpackFitCounts(pod.fail_counts[0], pod.fail_counts[1]);
  const auto& rejected = counts.nodes_by_reason;
  u32 gates = 0;
  if (rejected[kNodeUnschedulable] != 0 && Schedulable(sim, tmpl, node)) gates |= kNodeUncordoned;
  if (rejected[kUntoleratedTaint] != 0 && TaintsTolerated(sim, tmpl, node, spec)) {
    gates |= kNodeTaints;
  }
  if (rejected[kNodeAffinityMismatch] != 0 && SelectorMatches(tmpl, spec)) gates |= kNodeLabels;
  const bool full = rejected[kTooManyPods] != 0 || rejected[kInsufficientCpu] != 0 ||
                    rejected[kInsufficientMemory] != 0;
  if (full && FitOf(tmpl, node, spec).all()) gates |= kNodeAllocatable;
  return gates;
}

u32 IntolerableSoftTaints(const Sim&, const PodTemplate& tmpl, const NodeSpec& node) {
  u32 count = 0;
  for (const Taint& taint : Items(&node, node.taints)) {
    count += taint.effect == TaintEffect::kPreferNoSchedule && !ToleratesTaint(tmpl, taint);
  }
  return count;
}

}  // namespace wt
