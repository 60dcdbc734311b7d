// SPDX-License-Identifier: Apache-2.0
// What an update may not change, and what of it is dropped without a word.
// Sources, Kubernetes v1.35: apiserver pkg/registry/rest/update.go (BeforeUpdate),
// pkg/apis/core/validation/validation.go (ValidatePodUpdate, ValidateServiceUpdate,
// ValidateConfigMapUpdate, ValidateSecretUpdate, ValidateNodeUpdate),
// pkg/registry/apps/deployment/strategy.go (selector), pkg/registry/core/service/strategy.go
// (patchAllocatedValues).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/objects/api_error.h"
#include "sim/objects/json_fwd.h"

namespace wt {

// Puts back in `after` what an update cannot touch (status, server-made metadata, allocated
// addresses). Errors: kBadRequest for another name, namespace or kind; kConflict for another uid
// or a stale resourceVersion. `before` is the object as rendered.
Status PrepareUpdate(const KindInfo& kind, const Json& before, Json& after);

// Whether the object is valid, and the update from `before` (nullptr: a create) permitted; after
// defaulting. Empty: it is.
std::vector<FieldCause> CheckObject(const KindInfo& kind, const Json& object, const Json* before);

}  // namespace wt
