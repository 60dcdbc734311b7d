// SPDX-License-Identifier: Apache-2.0
// What an app, a cluster shape and a timing profile fix, never a seed: strings, compiled object
// revisions (the loaded ones and those that actions and faults can reach in one step), the service
// graph, images, settled clusters to start from. Immutable once built, shared by all Worlds and
// threads. Built by scenarios/build_world.cpp.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/ints.h"
#include "sim/timing.h"
#include "sim/traffic/load.h"
#include "sim/traffic/service_graph.h"
#include "sim/typed.h"

namespace wt {

// Strings by id, in document order; id 0 is "". Never grows at run time.
class StringTable {
 public:
  StringTable() { Add(""); }
  // Id of `text`, added when new. Build time only. O(log n).
  StrId Add(std::string_view text);
  // Id of `text` or kMissing.
  static constexpr StrId kMissing = 0xffffffffu;
  StrId Find(std::string_view text) const;
  const std::string& Text(StrId id) const { return texts_[id]; }
  u32 size() const { return static_cast<u32>(texts_.size()); }

 private:
  std::vector<std::string> texts_;
  std::map<std::string, StrId, std::less<>> ids_;
};

// A revision: a canonical document and its typed blob. RevId indexes Blueprint::revisions
// (0 = none) or, with kOverlayBit, is the byte offset of an OverlayRevision in the World.
struct Revision {
  u64 content = 0;     // XXH3_64 of the canonical document, seeded with the RevKind
  u32 doc_offset = 0, doc_bytes = 0;      // in Blueprint::documents
  u32 typed_offset = 0, typed_bytes = 0;  // in Blueprint::typed, 8-byte aligned
  RevKind kind = RevKind::kNone;
};

// One elementary change of an object, as repairs and faults make them. `op` says which field,
// `detail` which element (container, port), `arg` the new value (StrId, port, ...).
enum class EditOp : u16 {
  kNone,
  kSetImage,            // detail container; arg StrId of the image
  kSetCommand,          // detail container; arg StrId of command[0], 0 = remove
  kSetMemoryLimit,      // detail container; arg in MiB, 0 = remove
  kSetMemoryRequest,
  kSetCpuLimit,         // arg in millicores
  kSetCpuRequest,
  kSetProbePort,        // detail container * 4 + ProbeType; arg port
  kSetProbePath,        // arg StrId
  kRemoveProbe,
  kSetNodeSelector,     // detail = 0; arg StrId of the value of kubernetes.io/hostname
  kRemoveNodeSelector,  // all of it
  kSetTargetPort,       // Service; detail port index; arg number
  kSetSelectorValue,    // Service; detail selector pair index; arg StrId of the value
  kAddSelector,         // Service; arg StrId of a value under key "wavetank.dev/none"... see faults
  kCopySelector,        // Service; arg StrId of workload name: selector := that workload's labels
  kRemoveKey,           // ConfigMap; arg StrId of the key
  kRestoreApplied,      // any: back to the last-applied-configuration annotation
  kSetReplicas,         // row-owned: no revision
  kSetPaused,
  kAddTaint,            // Node; arg StrId "key=value:effect"
  kRemoveTaint,         // Node; detail index
};

struct RevEdge {
  RevId base = 0;
  EditOp op = EditOp::kNone;
  u16 detail = 0;
  u32 arg = 0;
  // NOLINTNEXTLINE(modernize-use-nullptr): the 0 is of the library's own comparison
  friend auto operator<=>(const RevEdge&, const RevEdge&) = default;
};

// An image of the registry. Images not listed do not exist (pull error "not found").
struct Image {
  StrId name = 0;               // repo:tag
  StrId repo = 0;
  i64 bytes = 0;
  std::vector<StrId> executables;  // what command[0] may be; 0 stands for the entry point
  std::vector<StrId> health_commands;  // of exec probes that the loaded manifests have for it
  std::vector<u16> grpc_ports;         // that they ask by gRPC, or call "grpc..."
  bool calls_api = false;       // its program may delete pods through the API (faults/looks.h)
};

// What is known of the process of one GraphService beyond the graph (same index).
struct ServiceRuntime {
  std::vector<u16> ports;            // it listens on
  std::vector<StrId> paths;          // HTTP paths answered 2xx; empty: all
  // Keys it reads at start; one missing: exits 1. A variable with a value of its own stands in,
  // named as the key or as the one that brought it in the loaded template (ConfigRef::volume).
  std::vector<ConfigRef> needs;
  std::vector<u32> needs_services;   // GraphService indices that must answer at start
  std::vector<u32> health_depends;   // GraphServices its health path asks
  StrId image_repo = 0;              // the repo its containers run
  StrId command = 0;                 // command[0] it must run, 0 = entry point
  u16 container = 0;                 // index of the main container in its template
};

// Capacities of a fresh World (rows per table) and the start of time.
struct Layout {
  std::vector<u32> capacity;  // by Table
};

// One loaded object, ready to be put into a World by CreateObject (sim/objects/write.h).
struct LoadedObject {
  u8 kind = 0;          // ObjectKind
  StrId ns = 0, name = 0;
  RevId doc = 0, tmpl = 0;
  i32 replicas = 1;
  u16 object_kind = 0;  // kKinds index for ObjectKind::kOther
  struct Older {
    RevId doc = 0, tmpl = 0;
  };
  std::vector<Older> older;  // earlier revisions of a Deployment, the first one first
  bool at_start = true; // false: compiled for a fault to create later
};

struct Blueprint {
  StringTable strings;
  std::vector<Revision> revisions{Revision{}};
  std::vector<char> documents;        // canonical JSON texts
  std::vector<std::byte> typed;       // typed blobs
  std::map<u64, RevId> by_content;    // XXH3_64 of the document, seeded with the RevKind
  std::map<RevEdge, RevId> edges;     // one edit away, precompiled
  std::vector<LoadedObject> objects;  // in creation order
  std::vector<Image> images;
  ServiceGraph graph;
  std::vector<ServiceRuntime> runtime;  // by GraphService
  Timing timing;
  Layout layout;
  std::vector<std::vector<std::byte>> settled;  // World images
  // Medians over the settled images; see sim/cluster/baseline.h, which fills them.
  std::vector<f32> baseline_p99_s;      // by GraphService
  f32 baseline_client_p99_s = 0;
  std::vector<LoadPoint> load_points;   // of a replayed load
  StrId app = 0;
  StrId app_namespace = 0;
  u64 content_hash = 0;

  template <class T>
  const T& Typed(RevId rev) const {
    return *reinterpret_cast<const T*>(typed.data() + revisions[rev].typed_offset);
  }
};

}  // namespace wt
