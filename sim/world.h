// SPDX-License-Identifier: Apache-2.0
// A World is everything that changes in one simulated cluster, in one relocatable block of bytes:
// header, pending events, tables, flow state, overlay (documents and strings made in this World).
// Copying the block is forking, hashing it is comparing, writing it is a snapshot. One World, one
// thread. References into it are valid within one event handler, never across events.
#pragma once

#include <span>
#include <vector>

#include "sim/api/check.h"
#include "sim/api/ints.h"
#include "sim/api/time.h"
#include "sim/random.h"
#include "sim/rows.h"
#include "sim/traffic/flow.h"

namespace wt {

struct Blueprint;

enum class Table : u8 {
  kFlowInputs, kMemoryFits, kFlowServices, kFlowOperations, kNodes, kDeployments, kServices,
  kEndpoints, kQueue, kReplicaSets, kPods, kContainers, kObjects, kFaults, kNodeImages, kSegments,
  kClusterEvents, kOverlay, kCount
};
inline constexpr int kTableCount = static_cast<int>(Table::kCount);

struct PendingEvent {  // order: (at, seq); alive while its row's timer word equals seq
  i64 at_ns = 0;
  u32 seq = 0;
  u32 what = 0;  // kind << 26 | row
};

struct TableRef {
  u32 offset = 0;    // from the start of the block, 64-byte aligned
  u32 used = 1;      // rows [0, used) have been handed out once; row 0 is reserved
  u32 capacity = 0;
  u32 free_head = 0;
};

// Timers that belong to no row.
enum HeaderTimer : u8 {
  kSchedulerTimer, kFlowTimer, kBacklogTimer, kLoadTimer, kNoiseTimer, kPodGcTimer,
  kHeaderTimers = 8
};

// Values of WorldHeader::inputs_stale: those of Service rows without `inputs_fresh`, or of all.
inline constexpr u32 kSomeInputsStale = 1, kAllInputsStale = 2;

struct WorldHeader {
  u64 blueprint = 0;       // Blueprint::content_hash
  u64 key = 0;             // RandomKey
  i64 now_ns = 0;
  u32 event_seq = 0;       // of the last event armed
  u32 resource_version = 0;
  u32 next_born = 1;
  u32 block_bytes = 0;
  u32 queue_size = 0;      // live + dead entries of the heap
  u32 overlay_used = 0;    // bytes
  u32 timers[kHeaderTimers] = {};
  u32 pending_first = 0, pending_last = 0;  // scheduler's active queue (Pod.next_pending)
  u32 unschedulable_first = 0;
  u32 flow_dirty = 0;      // 1: solve before time moves
  u32 events_dropped = 0;  // ClusterEvents lost to capacity
  u32 next_ip = 1;
  u32 segment_next = 0;    // ring position
  u32 cluster_event_next = 0;
  u32 events_done = 0, solves_done = 0;  // counters for bench/perf
  f32 load_scale = 1;      // base rate of the load pattern, rps
  f32 offered_rps = 0;     // now
  i64 flow_since_ns = 0;   // the stored flow holds from here
  i64 backlog_since_ns = 0;  // the stored backlogs are those of this instant
  f64 client_requests = 0, client_errors = 0;  // integrals since time 0
  f64 client_latency_s = 0;                    // integral of rate * mean latency
  FlowClient client;
  u32 unschedulable_last = 0;
  f32 load_burst = 0;      // share that StepLoad adds to what the pattern offers
  u32 load_kind = 0;       // LoadKind (traffic/load.h); replays: Blueprint::load_points
  i64 load_start_ns = 0, load_duration_ns = 0, load_period_ns = 0;
  f32 load_peak_rps = 0;
  f32 solved_rps = -1;     // offered rate of the stored flow
  u32 inputs_stale = kAllInputsStale;  // != 0: what a service can serve may differ from its row,
  i32 inputs_until_ms = 0; // and from here on too: a process begins to serve
  u32 memory_stale = 1;    // 1: a process may use more than kMemoryFits was compared for
  u32 entity_changes = 0;  // of Service, Deployment and Node rows
  // kube-proxy's latest run, which may lie ahead: what it begins with, and its rules written.
  i64 proxy_begins_ns = 0, proxy_done_ns = -kSecond;
  TableRef tables[kTableCount];
};
static_assert(std::is_trivially_copyable_v<WorldHeader>);
static_assert(sizeof(WorldHeader) == 264 + 16 * kTableCount, "no padding: it is hashed");

// Rows that the observation shows as entities.
template <class Row>
inline constexpr bool kIsEntity = std::is_same_v<Row, Service> || std::is_same_v<Row, Deployment> ||
                                  std::is_same_v<Row, Node>;

// Row type -> table.
template <class Row>
struct TableOf;
#define WT_TABLE(Row, Id)                       \
  template <>                                   \
  struct TableOf<Row> {                         \
    static constexpr Table kId = Table::Id;     \
  }
WT_TABLE(ServiceInput, kFlowInputs);
WT_TABLE(MemoryFits, kMemoryFits);
WT_TABLE(FlowServiceRow, kFlowServices);
WT_TABLE(FlowOperationRow, kFlowOperations);
WT_TABLE(Node, kNodes);
WT_TABLE(Deployment, kDeployments);
WT_TABLE(Service, kServices);
WT_TABLE(Endpoint, kEndpoints);
WT_TABLE(PendingEvent, kQueue);
WT_TABLE(ReplicaSet, kReplicaSets);
WT_TABLE(Pod, kPods);
WT_TABLE(Container, kContainers);
WT_TABLE(Object, kObjects);
WT_TABLE(Fault, kFaults);
WT_TABLE(Segment, kSegments);
WT_TABLE(ClusterEvent, kClusterEvents);
#undef WT_TABLE

class WorldPool;

// Owns one block. Move only; forks are spelled out (WorldPool::Fork).
class World {
 public:
  World() = default;
  World(World&& other) noexcept;
  World& operator=(World&& other) noexcept;
  ~World();

