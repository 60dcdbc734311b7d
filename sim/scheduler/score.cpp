// SPDX-License-Identifier: Apache-2.0
#include "sim/scheduler/score.h"

#include <array>

#include "sim/math.h"
#include "sim/scheduler/filter.h"
#include "sim/scheduler/pods_on_nodes.h"

namespace wt {
namespace {

constexpr i32 kDefaultCpu = 100;                    // millicores
constexpr i64 kDefaultMemory = 200 * 1024 * 1024;
constexpr i32 kTaintWeight = 3, kSpreadWeight = 2;
constexpr i32 kHostSkew = 3, kZoneSkew = 5;
constexpr u32 kMaxZones = 16;

i64 LeastRequested(i64 requested, i64 allocatable) {
  if (requested > allocatable) return 0;
  return (allocatable - requested) * 100 / allocatable;
}

f64 Fraction(i64 requested, i64 allocatable) {
  const f64 f = static_cast<f64>(requested) / static_cast<f64>(allocatable);
  return f > 1.0 ? 1.0 : f;
}

void AddTaintScores(std::span<Candidate> candidates) {
  u32 most = 0;
  for (const Candidate& c : candidates) most = c.soft_taints > most ? c.soft_taints : most;
  for (Candidate& c : candidates) {
    const u32 share = most == 0 ? 0 : 100 * c.soft_taints / most;
    c.total += kTaintWeight * static_cast<i32>(100 - share);
  }
}

// Pods of one ReplicaSet by zone. Zones beyond kMaxZones are not told apart.
struct ZoneCounts {
  std::array<StrId, kMaxZones> zones;
  std::array<i32, kMaxZones> pods;
  u32 size = 0;

  i32& Of(StrId zone) {
    for (u32 z = 0; z < size; ++z) {
      if (zones[z] == zone) return pods[z];
    }
    if (size == kMaxZones) return pods[kMaxZones - 1];
    zones[size] = zone;
    pods[size] = 0;
    return pods[size++];
  }
};

StrId ZoneOf(const Sim& sim, u32 node) {
  return sim.Typed<NodeSpec>(sim.At<Node>(node).doc).zone;
}

// plugins/podtopologyspread/scoring.go: a count weighs ln(domains + 2); the domains are those of
// the candidates.
void AddSpreadScores(const Sim& sim, const Pod& pod, std::span<Candidate> candidates) {
  PodsOnNodes on_node(sim);
  on_node.AddOwner(sim, pod.owner);
  ZoneCounts zones;
  for (const Candidate& c : candidates) {
    if (const StrId zone = ZoneOf(sim, c.node)) zones.Of(zone);
  }
  const f64 zone_weight = Log(static_cast<f64>(zones.size) + 2);
  const f64 host_weight = Log(static_cast<f64>(candidates.size()) + 2);
  for (u32 n = 1; n < sim.world.Used<Node>(); ++n) {
    if (on_node.Of(n) == 0) continue;
    if (const StrId zone = ZoneOf(sim, n)) zones.Of(zone) += on_node.Of(n);
  }
  i64 least = INT64_MAX, most = 0;
  for (Candidate& c : candidates) {
    f64 score = static_cast<f64>(on_node.Of(c.node)) * host_weight + (kHostSkew - 1);
    if (const StrId zone = ZoneOf(sim, c.node)) {
      score += static_cast<f64>(zones.Of(zone)) * zone_weight + (kZoneSkew - 1);
    }
    c.spread = static_cast<i32>(score + 0.5);
    least = c.spread < least ? c.spread : least;
    most = c.spread > most ? c.spread : most;
  }
  for (Candidate& c : candidates) {
    const i64 normal = most == 0 ? 100 : 100 * (most + least - c.spread) / most;
    c.total += kSpreadWeight * static_cast<i32>(normal);
  }
}

}  // namespace

NonzeroRequest NonzeroRequestOf(const PodTemplate& tmpl) {
  NonzeroRequest total{tmpl.cpu_request, tmpl.memory_request};
  for (const ContainerSpec& container : Items(&tmpl, tmpl.containers)) {
    if (container.cpu_request == 0) total.cpu += kDefaultCpu;
    if (container.memory_request == 0) total.memory += kDefaultMemory;
  }
  return total;
}

i32 LeastAllocatedScore(const PodTemplate& tmpl, const Node& node, const NodeSpec& spec) {
  const NonzeroRequest request = NonzeroRequestOf(tmpl);
  i64 sum = 0, weights = 0;
  if (spec.cpu_allocatable > 0) {
    sum += LeastRequested(static_cast<i64>(node.cpu_nonzero) + request.cpu, spec.cpu_allocatable);
    ++weights;
  }
  if (spec.memory_allocatable > 0) {
    sum += LeastRequested(node.memory_nonzero + request.memory, spec.memory_allocatable);
    ++weights;
  }
  return weights == 0 ? 0 : static_cast<i32>(sum / weights);
}

i32 BalancedAllocationScore(const PodTemplate& tmpl, const Node& node, const NodeSpec& spec) {
  if (spec.cpu_allocatable == 0 || spec.memory_allocatable == 0) return 100;
  const f64 cpu = Fraction(static_cast<i64>(node.cpu_requested) + tmpl.cpu_request,
                           spec.cpu_allocatable);
  const f64 memory =
      Fraction(node.memory_requested + tmpl.memory_request, spec.memory_allocatable);
  const f64 deviation = (cpu > memory ? cpu - memory : memory - cpu) / 2;
  return static_cast<i32>((1 - deviation) * 100);
}

void ScoreNodes(const Sim& sim, const Pod& pod, std::span<Candidate> candidates) {
  const auto& tmpl = sim.Typed<PodTemplate>(pod.spec);
  const bool requests = tmpl.cpu_request != 0 || tmpl.memory_request != 0;
  for (Candidate& c : candidates) {
    const Node& node = sim.At<Node>(c.node);
    const auto& spec = sim.Typed<NodeSpec>(node.doc);
    c.total = LeastAllocatedScore(tmpl, node, spec);
    if (requests) c.total += BalancedAllocationScore(tmpl, node, spec);
    c.soft_taints = IntolerableSoftTaints(sim, tmpl, spec);
  }
  AddTaintScores(candidates);
  if (pod.owner != 0) AddSpreadScores(sim, pod, candidates);
}

}  // namespace wt
