// SPDX-License-Identifier: Apache-2.0
// What every rule of the model works on: the immutable Blueprint, the World, and two optional
// listeners. Rules are free functions over Sim&; run_world.cpp dispatches events to them.
#pragma once

#include <string>
#include <string_view>

#include "sim/blueprint.h"
#include "sim/event_queue.h"
#include "sim/world.h"

namespace wt {

// Told of every change the API would show, for watch history and name indexes outside the World.
// Results must not depend on whether one is attached.
class ChangeSink {
 public:
  virtual ~ChangeSink() = default;
  virtual void Changed(ObjectKind kind, u32 row) = 0;
  virtual void Deleting(ObjectKind kind, u32 row) = 0;  // called before the row is freed
  virtual void Settled() = 0;  // between events: what Changed named can be read
};

struct FaultHooks;  // faults/fault_schedule.h supplies it; null: no faults

struct Sim {
  const Blueprint& blueprint;
  World& world;
  WorldPool& pool;
  ChangeSink* sink = nullptr;
  const FaultHooks* faults = nullptr;
  bool check_invariants = false;  // --check: after every event

  SimTime now() const { return world.header().now_ns; }
  i32 now_ms() const { return ToMs(world.header().now_ns); }
  RandomKey key() const { return world.key(); }

  // The typed blob of a revision, the Blueprint's or the overlay's.
  template <class T>
  const T& Typed(RevId rev) const {
    return *static_cast<const T*>(TypedBytes(rev));
  }
  const void* TypedBytes(RevId rev) const {
    if (rev & kOverlayBit) [[unlikely]] return OverlayTyped(rev);
    return blueprint.typed.data() + blueprint.revisions[rev].typed_offset;
  }
  const void* OverlayTyped(RevId rev) const;

  // Text of a StrId, the Blueprint's or the overlay's. Valid until the World changes.
  std::string_view Text(StrId id) const;

  template <class Row>
  Row& At(u32 row) const {
    return world.At<Row>(row);
  }
};

// How faults reach into event dispatch without sim/ including faults/.
struct FaultHooks {
  void (*on_event)(Sim& sim, u32 fault_row);  // kFault: inject, revert, next noise
};

// Overlay: documents, blobs and strings made in this World. May move the block (WorldPool::Grow),
// so callers hold no references across. Equal text gives the equal id.
StrId InternString(Sim& sim, std::string_view text);

struct OverlayRevision {  // stored at the overlay offset that the RevId names
  u64 content = 0;
  u32 doc_offset = 0, doc_bytes = 0;      // in the overlay
  u32 typed_offset = 0, typed_bytes = 0;  // in the overlay, 8-byte aligned
  u32 next = 0;                           // chain for lookup by content
  u32 kind = 0;                           // RevKind
};
// The revision with this content, added when new (equal content in the Blueprint: that one).
RevId InternRevision(Sim& sim, RevKind kind, std::string_view document,
                     std::string_view typed_blob);
std::string_view DocumentOf(const Sim& sim, RevId rev);
// Hash of the canonical document: identity of a revision across Worlds.
u64 ContentOf(const Sim& sim, RevId rev);

// Advances until `until`: executes every event with at <= until, then sets now = until.
// Traffic is solved whenever time is about to move and flow_dirty is set.
void RunWorld(Sim& sim, SimTime until);

// Room for one more handler's rows in every table; may move the block. RunWorld calls it before
// each event; call it before a write from outside.
void EnsureHeadroom(Sim& sim);

// Every invariant of docs/invariants.md; returns the first violation as text, empty when all hold.
std::string CheckInvariants(const Sim& sim);

}  // namespace wt
