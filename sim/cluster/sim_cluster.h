// SPDX-License-Identifier: Apache-2.0
// The simulator behind the seam of sim/api/cluster.h: one World, and what an agent in one episode
// knows of it (entity slots, notes of investigations, an audit of its writes). The World is what
// would go on without an agent; everything else here is the agent's side and is never part of a
// World's hash. Observing and investigating leave the World's bytes unchanged.
//   sim_cluster.cpp  slots, forks, time        investigate.cpp   what an investigation notes
//   observe.cpp      planes and masks          apply_action.cpp  repairs as API writes
//   options.cpp      values options stand for  texts.cpp         the same in words
// One thread; Observe, Apply of a move and Advance do not allocate (texts off, see Written).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "sim/api/cluster.h"
#include "sim/objects/write.h"
#include "sim/sim.h"
#include "sim/telemetry/logs.h"

namespace wt {

// Limits of an episode; they scale features and close the mask when they are used up.
struct EpisodeBudget {
  u32 steps = 30;
  SimTime time = 30 * kMinute;
};

// An accepted write of the agent, for the Observer. `workload` is the Deployment disturbed (the
// owner of a deleted pod, the Deployment itself); 0 when none is.
struct WrittenObject {
  ObjectKind kind = ObjectKind::kNone;
  u32 row = 0, born = 0;
  u32 workload_row = 0, workload_born = 0;
  u32 writes = 0;
};

// One slot of the observation. Alive while the row it names still has this `born`.
struct EntitySlot {
  u32 row = 0, born = 0;
  u16 graph = 0;    // services, workloads: GraphService + 1, 0 = not part of the app's graph
  u16 touched = 0;  // accepted writes of the agent
  RevId doc = 0;    // revision of the last look, to notice changes of selectors and labels
};

// Counts that differ when any row of an object does: changes the API shows, and rows freed.
struct SeenChanges {
  u32 resource_version = 0, entity_changes = 0;
  std::array<u32, 3> free_rows{};  // heads of the lists: pods, ReplicaSets, containers
  friend bool operator==(const SeenChanges&, const SeenChanges&) = default;
};

// The value that an option of a repair stands for right now; see options.cpp.
struct OptionValue {
  bool exists = false;
  u32 value = 0;  // by verb: revision, replicas, pod row, StrId, MiB, millicores, port, row
};

class SimCluster;
struct LogFindings;

// Stands behind a SimCluster whose World is the image of another cluster (realcluster/): lets that
// cluster's time pass, and carries out there what the agent does.
class ClusterDriver {
 public:
  virtual ~ClusterDriver() = default;
  // Real time passes; the World is brought up to date, its clock included.
  virtual void Advance(SimCluster& cluster, SimTime by) = 0;
  // The World is `before` with a write of the agent's on it. False: the cluster refused.
  virtual bool CarryOut(const World& before, SimCluster& cluster) = 0;
  // The newest lines that the pod's containers printed there, oldest first.
  virtual std::vector<LogLine> Logs(const SimCluster& cluster, u32 pod) = 0;
};

class SimCluster final : public Cluster {
 public:
  struct Options {
    const FaultHooks* faults = nullptr;
    EpisodeBudget budget;
    bool complaint = false;       // the user complained
    bool texts = false;           // render LastResultText at each Apply (allocates)
    bool check_invariants = false;
  };

  // The slots' order is drawn from the World's key, which must be the episode's by now.
  SimCluster(const Blueprint& blueprint, WorldPool& pool, World world, const Options& options);
  SimCluster(SimCluster&&) = default;

  // The same episode from here on, in a World of `pool`: equal observations, notes and futures
  // under equal actions.
  SimCluster Fork(WorldPool& pool) const;

  ObservationShape Shape() const override { return side_.shape; }
  void Observe(const ObservationView& out) const override;
  ActionOutcome Apply(const Action& action) override;
  Result<ActionOutcome> ApplyPatch(std::string_view object, std::string_view type,
                                   std::string_view patch) override;
  void Advance(SimTime by) override;
  SimTime Now() const override { return world_.header().now_ns; }
  std::string EntityName(EntityKind kind, u16 slot) const override;
  std::string OptionText(const Action& action) const override;
  std::string LastResultText() const override;

  // For episodes, which may see everything.
  Sim View() const;
  const Blueprint& blueprint() const { return *blueprint_; }
  WorldPool& pool() const { return *pool_; }
  World& world() { return world_; }
  const World& world() const { return world_; }
  bool Legal(const Action& action) const;
  // Row behind a slot, 0 = empty; and back.
  u32 RowOf(EntityKind kind, u16 slot) const;
  std::optional<u16> SlotOf(EntityKind kind, u32 row) const;
  // The concrete value of a repair option; and the move whose option has this value.
  OptionValue ValueOf(const Action& action) const;
  std::optional<Action> FindMove(EntityKind kind, u32 row, Verb verb, u32 value) const;
  // Every object written, in the order of their first write. Room for kWrittenUsual is there from
  // the start; only an episode that drains node after node needs more.
  static constexpr u32 kWrittenUsual = 64;
  std::span<const WrittenObject> Written() const { return side_.written; }
  u32 writes() const { return side_.writes; }
  u32 steps() const { return side_.steps; }
  void SetComplaint(bool complained) { side_.options.complaint = complained; }
  // Workloads that hold data, as they were at the start of the episode.
  std::span<const EntitySlot> Stores() const { return side_.stores; }
  // Told of every change the API would show, until nullptr; a Fork has none.
  void Attach(ChangeSink* sink) { sink_ = sink; }
  // From here on the World is an image of what `driver` drives; it must outlive this. A Fork has
  // none: it is simulated from what the image shows.
  void Drive(ClusterDriver* driver) { driver_ = driver; }
  bool IsDriven() const { return driver_ != nullptr; }
  // Slots follow the World after it was changed other than by Apply and Advance.
  void SyncSlots();

