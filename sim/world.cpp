// SPDX-License-Identifier: Apache-2.0
#include "sim/world.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "sim/blueprint.h"
#include "sim/event_queue.h"

namespace wt {
namespace {

constexpr u32 kAlign = 64;           // a cache line
constexpr u32 kBlockStep = 16 * 1024;  // blocks are multiples of it
constexpr u32 kSlabBlocks = 16;
constexpr std::size_t kHugePage = 2u << 20;

u32 AlignUp(u32 bytes) { return (bytes + kAlign - 1) / kAlign * kAlign; }

u32 SizeClass(u32 bytes) { return (bytes + kBlockStep - 1) / kBlockStep; }

// Rows of a table that carry content: the queue and the overlay count theirs in the header.
u32 LiveRows(const WorldHeader& header, int table) {
  switch (static_cast<Table>(table)) {
    case Table::kQueue: return header.queue_size;
    case Table::kOverlay: return header.overlay_used;
    default: return header.tables[table].used;
  }
}

// Lays tables out one after another; returns the bytes of the whole block.
u32 PlaceTables(WorldHeader& header) {
  u32 offset = AlignUp(sizeof(WorldHeader));
  for (int t = 0; t < kTableCount; ++t) {
    header.tables[t].offset = offset;
    offset += AlignUp(header.tables[t].capacity * RowBytes(static_cast<Table>(t)));
  }
  return offset;
}

void CopyTables(const std::byte* from, const WorldHeader& from_header, std::byte* to,
                const WorldHeader& to_header) {
  for (int t = 0; t < kTableCount; ++t) {
    const u32 bytes = LiveRows(from_header, t) * RowBytes(static_cast<Table>(t));
    std::memcpy(to + to_header.tables[t].offset, from + from_header.tables[t].offset, bytes);
  }
}

}  // namespace

u32 RowBytes(Table table) {
  switch (table) {
    case Table::kFlowInputs: return sizeof(ServiceInput);
    case Table::kMemoryFits: return sizeof(MemoryFits);
    case Table::kFlowServices: return sizeof(FlowServiceRow);
    case Table::kFlowOperations: return sizeof(FlowOperationRow);
    case Table::kNodes: return sizeof(Node);
    case Table::kDeployments: return sizeof(Deployment);
    case Table::kServices: return sizeof(Service);
    case Table::kEndpoints: return sizeof(Endpoint);
    case Table::kQueue: return sizeof(PendingEvent);
    case Table::kReplicaSets: return sizeof(ReplicaSet);
    case Table::kPods: return sizeof(Pod);
    case Table::kContainers: return sizeof(Container);
    case Table::kObjects: return sizeof(Object);
    case Table::kFaults: return sizeof(Fault);
    case Table::kNodeImages: return sizeof(u64);
    case Table::kSegments: return sizeof(Segment);
    case Table::kClusterEvents: return sizeof(ClusterEvent);
    case Table::kOverlay:
    case Table::kCount: return 1;
  }
  return 1;
}

World::World(World&& other) noexcept
    : block_(std::exchange(other.block_, nullptr)), pool_(std::exchange(other.pool_, nullptr)) {}

World& World::operator=(World&& other) noexcept {
  std::swap(block_, other.block_);
  std::swap(pool_, other.pool_);
  return *this;
}

World::~World() {
  if (block_ != nullptr) pool_->Give(block_, header().block_bytes);
}

WorldPool::~WorldPool() {
  for (std::byte* slab : slabs_) std::free(slab);
}

// Worlds that are stepped side by side lie close together: few pages to translate. Equal places of
// neighbours are an odd number of cache lines away from a power of two, so that they do not fight
// for the same few ways of a cache.
void WorldPool::AddSlab(u32 size_class) {
  const std::size_t stride = std::size_t{size_class} * kBlockStep + 5 * kAlign;
  const std::size_t blocks = slabs_.empty() ? 1 : kSlabBlocks;
  const std::size_t bytes = (blocks * stride + kHugePage - 1) / kHugePage * kHugePage;
  auto* slab = static_cast<std::byte*>(
      blocks == 1 ? std::aligned_alloc(kAlign, stride) : std::aligned_alloc(kHugePage, bytes));
  WT_CHECK(slab != nullptr, "memory for Worlds");
  if (blocks > 1) madvise(slab, bytes, MADV_HUGEPAGE);  // a hint
  slabs_.push_back(slab);
  for (std::size_t i = blocks; i-- > 0;) free_[size_class].push_back(slab + i * stride);
}

std::byte* WorldPool::Take(u32 bytes) {
  const u32 size_class = SizeClass(bytes);
  if (free_.size() <= size_class) free_.resize(size_class + 1);
  if (free_[size_class].empty()) AddSlab(size_class);
  std::byte* block = free_[size_class].back();
  free_[size_class].pop_back();
  return block;
}

void WorldPool::Give(std::byte* block, u32 bytes) { free_[SizeClass(bytes)].push_back(block); }

World WorldPool::Create(const Blueprint& blueprint, RandomKey key) {
  WorldHeader header;
  header.blueprint = blueprint.content_hash;
  header.key = key.value;
  for (int t = 0; t < kTableCount; ++t) {
    header.tables[t].capacity = blueprint.layout.capacity[static_cast<std::size_t>(t)];
  }
  const auto fixed = [&header](Table table, std::size_t rows) {
    TableRef& ref = header.tables[static_cast<int>(table)];
    ref.capacity = ref.used = static_cast<u32>(rows);
  };
  fixed(Table::kFlowInputs, blueprint.graph.services.size());
  fixed(Table::kMemoryFits, blueprint.graph.services.size());
  fixed(Table::kFlowServices, blueprint.graph.services.size());
  fixed(Table::kFlowOperations, blueprint.graph.operations.size());
  const u32 images = header.tables[static_cast<int>(Table::kNodeImages)].capacity;
  fixed(Table::kNodeImages, images);
  header.overlay_used = 8;  // offset 0 means "none"

  const u32 needed = PlaceTables(header);
  header.block_bytes = kBlockStep * SizeClass(needed);
  std::byte* block = Take(needed);
  std::memcpy(block, &header, sizeof(header));
  for (int t = 0; t < kTableCount; ++t) {
    const u32 live = LiveRows(header, t) * RowBytes(static_cast<Table>(t));
    std::memset(block + header.tables[t].offset, 0, live);
  }
  return World(block, this);
}

World WorldPool::Fork(const World& world) {
  const WorldHeader& header = world.header();
  std::byte* block = Take(header.block_bytes);
  std::memcpy(block, &header, sizeof(header));
  CopyTables(world.block(), header, block, header);
  return World(block, this);
}

void WorldPool::Grow(World& world, u32 rows) {
  WorldHeader header = world.header();
  for (int t = 0; t < kTableCount; ++t) {
    const Table table = static_cast<Table>(t);
    if (table == Table::kFlowInputs || table == Table::kMemoryFits ||
        table == Table::kFlowServices || table == Table::kFlowOperations ||
        table == Table::kNodeImages || table == Table::kSegments ||
        table == Table::kClusterEvents) {
      continue;  // fixed sizes and rings
    }
    TableRef& ref = header.tables[t];
    const u32 live = LiveRows(header, t);
    const u32 spare = table == Table::kOverlay ? std::max(rows, 16u * 1024) : rows;
    if (ref.capacity < live + spare) ref.capacity = (live + spare) * 3 / 2;
  }
  const u32 needed = PlaceTables(header);
  header.block_bytes = kBlockStep * SizeClass(needed);
  std::byte* block = Take(needed);
  std::memcpy(block, &header, sizeof(header));
  CopyTables(world.block(), world.header(), block, header);
  world = World(block, this);
}

std::vector<std::byte> SaveWorld(const World& world) {
  const WorldHeader& header = world.header();
  std::vector<std::byte> image(sizeof(header));
  std::memcpy(image.data(), &header, sizeof(header));
  for (int t = 0; t < kTableCount; ++t) {
    const u32 bytes = LiveRows(header, t) * RowBytes(static_cast<Table>(t));
    const std::byte* from = world.block() + header.tables[t].offset;
    image.insert(image.end(), from, from + bytes);
  }
  return image;
}

World WorldPool::Load(std::span<const std::byte> image) {
  WT_CHECK(image.size() >= sizeof(WorldHeader), "a World image holds a header");
  WorldHeader header;
  std::memcpy(&header, image.data(), sizeof(header));
  std::byte* block = Take(header.block_bytes);
  std::memcpy(block, &header, sizeof(header));
  std::size_t at = sizeof(header);
  for (int t = 0; t < kTableCount; ++t) {
    const u32 bytes = LiveRows(header, t) * RowBytes(static_cast<Table>(t));
    WT_CHECK(at + bytes <= image.size(), "a World image holds all its tables");
    std::memcpy(block + header.tables[t].offset, image.data() + at, bytes);
    at += bytes;
  }
  return World(block, this);
}

}  // namespace wt
