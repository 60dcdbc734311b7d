// SPDX-License-Identifier: Apache-2.0
// The planes of an observation. What follows from the objects alone is looked at again only after
// one of them changed (in R23 before 42 % of the observations); what moves by itself is written
// over a copy of these planes.
#include <algorithm>

#include "sim/cluster/entities.h"
#include "sim/cluster/features.h"
#include "sim/cluster/names.h"
#include "sim/cluster/scrape.h"
#include "sim/cluster/sim_cluster.h"

namespace wt {
namespace {

constexpr EntityKind kC = EntityKind::kCluster;
constexpr EntityKind kS = EntityKind::kService;
constexpr EntityKind kW = EntityKind::kWorkload;
constexpr EntityKind kN = EntityKind::kNode;
constexpr u32 kServicesMax = 512;
constexpr f32 kAgeHalfLifeMin = 10;
constexpr f32 kFloorP99S = 1e-4f;  // a service that was idle when it settled has no baseline

f32 TimesBaseline(f32 p99_s, f32 baseline_s) {
  return p99_s / (baseline_s > kFloorP99S ? baseline_s : kFloorP99S);
}

f32 AtMostOne(f32 share) { return share < 1.0f ? share : 1.0f; }

// Planes of one kind, addressed without searching for the kind each time.
struct Planes {
  f32* at;
  u32 slots;
  Planes(const ObservationView& out, EntityKind kind)
      : at(out.Plane(kind, 0).data()), slots(out.shape.slots[static_cast<u32>(kind)]) {}
  f32& operator()(u32 feature, u32 slot) const { return at[feature * slots + slot]; }
  std::span<f32> Of(u32 feature) const { return {at + feature * slots, slots}; }
};

// Scaled over whole planes, where empty slots are 0 and stay so.
void ScaleLogs(std::span<f32> plane, f32 scale) {
  for (f32& x : plane) x = LogScaled(x, scale);
}

SeenChanges ChangesOf(const World& world) {
  const WorldHeader& header = world.header();
  const auto free_head = [&](Table table) {
    return header.tables[static_cast<int>(table)].free_head;
  };
  return {header.resource_version, header.entity_changes,
          {free_head(Table::kPods), free_head(Table::kReplicaSets),
           free_head(Table::kContainers)}};
}

struct PodSums {
  u32 pods, restarts;
};

constexpr u32 kSummedAtOnce = 512;  // Deployment rows

// Active pods and restarts of the Deployment rows from `from` on. O(ReplicaSets + containers).
void SumPods(const World& world, u32 from, std::span<PodSums> sums) {
  std::fill(sums.begin(), sums.end(), PodSums{});
  const ReplicaSet* replica_sets = world.Rows<ReplicaSet>();
  const u32 replica_sets_used = world.Used<ReplicaSet>();
  for (u32 r = 1; r < replica_sets_used; ++r) {
    const u32 at = replica_sets[r].deployment - from;
    if (replica_sets[r].deployment == 0 || at >= sums.size()) continue;
    sums[at].pods += static_cast<u32>(replica_sets[r].active);
  }
  const Pod* pods = world.Rows<Pod>();
  const Container* containers = world.Rows<Container>();
  const u32 containers_used = world.Used<Container>();
  for (u32 c = 1; c < containers_used; ++c) {
    if (containers[c].restarts == 0) continue;
    const u32 owner = pods[containers[c].pod].owner;
    const u32 at = replica_sets[owner].deployment - from;
    if (owner != 0 && at < sums.size()) sums[at].restarts += containers[c].restarts;
  }
}

}  // namespace

void SimCluster::Observe(const ObservationView& out) const {
  WT_CHECK(out.shape == side_.shape, "an observation has the shape of its cluster");
  KeepObjects();
  std::copy(side_.notes.begin(), side_.notes.end(), out.features.begin());
  std::copy(side_.masks.begin(), side_.masks.end(), out.masks.begin());
  std::copy(side_.edge_from.begin(), side_.edge_from.end(), out.edge_from.begin());
  std::copy(side_.edge_to.begin(), side_.edge_to.end(), out.edge_to.begin());
  std::copy(side_.service_workload.begin(), side_.service_workload.end(),
            out.service_workload.begin());
  ObserveServices(out);
  ObserveGlobal(out);
  ObserveAges(out);
}

ObservationView SimCluster::KeptPlanes() const {
  ObservationView kept;
  kept.shape = side_.shape;
  kept.features = side_.notes;
  return kept;
}

// A driven cluster is an image that others write: its counts need not tell.
void SimCluster::KeepObjects() const {
  const SeenChanges now = ChangesOf(world_);
  if (now == side_.seen && driver_ == nullptr && !side_.options.check_invariants) return;
  const bool unchanged = now == side_.seen && driver_ == nullptr;
  const std::vector<f32> before = unchanged ? side_.notes : std::vector<f32>{};
  side_.seen = now;
  KeepPods();
  KeepServices();
  KeepWorkloads();
  KeepNodes();
  WT_CHECK(!unchanged || before == side_.notes, "an object that changed was counted as changed");
}

void SimCluster::ObserveGlobal(const ObservationView& out) const {
  const Planes plane(out, kC);
  const EpisodeBudget& budget = side_.options.budget;
  plane(FeatureIndex(kC, "time_used"), 0) =
      static_cast<f32>(static_cast<f64>(Now()) / static_cast<f64>(budget.time));
  plane(FeatureIndex(kC, "steps_used"), 0) =
      static_cast<f32>(side_.steps) / static_cast<f32>(budget.steps);
  plane(FeatureIndex(kC, "complaint"), 0) = side_.options.complaint ? 1.0f : 0.0f;
  plane(FeatureIndex(kC, "last_ok"), 0) = side_.last.accepted ? 1.0f : 0.0f;
  plane(FeatureIndex(kC, "writes"), 0) = static_cast<f32>(side_.writes) / 10.0f;
}

void SimCluster::KeepPods() const {
  u32 unready = 0, pending = 0;
  const Pod* pods = world_.Rows<Pod>();
  const u32 used = world_.Used<Pod>();
  for (u32 p = 1; p < used; ++p) {
    const Pod& pod = pods[p];
    if (pod.ready != 0 || pod.born == 0 || IsSystem(pod.ns)) continue;
    if (pod.phase == PodPhase::kSucceeded || pod.phase == PodPhase::kFailed) continue;
    ++unready;
    pending += pod.node == 0;
  }
  const Planes plane(KeptPlanes(), kC);
  plane(FeatureIndex(kC, "pods_unready"), 0) = LogScaled(static_cast<f32>(unready), 8);
  plane(FeatureIndex(kC, "pods_pending"), 0) = LogScaled(static_cast<f32>(pending), 8);
}

void SimCluster::ObserveServices(const ObservationView& out) const {
  alignas(Scraped) std::byte room[kServicesMax * sizeof(Scraped)];  // few of them are written
  Scraped* scraped = reinterpret_cast<Scraped*>(room);
  const u32 services = static_cast<u32>(blueprint_->graph.services.size());
  ReadScrape(View(), {scraped, services + 1});
  const Planes global(out, kC);
  global(FeatureIndex(kC, "client_error"), 0) = scraped[0].error;
  global(FeatureIndex(kC, "client_p99"), 0) =
      LogScaled(TimesBaseline(scraped[0].p99_s, blueprint_->baseline_client_p99_s), 1);
  global(FeatureIndex(kC, "client_rate"), 0) = LogScaled(scraped[0].rate, 10);

  const Planes plane(out, kS);
  f32* rate = plane.Of(FeatureIndex(kS, "rate")).data();
  f32* error = plane.Of(FeatureIndex(kS, "error")).data();
  f32* p99 = plane.Of(FeatureIndex(kS, "p99")).data();
  const std::vector<f32>& baselines = blueprint_->baseline_p99_s;
  const auto slots = Slots(kS);
  for (u32 s = 0; s < slots.size(); ++s) {
    if (slots[s].graph == 0) continue;
    const Scraped& now = scraped[slots[s].graph];
    const u32 g = slots[s].graph - 1u;
    rate[s] = now.rate;
    error[s] = now.error;
    p99[s] = TimesBaseline(now.p99_s, g < baselines.size() ? baselines[g] : 0.0f);
  }
  ScaleLogs(plane.Of(FeatureIndex(kS, "rate")), 10);
  ScaleLogs(plane.Of(FeatureIndex(kS, "p99")), 1);
}

void SimCluster::KeepServices() const {
  const Planes plane(KeptPlanes(), kS);
  const auto slots = Slots(kS);
  for (u32 s = 0; s < slots.size(); ++s) {
    const EntitySlot& slot = slots[s];
    if (slot.row == 0) continue;
    const Service& service = world_.At<Service>(slot.row);
    plane(FeatureIndex(kS, "exists"), s) = 1;
    plane(FeatureIndex(kS, "endpoints"), s) = static_cast<f32>(service.ready_endpoints) / 8.0f;
    plane(FeatureIndex(kS, "touched"), s) = static_cast<f32>(slot.touched) / 4.0f;
    if (slot.graph == 0) continue;
    plane(FeatureIndex(kS, "is_entry"), s) = side_.is_entry[slot.graph - 1u] ? 1.0f : 0.0f;
  }
}

void SimCluster::KeepWorkloads() const {
  std::array<PodSums, kSummedAtOnce> sums;
  const u32 used = world_.Used<Deployment>();
  const Planes plane(KeptPlanes(), kW);
  const auto slots = Slots(kW);
  for (u32 from = 0; from < used; from += kSummedAtOnce) {
    const u32 count = std::min(used - from, kSummedAtOnce);
    SumPods(world_, from, {sums.data(), count});
    for (u32 s = 0; s < slots.size(); ++s) {
      const EntitySlot& slot = slots[s];
      if (slot.row == 0 || slot.row - from >= count) continue;
      const Deployment& row = world_.At<Deployment>(slot.row);
      const f32 desired = static_cast<f32>(row.replicas);
      const f32 available = static_cast<f32>(row.status_available);
      side_.created_ms[s] = row.created_ms;
      const auto [pods, restarts] = sums[slot.row - from];
      const f32 surplus = static_cast<f32>(pods) - desired;
      plane(FeatureIndex(kW, "exists"), s) = 1;
      plane(FeatureIndex(kW, "desired"), s) = desired / 8.0f;
      plane(FeatureIndex(kW, "ready"), s) = static_cast<f32>(row.status_ready) / 8.0f;
      plane(FeatureIndex(kW, "unavailable"), s) =
          desired > available ? AtMostOne((desired - available) / desired) : 0.0f;
      plane(FeatureIndex(kW, "updated"), s) = static_cast<f32>(row.status_updated) / 8.0f;
      plane(FeatureIndex(kW, "surplus"), s) = surplus > 0 ? surplus / 8.0f : 0.0f;
      plane(FeatureIndex(kW, "zero"), s) = row.replicas == 0 ? 1.0f : 0.0f;
      plane(FeatureIndex(kW, "restarts"), s) = static_cast<f32>(restarts);
      plane(FeatureIndex(kW, "has_service"), s) = side_.served[s] ? 1.0f : 0.0f;
      plane(FeatureIndex(kW, "touched"), s) = static_cast<f32>(slot.touched) / 4.0f;
    }
  }
  ScaleLogs(plane.Of(FeatureIndex(kW, "restarts")), 8);
}

// Recency of ages.
void SimCluster::ObserveAges(const ObservationView& out) const {
  const Planes plane(out, kW);
  const f32* exists = plane.Of(FeatureIndex(kW, "exists")).data();
  f32* ages = plane.Of(FeatureIndex(kW, "age")).data();
  const i32* created_ms = side_.created_ms.data();
  const i32 now_ms = ToMs(Now());
  const std::size_t count = side_.created_ms.size();
  for (std::size_t s = 0; s < count; ++s) {
    const f32 age_ms = exists[s] * static_cast<f32>(now_ms - created_ms[s]);
    ages[s] = exists[s] * FastExp2(-(age_ms / 60000.0f) / kAgeHalfLifeMin);
  }
}

void SimCluster::KeepNodes() const {
  const Sim sim = View();
  const Planes plane(KeptPlanes(), kN);
  const auto slots = Slots(kN);
  for (u32 s = 0; s < slots.size(); ++s) {
    const EntitySlot& slot = slots[s];
    if (slot.row == 0) continue;
    const Node& node = world_.At<Node>(slot.row);
    const auto& spec = sim.Typed<NodeSpec>(node.doc);
    const f32 cpu = static_cast<f32>(spec.cpu_allocatable > 0 ? spec.cpu_allocatable : 1);
    const f64 memory =
        static_cast<f64>(spec.memory_allocatable > 0 ? spec.memory_allocatable : 1);
    plane(FeatureIndex(kN, "exists"), s) = 1;
    plane(FeatureIndex(kN, "ready"), s) = node.ready ? 1.0f : 0.0f;
    plane(FeatureIndex(kN, "unschedulable"), s) = node.unschedulable ? 1.0f : 0.0f;
    plane(FeatureIndex(kN, "cpu"), s) = static_cast<f32>(node.cpu_requested) / cpu;
    plane(FeatureIndex(kN, "memory"), s) =
        static_cast<f32>(static_cast<f64>(node.memory_requested) / memory);
    plane(FeatureIndex(kN, "pods"), s) = static_cast<f32>(node.pods) / 32.0f;
    plane(FeatureIndex(kN, "taints"), s) = static_cast<f32>(spec.taints.count) / 4.0f;
    plane(FeatureIndex(kN, "touched"), s) = static_cast<f32>(slot.touched) / 4.0f;
  }
}

}  // namespace wt
