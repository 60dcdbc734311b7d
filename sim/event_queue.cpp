// SPDX-License-Identifier: Apache-2.0
#include "sim/event_queue.h"

namespace wt {
namespace {

bool Before(const PendingEvent& a, const PendingEvent& b) {
  if (a.at_ns != b.at_ns) return a.at_ns < b.at_ns;
  return a.seq < b.seq;
}

u32 Pack(SimEvent kind, u32 row) { return static_cast<u32>(kind) << 26 | row; }

void SiftUp(PendingEvent* heap, u32 at) {
  const PendingEvent event = heap[at];
  while (at > 0) {
    const u32 parent = (at - 1) / 4;
    if (!Before(event, heap[parent])) break;
    heap[at] = heap[parent];
    at = parent;
  }
  heap[at] = event;
}

void SiftDown(PendingEvent* heap, u32 size, u32 at) {
  const PendingEvent event = heap[at];
  while (true) {
    const u32 first = at * 4 + 1;
    if (first >= size) break;
    const u32 last = first + 4 < size ? first + 4 : size;
    u32 best = first;
    for (u32 child = first + 1; child < last; ++child) {
      if (Before(heap[child], heap[best])) best = child;
    }
    if (!Before(heap[best], event)) break;
    heap[at] = heap[best];
    at = best;
  }
  heap[at] = event;
}

void DropFirst(World& world) {
  WorldHeader& header = world.header();
  PendingEvent* heap = world.Rows<PendingEvent>();
  heap[0] = heap[--header.queue_size];
  if (header.queue_size > 0) SiftDown(heap, header.queue_size, 0);
}

bool IsAlive(World& world, const PendingEvent& event) {
  return TimerOf(world, static_cast<SimEvent>(event.what >> 26), event.what & 0x3ffffffu) ==
         event.seq;
}

}  // namespace

u32& TimerOf(World& world, SimEvent kind, u32 row) {
  switch (kind) {
    case SimEvent::kDeploymentSync: return world.At<Deployment>(row).timer;
    case SimEvent::kDeploymentDeadline: return world.At<Deployment>(row).deadline_timer;
    case SimEvent::kReplicaSetSync: return world.At<ReplicaSet>(row).timer;
    case SimEvent::kEndpointsSync: return world.At<Service>(row).timer;
    case SimEvent::kProxySync: return world.At<Service>(row).proxy_timer;
    case SimEvent::kPodSync: return world.At<Pod>(row).timer;
    case SimEvent::kContainer: return world.At<Container>(row).timer;
    case SimEvent::kStartupProbe: return world.At<Container>(row).probe_timer[kStartupProbe];
    case SimEvent::kLivenessProbe: return world.At<Container>(row).probe_timer[kLivenessProbe];
    case SimEvent::kReadinessProbe: return world.At<Container>(row).probe_timer[kReadinessProbe];
    case SimEvent::kFault: return world.At<Fault>(row).timer;
    case SimEvent::kNode: return world.At<Node>(row).timer;
    case SimEvent::kSchedule: return world.header().timers[kSchedulerTimer];
    case SimEvent::kFlow: return world.header().timers[kFlowTimer];
    case SimEvent::kBacklog: return world.header().timers[kBacklogTimer];
    case SimEvent::kLoad: return world.header().timers[kLoadTimer];
    case SimEvent::kNoise: return world.header().timers[kNoiseTimer];
    case SimEvent::kPodGc: return world.header().timers[kPodGcTimer];
    case SimEvent::kNone:
    case SimEvent::kCount: break;
  }
  WT_CHECK(false, "an event has a kind");
  __builtin_unreachable();
}

void Arm(World& world, SimEvent kind, u32 row, SimTime at) {
  WorldHeader& header = world.header();
  TableRef& table = header.tables[static_cast<int>(Table::kQueue)];
  if (header.queue_size == table.capacity) {
    CompactQueue(world);
    WT_CHECK(header.queue_size < table.capacity, "the event queue has headroom");
  }
  const u32 seq = ++header.event_seq;
  TimerOf(world, kind, row) = seq;
  PendingEvent* heap = world.Rows<PendingEvent>();
  heap[header.queue_size] = {at < header.now_ns ? header.now_ns : at, seq, Pack(kind, row)};
  SiftUp(heap, header.queue_size++);
}

void ArmIfIdle(World& world, SimEvent kind, u32 row, SimTime at) {
  if (TimerOf(world, kind, row) == 0) Arm(world, kind, row, at);
}

Next PeekLive(World& world) {
  WorldHeader& header = world.header();
  while (header.queue_size > 0) {
    const PendingEvent& first = world.Rows<PendingEvent>()[0];
    if (IsAlive(world, first)) {
      return {first.at_ns, static_cast<SimEvent>(first.what >> 26), first.what & 0x3ffffffu};
    }
    DropFirst(world);
  }
  return {};
}

void Pop(World& world, const Next& next) {
  WT_CHECK(next.at != kForever, "a live event is pending");
  TimerOf(world, next.kind, next.row) = 0;
  DropFirst(world);
}

void CompactQueue(World& world) {
  WorldHeader& header = world.header();
  PendingEvent* heap = world.Rows<PendingEvent>();
  u32 kept = 0;
  for (u32 i = 0; i < header.queue_size; ++i) {
    if (IsAlive(world, heap[i])) heap[kept++] = heap[i];
  }
  header.queue_size = kept;
  for (u32 i = kept / 4 + 1; i-- > 0;) {
    if (i < kept) SiftDown(heap, kept, i);
  }
}

}  // namespace wt
