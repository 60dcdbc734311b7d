// SPDX-License-Identifier: Apache-2.0
#include "sim/telemetry/cluster_events.h"

#include "sim/telemetry/names.h"

namespace wt {
namespace {

struct Subject {
  ObjectKind kind = ObjectKind::kNone;
  u32 row = 0, born = 0;
};

struct Args {
  EventReason reason = EventReason::kNone;
  u32 arg[3] = {};
};

bool IsSame(const ClusterEvent& event, const Subject& subject, const Args& args) {
  return event.object_born == subject.born && event.reason == static_cast<u16>(args.reason) &&
         event.args[0] == args.arg[0] && event.args[1] == args.arg[1] &&
         event.args[2] == args.arg[2] && event.born != 0;
}

// 0 stands for "never" in the record.
i32 NotZero(i32 at_ms) { return at_ms == 0 ? -1 : at_ms; }

// The ring of a table without room is not kept.
bool HasRing(const World& world) {
  return world.header().tables[static_cast<int>(Table::kClusterEvents)].capacity >= 2;
}

// The row of an equal record, 0 = none among the last kLookBack.
u32 FindRecord(const Sim& sim, const Subject& subject, const Args& args) {
  if (subject.kind == ObjectKind::kPod) {
    u32 row = sim.At<Pod>(subject.row).events;
    if (row != 0 && sim.At<ClusterEvent>(row).object_born != subject.born) return 0;
    for (u32 i = 0; i < kLookBack && row != 0; ++i, row = OlderRecord(sim, row)) {
      if (IsSame(sim.At<ClusterEvent>(row), subject, args)) return row;
    }
    return 0;
  }
  u32 row = sim.world.header().cluster_event_next;
  for (u32 i = 0; i < kLookBack && row > 1; ++i) {
    --row;
    if (IsSame(sim.At<ClusterEvent>(row), subject, args)) return row;
  }
  return 0;
}

// The next row of the ring, emptied. `cluster_event_next` is the row to be written next.
u32 TakeRow(World& world) {
  WorldHeader& header = world.header();
  TableRef& table = header.tables[static_cast<int>(Table::kClusterEvents)];
  u32 row = header.cluster_event_next;
  if (row == 0 || row >= table.capacity) row = 1;
  header.cluster_event_next = row + 1;
  if (row >= table.used) {
    table.used = row + 1;
  } else {
    ++header.events_dropped;
  }
  world.At<ClusterEvent>(row) = ClusterEvent{};
  return row;
}

u32 AddRecord(Sim& sim, const Subject& subject, const Args& args) {
  const u32 row = TakeRow(sim.world);
  ClusterEvent& event = sim.At<ClusterEvent>(row);
  event.born = 1;  // records take no creation number: draws keyed by those would move
  event.object_born = subject.born;
  event.object_row = subject.row;
  event.object_kind = static_cast<u8>(subject.kind);
  event.reason = static_cast<u16>(args.reason);
  for (int i = 0; i < 3; ++i) event.args[i] = args.arg[i];
  const NameParts parts = PartsOf(sim, subject.kind, subject.row);
  event.names[0] = parts.ns;
  event.names[1] = parts.base;
  event.name_hash = parts.hash;
  event.name_tail = parts.tail;
  if (subject.kind == ObjectKind::kPod) {
    Pod& pod = sim.At<Pod>(subject.row);
    event.prev = pod.events == row ? 0 : pod.events;
    pod.events = row;
  }
  return row;
}

u32 FindOrAdd(Sim& sim, const Subject& subject, const Args& args, i32 first_ms) {
  u32 row = FindRecord(sim, subject, args);
  if (row == 0) {
    row = AddRecord(sim, subject, args);
    sim.At<ClusterEvent>(row).first_ms = first_ms;
  }
  sim.At<ClusterEvent>(row).rv = ++sim.world.header().resource_version;
  return row;
}

// Occurrences of the series up to now, for the count to go on from.
void FoldSeries(ClusterEvent& event, i32 now_ms) {
  if (event.period_ms == 0) return;
  const i32 end = event.until_ms != 0 && event.until_ms < now_ms ? event.until_ms : now_ms;
  if (end >= event.last_ms) {
    const i32 repeats = (end - event.last_ms) / event.period_ms;
    event.count += static_cast<u32>(repeats) + 1;
    event.last_ms += repeats * event.period_ms;
  }
  event.period_ms = 0;
  event.until_ms = 0;
}

}  // namespace

u32 OlderRecord(const Sim& sim, u32 record) {
  const WorldHeader& header = sim.world.header();
  const u32 capacity = header.tables[static_cast<int>(Table::kClusterEvents)].capacity;
  const auto age = [&](u32 row) {
    const u32 next = header.cluster_event_next;
    return row < next ? next - row : next + capacity - row;
  };
  const ClusterEvent& event = sim.At<ClusterEvent>(record);
  if (event.prev == 0 || age(event.prev) <= age(record)) return 0;
  return sim.At<ClusterEvent>(event.prev).object_born == event.object_born ? event.prev : 0;
}

void RecordEvent(Sim& sim, ObjectKind kind, u32 row, u32 born, EventReason reason, u32 arg0,
                 u32 arg1, u32 arg2) {
  if (!HasRing(sim.world)) return;
  const u32 record = FindOrAdd(sim, {kind, row, born}, {reason, {arg0, arg1, arg2}}, sim.now_ms());
  ClusterEvent& event = sim.At<ClusterEvent>(record);
  FoldSeries(event, sim.now_ms());
  ++event.count;
  event.last_ms = sim.now_ms();
}

void StartSeries(Sim& sim, u32 pod, EventReason reason, Series series, u32 arg0, u32 arg1,
                 u32 arg2) {
  if (!HasRing(sim.world)) return;
  WT_CHECK(series.period_ms > 0, "a series has a period");
  const Subject subject{ObjectKind::kPod, pod, sim.At<Pod>(pod).born};
  const u32 record = FindOrAdd(sim, subject, {reason, {arg0, arg1, arg2}}, series.first_ms);
  ClusterEvent& event = sim.At<ClusterEvent>(record);
  FoldSeries(event, sim.now_ms());
  if (event.count == 0) event.first_ms = series.first_ms;
  event.last_ms = series.first_ms;
  event.period_ms = series.period_ms;
  event.until_ms = series.until_ms == INT32_MAX ? 0 : NotZero(series.until_ms);
}

void EndSeries(Sim& sim, u32 pod, EventReason reason) {
  const i32 now = sim.now_ms();
  u32 row = sim.At<Pod>(pod).events;
  if (row != 0 && sim.At<ClusterEvent>(row).object_born != sim.At<Pod>(pod).born) return;
  for (u32 i = 0; i < kLookBack && row != 0; ++i, row = OlderRecord(sim, row)) {
    ClusterEvent& event = sim.At<ClusterEvent>(row);
    if (event.reason == static_cast<u16>(reason) && event.period_ms > 0 &&
        (event.until_ms == 0 || event.until_ms > now)) {
      event.until_ms = NotZero(now);
    }
  }
}

u32 RecordReported(Sim& sim, const ReportedEvent& event, u32 record) {
  if (!HasRing(sim.world)) return 0;
  const StrId message = InternString(sim, event.message);
  const StrId reason = InternString(sim, event.reason);
  const StrId source = InternString(sim, event.source);
  const Args args{ReasonNamed(event.reason, event.message), {message, reason, source}};
  const Subject subject{event.kind, event.row, event.born};
  if (record == 0 || !IsSame(sim.At<ClusterEvent>(record), subject, args)) {
    record = AddRecord(sim, subject, args);
  }
  ClusterEvent& row = sim.At<ClusterEvent>(record);
  row.rv = ++sim.world.header().resource_version;
  row.reported = event.warning ? 2 : 1;
  row.count = event.count;
  row.first_ms = event.first_ms;
  row.last_ms = event.last_ms;
  return record;
}

}  // namespace wt
