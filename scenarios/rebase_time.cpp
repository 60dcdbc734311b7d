// SPDX-License-Identifier: Apache-2.0
// The clock of a settled cluster back to 0. What happened while it settled lies kAge further back,
// as in a cluster that has been running since yesterday: its Events have expired (1 h), and the
// telemetry that it keeps is what holds now. Pending events and tick origins only move by now.
#include <algorithm>
#include <vector>

#include "scenarios/build_world.h"
#include "sim/event_queue.h"

namespace wt {
namespace {

constexpr i32 kAgeMs = 26 * 3600 * 1000;

class Rebase {
 public:
  Rebase(const Blueprint& blueprint, World& world)
      : blueprint_(blueprint), world_(world), now_ms_(ToMs(world.header().now_ns)) {}

  void Run() {
    Rows<Node>([this](Node& r) { Past(r.created_ms); });
    Rows<Deployment>([this](Deployment& r) {
      Past(r.created_ms, r.last_progress_ms, r.available_change_ms, r.changed_ms);
    });
    Rows<ReplicaSet>([this](ReplicaSet& r) { Past(r.created_ms); });
    Rows<Pod>([this](Pod& r) {
      Past(r.created_ms, r.scheduled_ms, r.started_ms, r.ready_ms);
      Either(r.delete_at_ms, r.retry_at_ms);
      r.events = 0;
    });
    Rows<Container>([this](Container& r) {
      // What a process has leaked grows with its age.
      age_ms_ = Leaks(r) ? 0 : kAgeMs;
      Either(r.started_ms, r.finished_ms, r.last_started_ms, r.last_finished_ms, r.process_ms,
             r.listening_ms, r.ends_ms, r.backoff_updated_ms, r.pull_updated_ms,
             r.pull_started_ms);
      Clock(r.readiness_ms);
    });
    age_ms_ = kAgeMs;
    Rows<Service>([this](Service& r) {
      Past(r.created_ms, r.slice_changed_ms, r.changed_ms);
    });
    Rows<Object>([this](Object& r) { Past(r.created_ms, r.changed_ms); });
    ForgetClusterEvents();
    KeepPresentSegments();
    ShiftQueue();
    ClearCounters();
  }

 private:
  template <class Row, class Function>
  void Rows(Function&& function) {
    for (u32 i = 1; i < world_.Used<Row>(); ++i) {
      if (world_.At<Row>(i).born != 0) function(world_.At<Row>(i));
    }
  }

  bool Leaks(const Container& container) const {
    return container.service != 0 &&
           blueprint_.graph.services[container.service - 1u].memory_leak_bytes_per_s > 0;
  }

  void Clock(i32& ms) const {
    if (ms != 0) ms = ms == now_ms_ ? -1 : ms - now_ms_;
  }
  void PastOne(i32& ms) const {
    if (ms == 0) return;
    ms -= now_ms_ + age_ms_;
    if (ms == 0) ms = -1;
  }
  template <class... Instants>
  void Past(Instants&... ms) const {
    (PastOne(ms), ...);
  }
  // Behind us: long ago; ahead: as far ahead as it is.
  template <class... Instants>
  void Either(Instants&... ms) const {
    ((ms > now_ms_ ? Clock(ms) : PastOne(ms)), ...);
  }

  TableRef& TableAt(Table table) {
    return world_.header().tables[static_cast<int>(table)];
  }

  void ForgetClusterEvents() {
    TableAt(Table::kClusterEvents).used = 1;
    world_.header().cluster_event_next = 0;
    world_.header().events_dropped = 0;
  }

  // The newest segment of each series, oldest first.
  void KeepPresentSegments() {
    std::vector<Segment> newest;
    Rows<Segment>([&newest](Segment& s) {
      for (Segment& known : newest) {
        if (known.service != s.service) continue;
        if (s.born > known.born) known = s;
        return;
      }
      newest.push_back(s);
    });
    std::sort(newest.begin(), newest.end(),
              [](const Segment& a, const Segment& b) { return a.born < b.born; });
    u32 row = 0;
    for (Segment& s : newest) {
      PastOne(s.from_ms);
      world_.At<Segment>(++row) = s;
    }
    TableAt(Table::kSegments).used = row + 1;
    world_.header().segment_next = row;
  }

  void ShiftQueue() {
    CompactQueue(world_);
    for (u32 i = 0; i < world_.header().queue_size; ++i) {
      world_.Rows<PendingEvent>()[i].at_ns -= world_.header().now_ns;
    }
  }

  void ClearCounters() {
    WorldHeader& header = world_.header();
    header.proxy_begins_ns -= header.now_ns;
    header.proxy_done_ns -= header.now_ns;
    header.now_ns = header.flow_since_ns = header.backlog_since_ns = 0;
    header.client_requests = header.client_errors = header.client_latency_s = 0;
    header.events_done = header.solves_done = 0;
    header.inputs_stale = kAllInputsStale;
    header.memory_stale = 1;
    header.inputs_until_ms = 0;
  }

  const Blueprint& blueprint_;
  World& world_;
  i32 now_ms_;
  i32 age_ms_ = kAgeMs;
};

}  // namespace

void RebaseTime(const Blueprint& blueprint, World& world) { Rebase(blueprint, world).Run(); }

}  // namespace wt
