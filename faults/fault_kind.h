// SPDX-License-Identifier: Apache-2.0
// A fault kind: one file each in this folder, one row in all_faults.cpp. A kind changes objects
// through the API's write path (ApplyEdit, transitions) as kFaultActor and nothing else: symptoms
// emerge. It also knows, for others: what the truth is (Observer), how an agent would repair it
// (oracle), when the cause is gone by state (Observer), and how it is done to a real cluster.
// How to add one: docs/add_a_fault.md.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/action.h"
#include "sim/api/result.h"
#include "sim/objects/write.h"
#include "sim/sim.h"

namespace wt {

enum class FaultStage : u8 {  // Fault.stage
  kNone,
  kPlanned,   // not injected yet
  kActive,
  kReverted,  // its time was over
  kMissed     // what it would have changed was gone when its time came
};

// ---- parameters: `with:` of a scenario, drawn into Fault.with at reset
enum class ParameterType : u8 { kCount, kNumber, kText, kQuantity, kDuration };
struct Parameter {
  std::string_view name;
  ParameterType type = ParameterType::kText;
  f64 min = 0, max = 0;           // in base units (durations in nanoseconds); texts ignore both
  std::string_view default_text;  // as a user would write it; empty: chosen by the kind
  std::string_view meaning;
};
struct ParameterValue {
  bool given = false;
  f64 number = 0;  // base units
  StrId text = 0;
};
inline constexpr u32 kParametersMax = 4;
using ParameterValues = std::array<ParameterValue, kParametersMax>;  // order of the kind's table

// ---- what a kind says about targets, truth, repair
enum class Fit : u8 {
  kNo,    // the target cannot carry the fault
  kWeak,  // it can, but clients may not notice (spare replicas, optional calls, no traffic)
  kGood   // clients notice
};

struct RootCause {
  ObjectKind kind = ObjectKind::kNone;        // the exact object
  u32 row = 0, born = 0;
  StrId ns = 0, name = 0;
  std::string field;                          // "spec.ports[0].targetPort"
  EntityKind entity = EntityKind::kCluster;   // the entity that an agent would blame
  u32 entity_row = 0;
};

// A move of the agent by meaning; SimCluster::FindMove turns it into an Action.
struct RepairStep {
  EntityKind entity = EntityKind::kCluster;
  u32 row = 0;
  Verb verb = Verb::kWait;
  u32 value = 0;  // as OptionValue::value of that verb
};

// The one edit of its target that a fault is; arguments as ApplyEdit takes them.
struct FaultEdit {
  EditOp op = EditOp::kNone;
  u16 detail = 0;
  u32 arg = 0;
};

// A chain of edits of one loaded object whose revisions are worth compiling ahead.
struct WantedEdits {
  ObjectKind kind = ObjectKind::kNone;
  StrId ns = 0, name = 0;
  std::vector<FaultEdit> chain;
};

// A request to a real API server that does the same.
struct RealChange {
  std::string kind, ns, name;  // "Service"
  std::string verb;            // "patch", "create"
  std::string type;            // of a patch: "json", "merge", "strategic"
  std::string body;
};

// What a workload that a fault brings along does, for its stand-in on a real cluster: it kills pods
// of the selector, one at a time.
struct RogueOrder {
  std::string ns, name;  // its Deployment
  std::string selector;  // of the pods it kills: "app=geo"
  double interval_s = 0; // mean
};

struct FaultKind {
  std::string_view id;     // "service-target-port-wrong"
  std::string_view title;
  std::string_view layer;  // "application", "platform", "network", "node"
  std::span<const Parameter> parameters = {};
  ObjectKind target = ObjectKind::kNone;  // what Fault.target_row is a row of
  ObjectKind named_by = ObjectKind::kNone;  // a target may be told by such an object of its, too

  Fit (*fit)(const Sim& sim, u32 row) = nullptr;
  // Turns given values and defaults into Fault.with. `number` keys its draws.
  Status (*draw)(Sim& sim, Fault& fault, u32 number, const ParameterValues& given) = nullptr;
  // Of a kind that is one edit: inject and to_real are InjectOwnEdit and RealOwnEdit (common.h).
  FaultEdit (*edit)(const Sim& sim, const Fault& fault) = nullptr;
  // False: there was nothing to change. `fault` is a copy: writes may move the World's block.
  bool (*inject)(Sim& sim, Fault& fault) = nullptr;
  void (*revert)(Sim& sim, Fault& fault) = nullptr;
  RootCause (*truth)(const Sim& sim, const Fault& fault) = nullptr;
  std::vector<RepairStep> (*repair)(const Sim& sim, const Fault& fault) = nullptr;
  // By state, whatever brought it about. Asked only while the fault is active.
  bool (*cause_gone)(const Sim& sim, const Fault& fault) = nullptr;
  std::vector<RealChange> (*to_real)(const Sim& sim, const Fault& fault) = nullptr;

  // Optional: every edit it can make with default parameters; may add strings. Build time.
  void (*edits)(Blueprint& blueprint, std::vector<WantedEdits>& out) = nullptr;
  // Optional, of a fault that goes on acting: acts, returns when to act next; 0 = never again.
  SimTime (*act)(Sim& sim, Fault& fault) = nullptr;
  // Optional, of a fault that brings a workload along.
  RogueOrder (*rogue)(const Sim& sim, const Fault& fault) = nullptr;
  // Optional: objects that it may bring along, as JSON for `kubectl apply -f`, namespace left out.
  std::vector<std::string> (*manifests)() = nullptr;
};

}  // namespace wt