 private:
  SimCluster() = default;

  void BuildSlots();
  void BuildEdges();
  bool PlaceNew(EntityKind kind);
  bool VacateGone(EntityKind kind);
  void Place(EntityKind kind, u32 row, u32 born);
  bool IsEntity(EntityKind kind, u32 row) const;
  bool IsSystem(StrId ns) const;
  u32 RowsOf(EntityKind kind) const;
  u32 BornOf(EntityKind kind, u32 row) const;
  void SyncMasks(bool spent);
  void SyncSelected(bool moved);
  u32 FirstSlot(EntityKind kind) const;
  std::span<EntitySlot> Slots(EntityKind kind);
  std::span<const EntitySlot> Slots(EntityKind kind) const;
  f32& Note(EntityKind kind, u32 feature, u16 slot);

  // observe.cpp
  ObservationView KeptPlanes() const;
  void KeepObjects() const;
  void KeepPods() const;
  void KeepServices() const;
  void KeepWorkloads() const;
  void KeepNodes() const;
  void ObserveGlobal(const ObservationView& out) const;
  void ObserveServices(const ObservationView& out) const;
  void ObserveAges(const ObservationView& out) const;

  // investigate.cpp
  void Investigate(const Action& action);
  void InvestigateCluster(Verb verb);
  void InvestigateService(Verb verb, u16 slot);
  void InvestigateWorkload(Verb verb, u16 slot);
  LogFindings ReadLogsThere(u32 deployment);

  // apply_action.cpp
  bool Repair(const Action& action);
  bool CarryOutRepair(const Action& action);
  bool RepairService(Verb verb, const OptionValue& option, u32 row);
  bool RepairWorkload(const Move& move, const OptionValue& option, u32 row);
  bool RepairNode(Verb verb, u32 row);
  bool Edit(ObjectRef object, EditOp op, u16 detail, u32 arg);
  void Record(ObjectKind kind, u32 row, u32 born, u32 workload);
  void RecordPod(u32 pod);
  void Drain(u32 node);

  // options.cpp
  OptionValue ServiceOption(const Move& move, u32 row) const;
  OptionValue WorkloadOption(const Move& move, u32 row) const;
  // Deployment row of the k-th workload by likeness of names with `name`; 0 = none.
  u32 LikeNamed(StrId name, u32 k) const;

  // texts.cpp
  std::string ResultText(const Action& action, const ActionOutcome& outcome) const;
  std::string ServiceText(Verb verb, u16 slot) const;
  std::string WorkloadText(Verb verb, u16 slot) const;
  std::string NodeText(Verb verb, u32 row) const;
  std::string Overview() const;

  // What the agent's side remembers; copied by a fork.
  struct Side {
    Options options;
    ObservationShape shape;
    std::array<StrId, 4> system_namespaces{};  // ids that the Blueprint's strings have
    std::vector<EntitySlot> slots;             // all kinds, laid out as masks
    std::vector<u16> order;                    // per kind: its slots in the order of handing out
    std::array<u16, kEntityKinds> given{};     // of order
    std::array<u32, kEntityKinds> last_born{}; // newest entity that was looked at
    // Planes as features: notes, and what follows from the objects alone, as of `seen`; what moves
    // by itself (scrapes, ages, budgets) is 0. Observe brings them up to date.
    mutable std::vector<f32> notes;
    mutable std::vector<i32> created_ms;       // per workload slot, as of `seen`
    mutable SeenChanges seen;
    std::vector<u32> masks;
    std::vector<u16> edge_from, edge_to;
    std::vector<u16> service_workload;
    std::vector<u8> is_entry;                  // per GraphService: clients call it
    std::vector<EntitySlot> stores;
    std::vector<u8> served;                    // per workload slot: a Service selects its pods
    std::vector<WrittenObject> written;
    u32 writes = 0, steps = 0;
    u32 entity_changes = 0;                    // WorldHeader's, as the slots stand
    bool spent = false;                        // masks are those of a used up budget
    Action last_action;
    ActionOutcome last;
    bool acted = false;
    std::string last_text;
    std::vector<LogLine> log;                  // of a driven cluster: what was last read there
  };
  const Blueprint* blueprint_ = nullptr;
  WorldPool* pool_ = nullptr;
  ChangeSink* sink_ = nullptr;
  ClusterDriver* driver_ = nullptr;
  World world_;
  Side side_;
};

// How long a move lets the world run: `step` for all but the longer waits.
SimTime DurationOf(const Action& action, SimTime step);

}  // namespace wt
