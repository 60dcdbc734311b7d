// SPDX-License-Identifier: Apache-2.0
// The fault plan of a World: rows of table Fault, drawn at reset, carried out by events of
// run_world through kFaultHooks. Planning changes nothing that the API or a draw of the model
// could see (Fault rows take no creation number), and nothing happens before a fault's time.
#pragma once

#include <vector>

#include "faults/fault_kind.h"

namespace wt {

// Give it to every Sim whose World may carry faults or noise.
extern const FaultHooks kFaultHooks;

// One fault as a scenario asks for it, all distributions drawn.
struct FaultPlan {
  const FaultKind* kind = nullptr;
  u32 number = 0;                              // place in the scenario: keys the fault's draws
  ObjectKind target_kind = ObjectKind::kNone;  // how the target was named: Service, Deployment,
                                               // ConfigMap; kNone = any that the kind fits
  StrId target_name = 0;                       // 0 = any of that kind
  StrId target_ns = 0;                         // 0 = any of the app's
  SimTime at = 0;
  SimTime until = 0;                           // 0 = until repaired
  ParameterValues with;
};

// Draws target and parameters and arms the fault. Returns its row; 0 for no-fault.
// Any target: one of those that clients notice, equally likely; if there is none, of those that
// can carry it; not one that another planned fault has. A Service names the workload behind it
// and back where the kind wants the other; a ConfigMap its first consumer.
// Errors: kInvalidInput: no such target, it cannot carry the fault, a parameter without effect.
Result<u32> PlanFault(Sim& sim, const FaultPlan& plan);

// Every object that fits, for lists and checks: kGood ones, else kWeak ones.
std::vector<u32> Candidates(const Sim& sim, const FaultKind& kind, StrId ns = 0);

// ---- asked by Observer and oracle; noise left out
// The cause is not there (any more): by the kind's predicate, or not injected yet, or reverted.
bool CauseGone(const Sim& sim, const Fault& fault);
bool WasInjected(const Fault& fault);
// Rows of all faults that are not noise.
std::vector<u32> PlannedFaults(const World& world);
RootCause TruthOf(const Sim& sim, const Fault& fault);
// Empty before the fault was injected.
std::vector<RepairStep> RepairOf(const Sim& sim, const Fault& fault);
// Objects that belong to the cause: an agent that writes them is not disturbing others. The object
// of the truth, the fault's target where it is broken itself, their owner and what the repair
// touches.
std::vector<ObjectRef> CauseObjects(const Sim& sim, const Fault& fault);

// ---- for preparing a Blueprint (prepare_json.cpp)
// Loads what the kinds bring along (manifests, images) and compiles their edits ahead as edges.
// Call once all objects of the app are loaded. O(kinds * objects * compile).
Status PrepareFaults(Blueprint& blueprint);

}  // namespace wt
