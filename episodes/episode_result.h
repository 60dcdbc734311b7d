// SPDX-License-Identifier: Apache-2.0
// What is known of an episode when it is over.
#pragma once

#include <string>
#include <vector>

#include "sim/api/action.h"
#include "sim/api/ints.h"
#include "sim/api/time.h"

namespace wt {

// 1 solved, 0 not, -1 made worse (docs/verdict.md).
struct VerdictParts {
  bool detected = false;     // the answer's `detected` is right
  bool localized = false;    // a named target is part of the cause
  bool analysed = false;     // field or kind of the cause is right
  bool slo_held = false;     // the client's objective held during the hold time
  bool cause_gone = false;   // every fault's cause_gone predicate
  bool wrote = false;        // at least one accepted write
  bool claimed = false;      // the answer was that there is a fault, be it right or not
  u16 disturbed = 0;         // written objects that are no part of the cause
  bool harmed_clients = false;    // client error share > twin's + 5 points
  bool lost_operation = false;    // one that the twin serves is not served over the hold
  bool lost_data = false;         // a store's workload was deleted, or its last copy
  bool weakened = false;          // something that others rely on was taken away
  bool unguarded = false;         // probes or a memory limit were removed elsewhere
  bool changed_protected = false;
  f32 error_share = 0, twin_error_share = 0;  // since the first write, to the end
};

struct TakenAction {
  SimTime at = 0;
  Action action;
  bool accepted = false;
  std::string target;  // "service/profile"; "cluster" when it has none
  // Of external agents: a patch in place of `action` when the type is not empty; words of an
  // answer beyond its target.
  std::string patch_type, patch;
  std::string fault_kind, field, object_kind, object_name, object_namespace;
};

struct EpisodeResult {
  u32 scenario = 0;       // index into the suite
  u64 seed = 0;
  bool faulty = true;
  std::string cause;      // name of the service or workload that the fault is aimed at; "" = none
  i8 verdict = 0;
  bool errored = false;   // lost by the agent's program or ours; counted apart
  bool agent_lost = false;  // errored: by the agent's program
  bool terminated = false, truncated = false;
  VerdictParts parts;
  u32 steps = 0;
  // Of the steps: investigations; repairs and patches that were taken, and that were refused.
  // The rest waited or answered.
  u32 looks = 0, writes = 0, refused_writes = 0;
  SimTime end = 0;                  // of the last step, before the hold
  SimTime injected_at = 0;          // first fault's time, 0 = none
  SimTime detected_at = 0;          // first investigation or write of a cause's entity after it
  SimTime repaired_at = 0;          // first time the cause was gone after injection, 0 = never
  u64 hash = 0;                     // of the World after the hold
  std::vector<TakenAction> actions;
  std::string error;                // why it errored
};

}  // namespace wt
