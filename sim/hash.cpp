// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/event_queue.h"
#include "sim/world.h"

namespace wt {
namespace {

// The header as it is hashed: where tables lie and how large they may grow does not count.
WorldHeader Logical(const WorldHeader& header) {
  WorldHeader h;
  std::memcpy(static_cast<void*>(&h), &header, sizeof(h));
  h.block_bytes = 0;
  h.queue_size = 0;
  for (TableRef& table : h.tables) {
    table.offset = 0;
    table.capacity = 0;
  }
  return h;
}

u64 MixEvent(const PendingEvent& event) { return XXH3_64bits(&event, sizeof(event)); }

bool IsAlive(World& world, const PendingEvent& event) {
  const auto kind = static_cast<SimEvent>(event.what >> 26);
  return TimerOf(world, kind, event.what & 0x3ffffffu) == event.seq;
}

}  // namespace

u64 HashWorld(const World& world) {
  const WorldHeader& header = world.header();
  const WorldHeader logical = Logical(header);
  u64 hash = XXH3_64bits(&logical, sizeof(logical));
  for (int t = 0; t < kTableCount; ++t) {
    const Table table = static_cast<Table>(t);
    const std::byte* rows = world.block() + header.tables[t].offset;
    if (table == Table::kQueue) {
      // Live events as a set: their order is fixed by (at, seq), not by the heap's shape.
      u64 sum = 0;
      const auto* events = reinterpret_cast<const PendingEvent*>(rows);
      for (u32 i = 0; i < header.queue_size; ++i) {
        if (IsAlive(const_cast<World&>(world), events[i])) sum += MixEvent(events[i]);
      }
      hash = XXH3_64bits_withSeed(&sum, sizeof(sum), hash);
      continue;
    }
    const u32 count = table == Table::kOverlay ? header.overlay_used : header.tables[t].used;
    hash = XXH3_64bits_withSeed(rows, count * RowBytes(table), hash);
  }
  return hash;
}

}  // namespace wt
