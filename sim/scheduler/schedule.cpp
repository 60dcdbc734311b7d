// SPDX-License-Identifier: Apache-2.0
// One scheduling cycle: filter, score, bind (Kubernetes v1.35 pkg/scheduler/schedule_one.go).
#include <array>

#include "sim/controllers/controllers.h"
#include "sim/scheduler/filter.h"
#include "sim/scheduler/queue.h"
#include "sim/scheduler/score.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/transitions.h"

namespace wt {
namespace {

// Pods per event: bounds the rows a handler adds; the next ones follow after another bind delay.
constexpr u32 kPodsPerRun = 16;
// Feasible nodes that are scored; numFeasibleNodesToFind asks for at most this many below 20,000
// nodes.
constexpr u32 kMaxCandidates = 1024;

// schedule_one.go numFeasibleNodesToFind, percentageOfNodesToScore 0 (adaptive).
u32 NodesToFind(u32 nodes) {
  if (nodes < 100) return nodes;
  const u32 cut = nodes / 125;
  const u32 percent = cut >= 45 ? 5 : 50 - cut;
  const u32 wanted = nodes * percent / 100;
  return wanted < 100 ? 100 : wanted;
}

u32 CountNodes(const Sim& sim) {
  u32 nodes = 0;
  for (u32 n = 1; n < sim.world.Used<Node>(); ++n) nodes += sim.At<Node>(n).born != 0;
  return nodes;
}

struct Attempt {
  std::array<Candidate, kMaxCandidates> candidates;
  u32 found = 0;
  FitCounts counts;
};

// Filters from a drawn starting node on, until enough are found. (Upstream rotates its start
// through a counter that all pods share; a draw keeps pods independent of each other's number.)
void FindCandidates(const Sim& sim, const Pod& pod, u32 nodes, Attempt& attempt) {
  u32 wanted = NodesToFind(nodes);
  if (wanted > kMaxCandidates) wanted = kMaxCandidates;
  const u32 rows = sim.world.Used<Node>() - 1;
  u32 start = 0;
  if (wanted < nodes) {
    start = DrawBelow(sim.key(), Stream::kSchedule, pod.born, pod.attempts * 2u + 1, rows);
  }
  for (u32 i = 0; i < rows && attempt.found < wanted; ++i) {
    const u32 n = 1 + (start + i) % rows;
    const Node& node = sim.At<Node>(n);
    if (node.born == 0 || !FilterNode(sim, pod, node, attempt.counts)) continue;
    attempt.candidates[attempt.found++].node = n;
  }
}

// The highest score; among equals a drawn one.
u32 ChooseNode(const Sim& sim, const Pod& pod, std::span<Candidate> candidates) {
  if (candidates.size() == 1) return candidates[0].node;
  ScoreNodes(sim, pod, candidates);
  i32 best = candidates[0].total;
  for (const Candidate& c : candidates) best = c.total > best ? c.total : best;
  u32 equals = 0;
  for (const Candidate& c : candidates) equals += c.total == best;
  u32 pick = DrawBelow(sim.key(), Stream::kSchedule, pod.born, pod.attempts * 2u, equals);
  for (const Candidate& c : candidates) {
    if (c.total == best && pick-- == 0) return c.node;
  }
  return 0;
}

void Fail(Sim& sim, u32 pod_row, const FitCounts& counts, u32 nodes) {
  Pod& pod = sim.At<Pod>(pod_row);
  u32 packed[2];
  PackFitCounts(counts, packed);
  const bool changed = pod.attempts == 0 || packed[0] != pod.fail_counts[0] ||
                       packed[1] != pod.fail_counts[1];
  pod.fail_counts[0] = packed[0];
  pod.fail_counts[1] = packed[1];
  if (pod.attempts < UINT16_MAX) ++pod.attempts;
  pod.retry_at_ms = sim.now_ms() + BackoffSeconds(pod.attempts) * 1000;
  ParkUnschedulable(sim, pod_row);
  if (changed) Changed<Pod>(sim, ObjectKind::kPod, pod_row);  // condition PodScheduled
  RecordEvent(sim, ObjectKind::kPod, pod_row, pod.born, EventReason::kFailedScheduling, packed[0],
              packed[1], nodes);
}

void ScheduleOne(Sim& sim, u32 pod_row) {
  const u32 nodes = CountNodes(sim);
  Attempt attempt;
  FindCandidates(sim, sim.At<Pod>(pod_row), nodes, attempt);
  if (attempt.found == 0) return Fail(sim, pod_row, attempt.counts, nodes);
  const u32 node =
      ChooseNode(sim, sim.At<Pod>(pod_row), {attempt.candidates.data(), attempt.found});
  BindPod(sim, pod_row, node);
  RecordEvent(sim, ObjectKind::kPod, pod_row, sim.At<Pod>(pod_row).born, EventReason::kScheduled,
              node);
}

}  // namespace

void RunScheduler(Sim& sim) {
  FlushUnschedulable(sim);
  for (u32 i = 0; i < kPodsPerRun; ++i) {
    const u32 pod = PopPending(sim);
    if (pod == 0) break;
    ScheduleOne(sim, pod);
  }
  if (sim.world.header().pending_first != 0) {
    ArmScheduler(sim);
  } else {
    ArmFlush(sim);
  }
}

}  // namespace wt
