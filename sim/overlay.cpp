// SPDX-License-Identifier: Apache-2.0
// The overlay arena: [8 bytes unused] then records, 8-byte aligned, never moved once written.
// Strings are chained from offset 4 of the arena, revisions from offset 0, newest first.
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "sim/sim.h"

namespace wt {
namespace {

struct OverlayString {  // followed by its bytes
  u32 next = 0;
  u32 bytes = 0;
};

std::byte* Arena(World& world) {
  return world.block() + world.header().tables[static_cast<int>(Table::kOverlay)].offset;
}

u32& RevisionHead(World& world) { return reinterpret_cast<u32*>(Arena(world))[0]; }
u32& StringHead(World& world) { return reinterpret_cast<u32*>(Arena(world))[1]; }

// Offset of `bytes` fresh zeroed bytes; grows the block when the arena is full.
u32 Reserve(Sim& sim, u32 bytes) {
  const u32 needed = (bytes + 7) / 8 * 8;
  const TableRef& table = sim.world.header().tables[static_cast<int>(Table::kOverlay)];
  if (sim.world.header().overlay_used + needed > table.capacity) {
    sim.pool.Grow(sim.world, needed);
  }
  WorldHeader& header = sim.world.header();
  const u32 offset = header.overlay_used;
  header.overlay_used += needed;
  std::memset(Arena(sim.world) + offset, 0, needed);
  return offset;
}

u32 StoreBytes(Sim& sim, std::string_view bytes) {
  const u32 offset = Reserve(sim, static_cast<u32>(bytes.size()));
  std::memcpy(Arena(sim.world) + offset, bytes.data(), bytes.size());
  return offset;
}

const OverlayRevision& RevisionAt(const Sim& sim, RevId rev) {
  return *reinterpret_cast<const OverlayRevision*>(Arena(sim.world) + (rev & ~kOverlayBit));
}

}  // namespace

const void* Sim::OverlayTyped(RevId rev) const {
  return Arena(world) + RevisionAt(*this, rev).typed_offset;
}

std::string_view Sim::Text(StrId id) const {
  if ((id & kOverlayBit) == 0) return blueprint.strings.Text(id);
  const std::byte* at = Arena(world) + (id & ~kOverlayBit);
  OverlayString string;
  std::memcpy(&string, at, sizeof(string));
  return {reinterpret_cast<const char*>(at + sizeof(string)), string.bytes};
}

StrId InternString(Sim& sim, std::string_view text) {
  const StrId known = sim.blueprint.strings.Find(text);
  if (known != StringTable::kMissing) return known;
  for (u32 at = StringHead(sim.world); at != 0;) {
    const StrId id = at | kOverlayBit;
    if (sim.Text(id) == text) return id;
    at = reinterpret_cast<const OverlayString*>(Arena(sim.world) + at)->next;
  }
  const u32 offset = Reserve(sim, static_cast<u32>(sizeof(OverlayString) + text.size()));
  const OverlayString string{StringHead(sim.world), static_cast<u32>(text.size())};
  std::memcpy(Arena(sim.world) + offset, &string, sizeof(string));
  std::memcpy(Arena(sim.world) + offset + sizeof(string), text.data(), text.size());
  StringHead(sim.world) = offset;
  return offset | kOverlayBit;
}

std::string_view DocumentOf(const Sim& sim, RevId rev) {
  if ((rev & kOverlayBit) == 0) {
    const Revision& r = sim.blueprint.revisions[rev];
    return {sim.blueprint.documents.data() + r.doc_offset, r.doc_bytes};
  }
  const OverlayRevision& r = RevisionAt(sim, rev);
  return {reinterpret_cast<const char*>(Arena(sim.world) + r.doc_offset), r.doc_bytes};
}

u64 ContentOf(const Sim& sim, RevId rev) {
  if ((rev & kOverlayBit) == 0) return sim.blueprint.revisions[rev].content;
  return RevisionAt(sim, rev).content;
}

RevId InternRevision(Sim& sim, RevKind kind, std::string_view document,
                     std::string_view typed_blob) {
  const u64 content = XXH3_64bits_withSeed(document.data(), document.size(),
                                           static_cast<u64>(kind));
  const auto known = sim.blueprint.by_content.find(content);
  if (known != sim.blueprint.by_content.end()) return known->second;
  for (u32 at = RevisionHead(sim.world); at != 0;) {
    const OverlayRevision& r = RevisionAt(sim, at | kOverlayBit);
    if (r.content == content) return at | kOverlayBit;
    at = r.next;
  }
  OverlayRevision revision;
  revision.content = content;
  revision.kind = static_cast<u32>(kind);
  revision.doc_bytes = static_cast<u32>(document.size());
  revision.typed_bytes = static_cast<u32>(typed_blob.size());
  revision.doc_offset = StoreBytes(sim, document);
  revision.typed_offset = StoreBytes(sim, typed_blob);
  const u32 offset = Reserve(sim, sizeof(OverlayRevision));
  revision.next = RevisionHead(sim.world);
  std::memcpy(Arena(sim.world) + offset, &revision, sizeof(revision));
  RevisionHead(sim.world) = offset;
  return offset | kOverlayBit;
}

}  // namespace wt
