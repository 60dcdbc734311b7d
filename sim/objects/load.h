// SPDX-License-Identifier: Apache-2.0
// Objects into a Blueprint (build time) and from there into a World.
#pragma once

#include <span>
#include <string>

#include "sim/api/result.h"
#include "sim/blueprint.h"
#include "sim/objects/edits.h"
#include "sim/objects/json_fwd.h"
#include "sim/objects/write.h"
#include "sim/sim.h"

namespace wt {

// The revision of a canonical document, added with its compiled blob when new. Errors of
// compile.h. O(size + log revisions).
Result<RevId> AddRevision(Blueprint& blueprint, RevKind kind, const Json& document);

// The document of a Blueprint's revision.
Json DocumentOf(const Blueprint& blueprint, RevId rev);

// An object as the API server takes it in: decoded strictly, defaulted, admitted, validated.
Status AdmitManifest(Json& manifest);

// An object as `kubectl apply` leaves it: defaulted, admitted, validated, its
// last-applied-configuration set. Errors: the API's (api_error.h).
Result<Json> AppliedObject(Json manifest);

// AppliedObject, split and compiled. `older`: earlier revisions of a Deployment, the first one
// first. Kinds without rows become carried documents.
Result<LoadedObject> LoadObject(Blueprint& blueprint, const Json& manifest,
                                std::span<const Json> older = {});

// Compiles the outcome of one edit of a loaded object into an edge; `base` is the revision that
// the edit changes. The edge's target; nothing (0) when the edit is refused or does not apply.
struct EdgeBase {
  const LoadedObject* object = nullptr;
  RevId doc = 0, tmpl = 0;  // the object's, or those of an edited object
};
RevId AddEdge(Blueprint& blueprint, const EdgeBase& base, const EditInput& input);

// spec.selector.matchLabels of a loaded Deployment: what kCopySelector copies.
Json SelectorLabels(const Blueprint& blueprint, const LoadedObject& deployment);

// Puts a loaded object into the World, as an API create would. `first`: its first revision.
// REQUIRES: no live object has its kind and name.
ObjectRef CreateLoaded(Sim& sim, const LoadedObject& object, u32 actor, bool first = false);

}  // namespace wt
