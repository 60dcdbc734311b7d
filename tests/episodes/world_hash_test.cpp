// SPDX-License-Identifier: Apache-2.0
// HashWorld is blind to nothing that can differ, and to where a World lies.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <set>

#include "sim/event_queue.h"
#include "tests/episodes/lite.h"

namespace wt {
namespace {

constexpr std::array kTableNames{
    "flow inputs", "memory fits", "flow services", "flow operations", "nodes", "deployments",
    "services", "endpoints", "queue", "replica sets", "pods", "containers", "objects", "faults",
    "node images", "segments", "cluster events", "overlay"};
static_assert(kTableNames.size() == kTableCount);

SimCluster MidIncident(const ScenarioSetup& setup, WorldPool& pool,
                       SimTime after_edit = 15 * kSecond) {
  Result<StartedEpisode> started = StartEpisode(setup, pool, 3);
  EXPECT_TRUE(started.ok());
  SimCluster cluster = std::move(started->cluster);
  cluster.Advance(4 * kMinute);
  // An edit: a template that only this World knows.
  const std::string patch = R"({"spec":{"template":{"metadata":{"labels":{"an":"edit"}}}}})";
  const auto patched = cluster.ApplyPatch("deployment/frontend", "strategic", patch);
  EXPECT_TRUE(patched && patched->accepted);
  cluster.Advance(after_edit);
  return cluster;
}

TableRef& TableOfNumber(World& world, int t) { return world.header().tables[t]; }

// Bytes [first, last) of a table that its rows, the reserved one left out, fill.
std::pair<u32, u32> LiveBytes(World& world, Table table) {
  const TableRef& ref = TableOfNumber(world, static_cast<int>(table));
  const u32 row = RowBytes(table);
  switch (table) {
    case Table::kQueue: return {0, world.header().queue_size * row};
    case Table::kOverlay: return {8, world.header().overlay_used};
    case Table::kFlowInputs:
    case Table::kMemoryFits:
    case Table::kFlowServices:
    case Table::kFlowOperations:
    case Table::kNodeImages: return {0, ref.used * row};
    default: return {row, ref.used * row};
  }
}

bool IsLive(World& world, const PendingEvent& event) {
  return TimerOf(world, static_cast<SimEvent>(event.what >> 26), event.what & 0x3ffffffu) ==
         event.seq;
}

// Flips one bit of a byte, asks, and flips it back.
u64 HashWithout(World& world, std::byte* at) {
  const std::byte bit{static_cast<unsigned char>(1u << (reinterpret_cast<std::uintptr_t>(at) % 8))};
  *at ^= bit;
  const u64 hash = HashWorld(world);
  *at ^= bit;
  return hash;
}

TEST(WorldHash, EveryByteOfEveryRowOfEveryTableCounts) {
  std::set<int> seen;
  for (u32 s = 0; s < Lite().setups.size(); s += 9) {
    WorldPool pool;
    SimCluster cluster = MidIncident(Lite().setups[s], pool);
    World& world = cluster.world();
    const u64 hash = HashWorld(world);
    for (int t = 0; t < kTableCount; ++t) {
      if (static_cast<Table>(t) == Table::kQueue) continue;
      const auto [first, last] = LiveBytes(world, static_cast<Table>(t));
      std::byte* rows = world.block() + TableOfNumber(world, t).offset;
      const u32 row = RowBytes(static_cast<Table>(t));
      for (u32 at = first; at < last; ++at) {
        ASSERT_NE(HashWithout(world, rows + at), hash)
            << kTableNames[static_cast<std::size_t>(t)] << " row " << at / row << " byte "
            << at % row;
      }
      if (first < last) seen.insert(t);
    }
    EXPECT_EQ(HashWorld(world), hash);
  }
  for (int t = 0; t < kTableCount; ++t) {
    if (static_cast<Table>(t) == Table::kQueue) continue;
    EXPECT_TRUE(seen.contains(t)) << kTableNames[static_cast<std::size_t>(t)] << " had no row";
  }
}

constexpr SimTime kRollsOut = kSecond;  // after an edit: pods are on their way

TEST(WorldHash, EveryPendingEventCountsWithItsTimeItsKindAndItsTurn) {
  WorldPool pool;
  SimCluster cluster = MidIncident(Lite().setups[0], pool, kRollsOut);
  World& world = cluster.world();
  const u64 hash = HashWorld(world);
  PendingEvent* events = world.Rows<PendingEvent>();
  u32 live = 0;
  for (u32 i = 0; i < world.header().queue_size; ++i) {
    if (!IsLive(world, events[i])) continue;
    ++live;
    const PendingEvent before = events[i];
    events[i].at_ns += 1;
    EXPECT_NE(HashWorld(world), hash);
    events[i] = before;
    events[i].seq += 1;
    EXPECT_NE(HashWorld(world), hash);
    events[i] = before;
    events[i].what ^= 1;  // of a neighbouring row
    EXPECT_NE(HashWorld(world), hash);
    events[i] = before;
    u32& timer = TimerOf(world, static_cast<SimEvent>(before.what >> 26), before.what & 0x3ffffffu);
    timer = 0;  // cancelled
    EXPECT_NE(HashWorld(world), hash);
    timer = before.seq;
    EXPECT_EQ(HashWorld(world), hash);
  }
  EXPECT_GT(live, 3u);
}

// Two events that change places: their (time, turn) say what happens first.
TEST(WorldHash, WhichOfTwoEventsComesFirstCounts) {
  WorldPool pool;
  SimCluster cluster = MidIncident(Lite().setups[0], pool, kRollsOut);
  World& world = cluster.world();
  std::vector<PendingEvent*> live;
  for (u32 i = 0; i < world.header().queue_size; ++i) {
    PendingEvent& event = world.Rows<PendingEvent>()[i];
    if (IsLive(world, event)) live.push_back(&event);
  }
  ASSERT_GE(live.size(), 2u);
  ASSERT_NE(live[0]->at_ns, live[1]->at_ns);
  const u64 hash = HashWorld(world);
  std::swap(live[0]->at_ns, live[1]->at_ns);
  EXPECT_NE(HashWorld(world), hash);
}

// What says where things lie and how much room there is; the rest of the header is state.
bool IsPlace(std::size_t at) {
  const auto in = [at](std::size_t from, std::size_t bytes) {
    return at >= from && at < from + bytes;
  };
  if (in(offsetof(WorldHeader, block_bytes), 4) || in(offsetof(WorldHeader, queue_size), 4)) {
    return true;
  }
  if (in(offsetof(WorldHeader, overlay_used), 4)) return true;  // see below
  if (at < offsetof(WorldHeader, tables)) return false;
  const std::size_t of_table = (at - offsetof(WorldHeader, tables)) % sizeof(TableRef);
  return of_table < offsetof(TableRef, free_head);  // free_head is state, `used`: see below
}

TEST(WorldHash, TheKeyOfChanceTheClockAndEveryCounterOfTheHeaderCount) {
  WorldPool pool;
  SimCluster cluster = MidIncident(Lite().setups[0], pool);
  World& world = cluster.world();
  const u64 hash = HashWorld(world);
  auto* header = reinterpret_cast<std::byte*>(&world.header());
  for (std::size_t at = 0; at < sizeof(WorldHeader); ++at) {
    if (IsPlace(at)) continue;
    ASSERT_NE(HashWithout(world, header + at), hash) << "byte " << at;
  }
  for (u32* count : {&world.header().overlay_used, &TableOfNumber(world, 10).used,
                     &TableOfNumber(world, 16).used}) {
    --*count;
    EXPECT_NE(HashWorld(world), hash);
    ++*count;
  }
  EXPECT_EQ(HashWorld(world), hash);
}

TEST(WorldHash, OneMoreDrawOfAnyObjectCounts) {
  WorldPool pool;
  SimCluster cluster = MidIncident(Lite().setups[0], pool);
  World& world = cluster.world();
  const u64 hash = HashWorld(world);
  u32 counters = 0;
  const auto drawn = [&](u32& draws) {
    ++draws;
    EXPECT_NE(HashWorld(world), hash);
    --draws;
    ++counters;
  };
  for (u32 i = 1; i < world.Used<Deployment>(); ++i) drawn(world.At<Deployment>(i).draws);
  for (u32 i = 1; i < world.Used<ReplicaSet>(); ++i) drawn(world.At<ReplicaSet>(i).draws);
  for (u32 i = 1; i < world.Used<Container>(); ++i) drawn(world.At<Container>(i).draws);
  for (u32 i = 1; i < world.Used<Service>(); ++i) drawn(world.At<Service>(i).draws);
  EXPECT_GT(counters, 40u);
}

// Whoever takes this slot next finds it full of other bytes.
void Dirty(World world) {
  const u32 bytes = world.header().block_bytes;
  std::memset(world.block(), 0xa5, bytes);
  world.header().block_bytes = bytes;
}

TEST(WorldHash, OfEqualWorldsInDifferentSlotsIsEqualNowAndLater) {
  for (u32 s = 0; s < Lite().setups.size(); s += 9) {
    const ScenarioSetup& setup = Lite().setups[s];
    WorldPool pool, other;
    SimCluster first = MidIncident(setup, pool);
    SimCluster beside = MidIncident(setup, pool);
    for (int i = 0; i < 8; ++i) {
      Result<StartedEpisode> used = StartEpisode(setup, other, 90 + static_cast<u64>(i));
      ASSERT_TRUE(used.ok());
      Dirty(std::move(used->cluster.world()));
    }
    SimCluster dirty = MidIncident(setup, other);
    ASSERT_NE(first.world().block(), beside.world().block());
    for (int minute = 0; minute < 4; ++minute) {
      const u64 hash = HashWorld(first.world());
      ASSERT_EQ(HashWorld(beside.world()), hash) << setup.scenario.name << " " << minute;
      ASSERT_EQ(HashWorld(dirty.world()), hash) << setup.scenario.name << " " << minute;
      for (SimCluster* cluster : {&first, &beside, &dirty}) cluster->Advance(kMinute);
    }
  }
}

TEST(WorldHash, RoomADifferentHeapAndDeadEventsDoNotCount) {
  WorldPool pool;
  SimCluster cluster = MidIncident(Lite().setups[0], pool);
  World& world = cluster.world();
  const u64 hash = HashWorld(world);
  const u32 bytes = world.header().block_bytes;
  CompactQueue(world);
  EXPECT_EQ(HashWorld(world), hash);
  PendingEvent* events = world.Rows<PendingEvent>();
  std::reverse(events, events + world.header().queue_size);
  EXPECT_EQ(HashWorld(world), hash);
  pool.Grow(world, 4096);
  EXPECT_GT(world.header().block_bytes, bytes);
  EXPECT_EQ(HashWorld(world), hash);
}

}  // namespace
}  // namespace wt