  bool empty() const { return block_ == nullptr; }
  WorldHeader& header() { return *reinterpret_cast<WorldHeader*>(block_); }
  const WorldHeader& header() const { return *reinterpret_cast<const WorldHeader*>(block_); }
  std::byte* block() { return block_; }
  const std::byte* block() const { return block_; }
  RandomKey key() const { return {header().key}; }

  template <class Row>
  Row* Rows() {
    const TableRef& table = header().tables[static_cast<int>(TableOf<Row>::kId)];
    return reinterpret_cast<Row*>(block_ + table.offset);
  }
  template <class Row>
  const Row* Rows() const {
    return const_cast<World*>(this)->Rows<Row>();
  }
  // Rows handed out so far, the reserved row 0 included: loop 1 <= i < Used, test born.
  template <class Row>
  u32 Used() const {
    return header().tables[static_cast<int>(TableOf<Row>::kId)].used;
  }
  template <class Row>
  Row& At(u32 row) {
    return Rows<Row>()[row];
  }
  template <class Row>
  const Row& At(u32 row) const {
    return Rows<Row>()[row];
  }

  // A new row, zeroed, with born and rv set. REQUIRES: headroom (run_world keeps kHeadroom).
  template <class Row>
  u32 Add() {
    TableRef& table = header().tables[static_cast<int>(TableOf<Row>::kId)];
    u32 row = table.free_head;
    if (row != 0) {
      table.free_head = Rows<Row>()[row].rv;
    } else {
      WT_CHECK(table.used < table.capacity, "a table has headroom for a new row");
      row = table.used++;
    }
    Rows<Row>()[row] = Row{};
    Rows<Row>()[row].born = header().next_born++;
    Rows<Row>()[row].rv = ++header().resource_version;
    if constexpr (kIsEntity<Row>) ++header().entity_changes;
    return row;
  }
  // Frees a row: all zero but the free-list link.
  template <class Row>
  void Free(u32 row) {
    TableRef& table = header().tables[static_cast<int>(TableOf<Row>::kId)];
    Row& r = Rows<Row>()[row];
    __builtin_memset(static_cast<void*>(&r), 0, sizeof(Row));
    r.rv = table.free_head;
    table.free_head = row;
    if constexpr (kIsEntity<Row>) ++header().entity_changes;
  }
  // The API would show this change: a new resourceVersion.
  template <class Row>
  void Touch(Row& row) {
    row.rv = ++header().resource_version;
    if constexpr (kIsEntity<Row>) ++header().entity_changes;
  }

 private:
  friend class WorldPool;
  World(std::byte* block, WorldPool* pool) : block_(block), pool_(pool) {}
  std::byte* block_ = nullptr;
  WorldPool* pool_ = nullptr;
};

// A handler adds at most this many rows to a table; run_world grows the block before an event
// when less is left.
inline constexpr u32 kHeadroom = 32;

// Blocks by size (multiples of 16 KiB), reused. One pool per thread; not thread-safe.
class WorldPool {
 public:
  WorldPool() = default;
  WorldPool(const WorldPool&) = delete;
  WorldPool& operator=(const WorldPool&) = delete;
  ~WorldPool();

  // An empty World with the Blueprint's capacities.
  World Create(const Blueprint& blueprint, RandomKey key);
  // A copy of the live parts: same future under the same actions. O(live bytes).
  World Fork(const World& world);
  // A World from bytes of SaveWorld / a settled image. REQUIRES: made by this engine version.
  World Load(std::span<const std::byte> image);
  // Gives every table with less than `rows` spare rows more room (a larger block when needed).
  void Grow(World& world, u32 rows = kHeadroom);

 private:
  friend class World;
  std::byte* Take(u32 bytes);
  void Give(std::byte* block, u32 bytes);
  void AddSlab(u32 size_class);
  std::vector<std::vector<std::byte*>> free_;  // by size class
  std::vector<std::byte*> slabs_;              // what they lie in
};

// Bytes of one row of each table.
u32 RowBytes(Table table);

// Live bytes, packed; Load turns them into an equal World.
std::vector<std::byte> SaveWorld(const World& world);

// Hash of everything that can differ: every live row of every table, pending events, overlay,
// header with its counters. Equal for equal worlds in different slots or block sizes.
u64 HashWorld(const World& world);

}  // namespace wt
