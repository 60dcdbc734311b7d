// SPDX-License-Identifier: Apache-2.0
// Counts as a reader sees them: occurrences of a series up to now, less those that the recorder's
// spam filter dropped. Source: client-go/tools/record/events_cache.go, v1.35: a token bucket per
// source, object and type, burst 25, one token per 300 s.
#include <algorithm>

#include "sim/telemetry/cluster_events.h"

namespace wt {
namespace {

constexpr u32 kBurst = 25;
constexpr i32 kRefillMs = 300'000;

struct Occurrences {  // of one record, without the filter
  u32 before = 0;     // single ones, spread evenly over [first, last]
  i32 first_ms = 0, last_ms = 0;
  u32 repeats = 0;    // of the series
  i32 series_ms = 0, period_ms = 0;

  u32 total() const { return before + repeats; }
  i32 At(u32 i) const {
    if (i >= before) return series_ms + static_cast<i32>(i - before) * period_ms;
    if (before == 1) return first_ms;
    return first_ms + static_cast<i32>(static_cast<i64>(last_ms - first_ms) * i / (before - 1));
  }
};

Occurrences OccurrencesOf(const ClusterEvent& event, i32 now_ms) {
  Occurrences out;
  out.before = event.count;
  out.first_ms = event.first_ms;
  out.last_ms = event.last_ms;
  if (event.period_ms == 0) return out;
  out.series_ms = event.last_ms;
  out.period_ms = event.period_ms;
  const i32 end = event.until_ms != 0 ? std::min(event.until_ms, now_ms) : now_ms;
  if (end >= event.last_ms) {
    out.repeats = static_cast<u32>((end - event.last_ms) / event.period_ms) + 1;
  }
  return out;
}

// Tokens left and when they were counted; one bucket.
struct Bucket {
  u32 tokens = kBurst;
  i32 refilled_ms = 0;
  bool fresh = true;

  bool Take(i32 at_ms) {
    if (fresh) refilled_ms = at_ms;
    fresh = false;
    const i32 earned = (at_ms - refilled_ms) / kRefillMs;
    if (earned > 0) {
      tokens = std::min(kBurst, tokens + static_cast<u32>(earned));
      refilled_ms += earned * kRefillMs;
    }
    if (tokens == 0) return false;
    --tokens;
    return true;
  }
};

constexpr u32 kRecords = kLookBack;

// Records of one pod that share a bucket with `event`, oldest first.
struct Siblings {
  Occurrences all[kRecords];
  u32 used = 0;
  u32 self = kRecords;
};

// Same type and same source (of a pod's events only those two reasons are the scheduler's).
bool SharesBucket(EventReason a, EventReason b) {
  const auto by_scheduler = [](EventReason reason) {
    return reason == EventReason::kScheduled || reason == EventReason::kFailedScheduling;
  };
  return IsWarning(a) == IsWarning(b) && by_scheduler(a) == by_scheduler(b);
}

Siblings SiblingsOf(const Sim& sim, const ClusterEvent& event) {
  Siblings out;
  const Pod& pod = sim.At<Pod>(event.object_row);
  if (pod.born != event.object_born) return out;
  u32 row = pod.events;
  if (row != 0 && sim.At<ClusterEvent>(row).object_born != pod.born) return out;
  for (u32 i = 0; i < kRecords && row != 0; ++i, row = OlderRecord(sim, row)) {
    const ClusterEvent& other = sim.At<ClusterEvent>(row);
    if (!SharesBucket(static_cast<EventReason>(event.reason),
                      static_cast<EventReason>(other.reason))) {
      continue;
    }
    if (&other == &event) out.self = out.used;
    out.all[out.used++] = OccurrencesOf(other, sim.now_ms());
  }
  return out;
}

EventCount Filtered(const Siblings& siblings) {
  u32 taken[kRecords] = {};
  Bucket bucket;
  EventCount out;
  while (true) {
    u32 next = kRecords;
    for (u32 i = 0; i < siblings.used; ++i) {
      if (taken[i] == siblings.all[i].total()) continue;
      if (next == kRecords ||
          siblings.all[i].At(taken[i]) < siblings.all[next].At(taken[next])) {
        next = i;
      }
    }
    if (next == kRecords) return out;
    const i32 at = siblings.all[next].At(taken[next]++);
    if (bucket.Take(at) && next == siblings.self) {
      ++out.count;
      out.last_ms = at;
    }
  }
}

}  // namespace

EventCount CountEvent(const Sim& sim, const ClusterEvent& event) {
  if (event.reported != 0) return {event.count, event.last_ms};  // counted by its cluster
  const Occurrences own = OccurrencesOf(event, sim.now_ms());
  if (own.total() == 0) return {};
  if (event.object_kind == static_cast<u8>(ObjectKind::kPod)) {
    const Siblings siblings = SiblingsOf(sim, event);
    u32 total = 0;
    for (u32 i = 0; i < siblings.used; ++i) total += siblings.all[i].total();
    if (siblings.self < kRecords && total > kBurst) return Filtered(siblings);
  }
  if (own.total() <= kBurst) return {own.total(), own.At(own.total() - 1)};
  Siblings alone;  // the pod is gone: its own bucket
  alone.all[0] = own;
  alone.used = 1;
  alone.self = 0;
  return Filtered(alone);
}

std::vector<u32> EventRows(const Sim& sim, u32 born) {
  struct Row {
    i32 last_ms;
    u32 row;
  };
  std::vector<Row> found;
  for (u32 row = 1; row < sim.world.Used<ClusterEvent>(); ++row) {
    const ClusterEvent& event = sim.At<ClusterEvent>(row);
    if (event.born == 0 || (born != 0 && event.object_born != born)) continue;
    const EventCount seen = CountEvent(sim, event);
    if (seen.count > 0) found.push_back({seen.last_ms, row});
  }
  const u32 oldest = sim.world.header().cluster_event_next;  // ties in order of recording
  const auto age = [oldest](u32 row) { return row >= oldest ? 0u : 1u; };
  std::sort(found.begin(), found.end(), [&age](const Row& a, const Row& b) {
    if (a.last_ms != b.last_ms) return a.last_ms < b.last_ms;
    if (age(a.row) != age(b.row)) return age(a.row) < age(b.row);
    return a.row < b.row;
  });
  std::vector<u32> rows;
  rows.reserve(found.size());
  for (const Row& row : found) rows.push_back(row.row);
  return rows;
}

}  // namespace wt
