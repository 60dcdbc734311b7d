// SPDX-License-Identifier: Apache-2.0
// What a write comes to, between validation and commit: new documents and new values of columns.
// A plan is a pure function of the object and of the patch, so it may be kept and used again.
#pragma once

#include <optional>
#include <string>

#include "sim/objects/json_fwd.h"
#include "sim/objects/write.h"
#include "sim/sim.h"

namespace wt {

struct WritePlan {
  // Canonical documents; absent = as they are.
  std::optional<std::string> document, tmpl;
  // Columns; absent = as they are.
  std::optional<i32> replicas;
  std::optional<u32> restarted_at_s;
  std::optional<bool> paused, unschedulable;
  bool spec_changed = false;  // the document's spec did: metadata.generation grows

  bool empty() const {
    return !document && !tmpl && !replicas && !restarted_at_s && !paused && !unschedulable;
  }
};

// Prepare, default, validate, split, canonicalise, compare. `before` is the object as rendered,
// `after` what the patch made of it. Errors: those of update_rules.h and validation.
Result<WritePlan> PlanUpdate(const Sim& sim, ObjectRef object, const Json& before, Json after);

// Typed blobs of a plan's new documents, kept by the memo.
struct PlanBlobs {
  std::string document, tmpl;
  bool for_this_world_only = false;  // they name strings of the World's overlay
};

// Compiles what the Blueprint does not hold, interns, commits through transitions.h. Returns
// false, touching nothing, when the plan is empty or equals the object. `blobs` of an earlier
// compilation are used, else filled in.
Result<bool> CommitPlan(Sim& sim, ObjectRef object, const WritePlan& plan, u32 actor,
                        PlanBlobs& blobs);

// The interned revision of a canonical document, compiled when it is new. May move the block.
Result<RevId> InternDocument(Sim& sim, RevKind kind, const std::string& document);

// Commits revisions that are already interned; 0 = as it is. Columns come from `plan`.
bool CommitRevisions(Sim& sim, ObjectRef object, RevId document, RevId tmpl,
                     const WritePlan& plan, u32 actor);

// The RevId of an object's document (a Pod's is its template); 0 = none.
RevId DocumentRev(const Sim& sim, ObjectRef object);
// The template of a Deployment or Pod; 0 for other kinds.
RevId TemplateRev(const Sim& sim, ObjectRef object);

// False for rows that are free or that the API no longer shows.
bool Exists(const Sim& sim, ObjectRef object);

}  // namespace wt
