// SPDX-License-Identifier: Apache-2.0
// What of an update is dropped without a word, and what cannot be the same object any more. Values
// that a kind's rules forbid to change: validation.h.
// Sources, Kubernetes v1.35: apiserver pkg/registry/rest/update.go (BeforeUpdate),
// pkg/registry/core/service/strategy.go (patchAllocatedValues).
#pragma once

#include "sim/objects/api_error.h"
#include "sim/objects/json_fwd.h"

namespace wt {

// Puts back in `after` what an update cannot touch (status, server-made metadata, allocated
// addresses). Errors: kBadRequest for another name, namespace or kind; kConflict for another uid
// or a stale resourceVersion. `before` is the object as rendered.
Status PrepareUpdate(const KindInfo& kind, const Json& before, Json& after);

}  // namespace wt
