// SPDX-License-Identifier: Apache-2.0
#include "sim/cluster/sim_cluster.h"

#include <algorithm>

#include "sim/cluster/entities.h"

namespace wt {
namespace {

constexpr std::array kEntities{EntityKind::kService, EntityKind::kWorkload, EntityKind::kNode};

u32 AllMoves(EntityKind kind) { return (1u << MovesOf(kind).size()) - 1u; }

u32 SubmitMoves(EntityKind kind) {
  u32 mask = 0;
  const auto moves = MovesOf(kind);
  for (u32 m = 0; m < moves.size(); ++m) {
    if (moves[m].verb == Verb::kSubmit) mask |= 1u << m;
  }
  return mask;
}

template <class Row>
u32 NewestBornOf(const World& world) {
  const Row* rows = world.Rows<Row>();
  const u32 used = world.Used<Row>();
  u32 newest = 0;
  for (u32 row = 1; row < used; ++row) newest = std::max(newest, rows[row].born);
  return newest;
}

u32 NewestBorn(const World& world, EntityKind kind) {
  if (kind == EntityKind::kService) return NewestBornOf<Service>(world);
  if (kind == EntityKind::kWorkload) return NewestBornOf<Deployment>(world);
  return NewestBornOf<Node>(world);
}

// True when the slot's object is the one that was placed there and stays.
template <class Row>
bool Stays(const Row* rows, const EntitySlot& slot) {
  if (rows[slot.row].born != slot.born) return false;
  if constexpr (requires { rows->deleting; }) return !rows[slot.row].deleting;
  return true;
}

// First slot from `s` on whose object is gone; slots.size() when there is none.
template <class Row>
u16 NextGone(const World& world, std::span<const EntitySlot> slots, u16 s) {
  const Row* rows = world.Rows<Row>();
  while (s < slots.size() && (slots[s].row == 0 || Stays(rows, slots[s]))) ++s;
  return s;
}

u16 NextGone(const World& world, EntityKind kind, std::span<const EntitySlot> slots, u16 s) {
  if (kind == EntityKind::kService) return NextGone<Service>(world, slots, s);
  if (kind == EntityKind::kWorkload) return NextGone<Deployment>(world, slots, s);
  return NextGone<Node>(world, slots, s);
}

}  // namespace

SimTime DurationOf(const Action& action, SimTime step) {
  const Move& move = MoveOf(action);
  if (move.verb != Verb::kWait) return step;
  constexpr std::array<SimTime, 3> kWaits{0, kMinute, 5 * kMinute};
  return move.option == 0 ? step : kWaits[move.option];
}

SimCluster::SimCluster(const Blueprint& blueprint, WorldPool& pool, World world,
                       const Options& options)
    : blueprint_(&blueprint), pool_(&pool), world_(std::move(world)) {
  side_.options = options;
  u32 found = 0;
  for (const char* name : {"kube-system", "kube-public", "kube-node-lease", "local-path-storage"}) {
    const StrId id = blueprint.strings.Find(name);
    side_.system_namespaces[found++] = id == StringTable::kMissing ? 0 : id;
  }
  side_.written.reserve(kWrittenUsual);
  BuildSlots();
  BuildEdges();
  SyncSlots();
}

SimCluster SimCluster::Fork(WorldPool& pool) const {
  SimCluster fork;
  fork.blueprint_ = blueprint_;
  fork.pool_ = &pool;
  fork.world_ = pool.Fork(world_);
  fork.side_ = side_;
  fork.side_.written.reserve(kWrittenUsual);  // a copy has room for what there is
  return fork;
}

Sim SimCluster::View() const {
  // Sim serves readers and writers alike; const members only read through it.
  return Sim{*blueprint_, const_cast<World&>(world_), *pool_, sink_, side_.options.faults,
             side_.options.check_invariants};
}

bool SimCluster::IsSystem(StrId ns) const {
  const auto& system = side_.system_namespaces;
  return ns != 0 && std::find(system.begin(), system.end(), ns) != system.end();
}

u32 SimCluster::RowsOf(EntityKind kind) const {
  switch (kind) {
    case EntityKind::kService: return world_.Used<Service>();
    case EntityKind::kWorkload: return world_.Used<Deployment>();
    case EntityKind::kNode: return world_.Used<Node>();
    case EntityKind::kCluster:
    case EntityKind::kCount: break;
  }
  return 0;
}

u32 SimCluster::BornOf(EntityKind kind, u32 row) const {
  switch (kind) {
    case EntityKind::kService: return world_.At<Service>(row).born;
    case EntityKind::kWorkload: return world_.At<Deployment>(row).born;
    case EntityKind::kNode: return world_.At<Node>(row).born;
    case EntityKind::kCluster:
    case EntityKind::kCount: break;
  }
  return 0;
}

bool SimCluster::IsEntity(EntityKind kind, u32 row) const {
  switch (kind) {
    case EntityKind::kService: {
      const Service& service = world_.At<Service>(row);
      return service.born != 0 && !service.deleting && !IsSystem(service.ns);
    }
    case EntityKind::kWorkload: {
      const Deployment& deployment = world_.At<Deployment>(row);
      return deployment.born != 0 && !deployment.deleting && !IsSystem(deployment.ns);
    }
    case EntityKind::kNode: return world_.At<Node>(row).born != 0;
    case EntityKind::kCluster:
    case EntityKind::kCount: break;
  }
  return false;
}

u32 SimCluster::FirstSlot(EntityKind kind) const {
  u32 first = 0;
  for (int k = 0; k < static_cast<int>(kind); ++k) first += side_.shape.slots[k];
  return first;
}

std::span<EntitySlot> SimCluster::Slots(EntityKind kind) {
  return {side_.slots.data() + FirstSlot(kind), side_.shape.slots[static_cast<u32>(kind)]};
}

std::span<const EntitySlot> SimCluster::Slots(EntityKind kind) const {
  return {side_.slots.data() + FirstSlot(kind), side_.shape.slots[static_cast<u32>(kind)]};
}

f32& SimCluster::Note(EntityKind kind, u32 feature, u16 slot) {
  u32 at = 0;
  for (int k = 0; k < static_cast<int>(kind); ++k) {
    at += side_.shape.slots[k] *
          static_cast<u32>(FeaturesOf(static_cast<EntityKind>(k)).size());
  }
  return side_.notes[at + feature * side_.shape.slots[static_cast<u32>(kind)] + slot];
}

void SimCluster::BuildSlots() {
  for (const EntityKind kind : kEntities) {
    u32 live = 0;
    for (u32 row = 1; row < RowsOf(kind); ++row) live += IsEntity(kind, row);
    side_.shape.slots[static_cast<u32>(kind)] =
        static_cast<u16>((live + kSpareSlots + 7) / 8 * 8);
  }
  side_.slots.resize(side_.shape.Masks());
  side_.masks.resize(side_.shape.Masks());
  side_.notes.resize(side_.shape.Floats());
  side_.order.resize(side_.shape.Masks());
  for (const EntityKind kind : kEntities) {
    const u32 count = side_.shape.slots[static_cast<u32>(kind)];
    u16* order = side_.order.data() + FirstSlot(kind);
    for (u32 i = 0; i < count; ++i) {  // Fisher-Yates, inside out
      const u32 j = DrawBelow(world_.key(), Stream::kPermutation, static_cast<u32>(kind), i, i + 1);
      order[i] = order[j];
      order[j] = static_cast<u16>(i);
    }
  }
  side_.service_workload.resize(side_.shape.slots[static_cast<u32>(EntityKind::kService)]);
  side_.served.resize(side_.shape.slots[static_cast<u32>(EntityKind::kWorkload)]);
  side_.created_ms.resize(side_.served.size());
  for (const EntityKind kind : kEntities) PlaceNew(kind);
}

void SimCluster::BuildEdges() {
  const ServiceGraph& graph = blueprint_->graph;
  std::vector<u16> slot_of(graph.services.size(), 0);
  const auto services = Slots(EntityKind::kService);
  for (u16 s = 0; s < services.size(); ++s) {
    if (services[s].graph != 0) slot_of[services[s].graph - 1u] = static_cast<u16>(s + 1);
  }
  std::vector<std::pair<u16, u16>> edges;
  for (const GraphOperation& operation : graph.operations) {
    for (u32 c = 0; c < operation.calls; ++c) {
      const GraphCall& call = graph.calls[operation.first_call + c];
      const u16 from = slot_of[operation.service];
      const u16 to = slot_of[graph.operations[call.callee].service];
      if (from != 0 && to != 0 && from != to) {
        edges.emplace_back(static_cast<u16>(from - 1), static_cast<u16>(to - 1));
      }
    }
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  for (const auto& [from, to] : edges) {
    side_.edge_from.push_back(from);
    side_.edge_to.push_back(to);
  }
  side_.shape.edges = static_cast<u16>(edges.size());
  for (const EntitySlot& slot : Slots(EntityKind::kWorkload)) {
    if (slot.graph != 0 && graph.services[slot.graph - 1u].is_store) side_.stores.push_back(slot);
  }
  side_.is_entry.resize(graph.services.size());
  for (const GraphEntry& entry : graph.entries) {
    side_.is_entry[graph.operations[entry.operation].service] = 1;
  }
}

void SimCluster::Place(EntityKind kind, u32 row, u32 born) {
  u16& given = side_.given[static_cast<u32>(kind)];
  const auto slots = Slots(kind);
  if (given == slots.size()) return;  // more new entities than spare slots: not shown
  EntitySlot& slot = slots[side_.order[FirstSlot(kind) + given++]];
  slot = {};
  slot.row = row;
  slot.born = born;
  if (kind == EntityKind::kWorkload) slot.graph = world_.At<Deployment>(row).service;
  if (kind != EntityKind::kService) return;
  const Service& service = world_.At<Service>(row);
  for (u16 g = 0; g < blueprint_->graph.services.size(); ++g) {
    const GraphService& graph = blueprint_->graph.services[g];
    if (graph.kube_service == service.name && graph.ns == service.ns) {
      slot.graph = static_cast<u16>(g + 1);
      return;
    }
  }
}

// Oldest first. Rows are nearly in the order of their birth, so that inserting is appending.
bool SimCluster::PlaceNew(EntityKind kind) {
  u32& last = side_.last_born[static_cast<u32>(kind)];
  if (NewestBorn(world_, kind) <= last) return false;
  bool placed = false;
  while (true) {
    std::array<u64, 64> oldest;  // of those newer than all that were looked at: birth, row
    u32 count = 0;
    const u32 used = RowsOf(kind);
    for (u32 row = 1; row < used; ++row) {
      const u32 born = BornOf(kind, row);
      if (born <= last || !IsEntity(kind, row)) continue;
      const u64 found = static_cast<u64>(born) << 32 | row;
      u32 at = count < oldest.size() ? count++ : count;
      if (at == oldest.size() && found >= oldest[--at]) continue;
      for (; at > 0 && oldest[at - 1] > found; --at) oldest[at] = oldest[at - 1];
      oldest[at] = found;
    }
    if (count == 0) return placed;
    for (u32 i = 0; i < count; ++i) {
      last = static_cast<u32>(oldest[i] >> 32);
      Place(kind, static_cast<u32>(oldest[i]), last);
    }
    placed = true;
  }
}

bool SimCluster::VacateGone(EntityKind kind) {
  bool vacated = false;
  const auto slots = Slots(kind);
  const u32 features = static_cast<u32>(FeaturesOf(kind).size());
  // The namespace of a living object never changes.
  for (u16 s = NextGone(world_, kind, slots, 0); s < slots.size();
       s = NextGone(world_, kind, slots, s)) {
    slots[s] = {};
    for (u32 f = 0; f < features; ++f) Note(kind, f, s) = 0;
    vacated = true;
  }
  return vacated;
}

void SimCluster::SyncSlots() {
  const u32 changes = world_.header().entity_changes;
  const bool changed = changes != side_.entity_changes;
  if (changed) {
    bool moved = false;
    for (const EntityKind kind : kEntities) {
      moved |= VacateGone(kind);
      moved |= PlaceNew(kind);
    }
    SyncSelected(moved);
    side_.entity_changes = changes;
  }
  const bool spent = side_.steps >= side_.options.budget.steps ||
                     Now() >= side_.options.budget.time;
  if (changed || spent != side_.spent) SyncMasks(spent);
}

// Which Services select which workloads: of all when a slot or a selector changed, of those
// workloads whose template changed.
void SimCluster::SyncSelected(bool moved) {
  const auto services = Slots(EntityKind::kService);
  const auto workloads = Slots(EntityKind::kWorkload);
  const Service* service_rows = world_.Rows<Service>();
  const Deployment* workload_rows = world_.Rows<Deployment>();
  for (EntitySlot& slot : services) {
    if (slot.row == 0 || slot.doc == service_rows[slot.row].doc) continue;
    slot.doc = service_rows[slot.row].doc;
    moved = true;
  }
  if (moved) {
    std::fill(side_.served.begin(), side_.served.end(), u8{0});
    std::fill(side_.service_workload.begin(), side_.service_workload.end(), u16{0});
  }
  const Sim sim = View();
  for (u16 w = 0; w < workloads.size(); ++w) {
    if (workloads[w].row == 0) continue;
    const Deployment& workload = workload_rows[workloads[w].row];
    if (!moved && workloads[w].doc == workload.tmpl) continue;
    workloads[w].doc = workload.tmpl;
    side_.served[w] = 0;
    const auto& tmpl = sim.Typed<PodTemplate>(workload.tmpl);
    const auto labels = Items(&tmpl, tmpl.labels);
    for (u16 s = 0; s < services.size(); ++s) {
      if (services[s].row == 0) continue;
      const Service& service = service_rows[services[s].row];
      if (workload.ns != service.ns) continue;
      const auto& spec = sim.Typed<ServiceSpec>(service.doc);
      if (SelectsLabels(Items(&spec, spec.selector), labels)) side_.served[w] = 1;
      const bool behind = services[s].graph != 0 ? services[s].graph == workloads[w].graph
                                                 : service.name == workload.name;
      if (moved && behind) side_.service_workload[s] = static_cast<u16>(w + 1);
    }
  }
}

void SimCluster::SyncMasks(bool spent) {
  side_.spent = spent;
  side_.masks[0] = spent ? SubmitMoves(EntityKind::kCluster) : AllMoves(EntityKind::kCluster);
  for (const EntityKind kind : kEntities) {
    const u32 mask = spent ? SubmitMoves(kind) : AllMoves(kind);
    const u32 first = FirstSlot(kind);
    const auto slots = Slots(kind);
    for (u32 s = 0; s < slots.size(); ++s) {
      side_.masks[first + s] = slots[s].row == 0 ? 0u : mask;
    }
  }
}

bool SimCluster::Legal(const Action& action) const {
  if (action.kind >= EntityKind::kCount) return false;
  if (action.move >= MovesOf(action.kind).size()) return false;
  if (action.slot >= side_.shape.slots[static_cast<u32>(action.kind)]) return false;
  return (side_.masks[FirstSlot(action.kind) + action.slot] >> action.move & 1u) != 0;
}

u32 SimCluster::RowOf(EntityKind kind, u16 slot) const {
  const auto slots = Slots(kind);
  return kind != EntityKind::kCluster && slot < slots.size() ? slots[slot].row : 0;
}

std::optional<u16> SimCluster::SlotOf(EntityKind kind, u32 row) const {
  if (kind == EntityKind::kCluster) return std::nullopt;
  const auto slots = Slots(kind);
  for (u16 s = 0; s < slots.size(); ++s) {
    if (row != 0 && slots[s].row == row) return s;
  }
  return std::nullopt;
}

void SimCluster::Advance(SimTime by) {
  if (driver_ != nullptr) {
    driver_->Advance(*this, by);
  } else {
    Sim sim = View();
    RunWorld(sim, Now() + by);
  }
  SyncSlots();
}

}  // namespace wt
