// SPDX-License-Identifier: Apache-2.0
// What an agent can do. An action is a verb on a target with an option; the moves of each entity
// kind are one table (kMoves), from which masks, documentation, text and the policy head come.
// Legality depends on kinds, existence and budget only, never on whether a thing is broken.
// Values that a repair offers come from what the cluster shows (ports, labels, earlier revisions,
// images in history), wrong ones included; option k is the k-th of them.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "sim/api/ints.h"

namespace wt {

enum class Verb : u8 {
  // investigate: leaves the World's bytes unchanged
  kGet, kDescribe, kLogs, kEvents, kMetrics, kTraces, kHistory,
  // repair: Kubernetes API calls
  kRestart, kUndo, kScale, kDeletePod, kSetImage, kSetResources, kRestoreConfig, kFixSelector,
  kFixPort, kCordon, kUncordon, kDrain, kRemoveTaint, kDeleteObject,
  kPatch,  // free-form, external agents only; not a move of the native policy
  // neither
  kWait, kSubmit,
  kCount
};
std::string_view VerbName(Verb verb);          // "fix-port"
constexpr bool IsInvestigation(Verb verb) { return verb <= Verb::kHistory; }
constexpr bool IsRepair(Verb verb) { return verb >= Verb::kRestart && verb <= Verb::kPatch; }

enum class EntityKind : u8 { kCluster, kService, kWorkload, kNode, kCount };
inline constexpr int kEntityKinds = static_cast<int>(EntityKind::kCount);
std::string_view EntityKindName(EntityKind kind);  // "service"

struct Move {
  Verb verb = Verb::kWait;
  u8 option = 0;
  std::string_view meaning;  // one line for docs and texts
};

// At most 32 moves a kind: a mask is one u32 per slot. Order is part of a policy's format.
inline constexpr std::array kClusterMoves{
    Move{Verb::kWait, 0, "wait one step"},
    Move{Verb::kWait, 1, "wait 1m"},
    Move{Verb::kWait, 2, "wait 5m"},
    Move{Verb::kGet, 0, "overview of all workloads"},
    Move{Verb::kEvents, 0, "recent events of the namespace"},
    Move{Verb::kSubmit, 0, "nothing is wrong"},
};
inline constexpr std::array kServiceMoves{
    Move{Verb::kDescribe, 0, "ports, selector, endpoints"},
    Move{Verb::kMetrics, 0, "rate, errors, latency"},
    Move{Verb::kTraces, 0, "where its calls fail"},
    Move{Verb::kHistory, 0, "when it last changed"},
    Move{Verb::kFixSelector, 0, "select the labels of the workload with the most similar name"},
    Move{Verb::kFixSelector, 1, "the second most similar"},
    Move{Verb::kFixSelector, 2, "the third most similar"},
    Move{Verb::kFixPort, 0, "target the first declared port of the like-named workload"},
    Move{Verb::kFixPort, 1, "the second declared port, or the Service's own port"},
    Move{Verb::kFixPort, 2, "the Service's own port"},
    Move{Verb::kRestoreConfig, 0, "re-apply the last applied configuration"},
    Move{Verb::kDeleteObject, 0, "delete the Service"},
    Move{Verb::kSubmit, 0, "the cause was here"},
};
inline constexpr std::array kWorkloadMoves{
    Move{Verb::kDescribe, 0, "states and reasons of its pods"},
    Move{Verb::kLogs, 0, "last lines of its worst pod"},
    Move{Verb::kEvents, 0, "events of its objects"},
    Move{Verb::kMetrics, 0, "CPU, memory, restarts"},
    Move{Verb::kHistory, 0, "revisions and when it last changed"},
    Move{Verb::kRestart, 0, "rollout restart"},
    Move{Verb::kUndo, 0, "rollout undo to the previous revision"},
    Move{Verb::kUndo, 1, "rollout undo to the one before"},
    Move{Verb::kScale, 0, "to 0"},
    Move{Verb::kScale, 1, "to 1"},
    Move{Verb::kScale, 2, "to 2"},
    Move{Verb::kScale, 3, "to 3"},
    Move{Verb::kDeletePod, 0, "its worst pod"},
    Move{Verb::kDeletePod, 1, "its second worst pod"},
    Move{Verb::kSetImage, 0, "the image of its previous revision"},
    Move{Verb::kSetImage, 1, "the image of the one before"},
    Move{Verb::kSetResources, 0, "double the memory limit"},
    Move{Verb::kSetResources, 1, "memory limit x 8"},
    Move{Verb::kSetResources, 2, "double the CPU limit"},
    Move{Verb::kRestoreConfig, 0, "re-apply its first ConfigMap as last applied"},
    Move{Verb::kRestoreConfig, 1, "re-apply its second ConfigMap as last applied"},
    Move{Verb::kDeleteObject, 0, "delete the workload"},
    Move{Verb::kSubmit, 0, "the cause was here"},
};
inline constexpr std::array kNodeMoves{
    Move{Verb::kDescribe, 0, "conditions, taints, allocation"},
    Move{Verb::kEvents, 0, "events of the node"},
    Move{Verb::kCordon, 0, "mark unschedulable"},
    Move{Verb::kUncordon, 0, "mark schedulable"},
    Move{Verb::kDrain, 0, "cordon and delete its pods"},
    Move{Verb::kRemoveTaint, 0, "its first taint"},
    Move{Verb::kSubmit, 0, "the cause was here"},
};
static_assert(kClusterMoves.size() <= 32 && kServiceMoves.size() <= 32 &&
              kWorkloadMoves.size() <= 32 && kNodeMoves.size() <= 32);

constexpr std::span<const Move> MovesOf(EntityKind kind) {
  switch (kind) {
    case EntityKind::kCluster: return kClusterMoves;
    case EntityKind::kService: return kServiceMoves;
    case EntityKind::kWorkload: return kWorkloadMoves;
    case EntityKind::kNode: return kNodeMoves;
    case EntityKind::kCount: break;
  }
  return {};
}

// A move of one slot. `slot` is the entity's row in the observation of its kind (a seeded
// permutation per episode); 0 for kCluster.
struct Action {
  EntityKind kind = EntityKind::kCluster;
  u8 move = 0;   // index into MovesOf(kind)
  u16 slot = 0;
  friend bool operator==(const Action&, const Action&) = default;
};
inline const Move& MoveOf(const Action& action) { return MovesOf(action.kind)[action.move]; }

// What an agent says at the end (docs/formats.md, answer of an agent). Names are object names.
struct Answer {
  bool detected = false;
  EntityKind kind = EntityKind::kCluster;  // of the blamed object; kCluster = none named
  u16 slot = 0;
  std::string fault_kind;   // optional: "kind" of the root cause
  std::string field;        // optional: field path
  std::string object_kind, object_name, object_namespace;  // optional: exact object
};

}  // namespace wt
