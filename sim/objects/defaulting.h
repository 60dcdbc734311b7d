// SPDX-License-Identifier: Apache-2.0
// The defaults that the API server fills in when it decodes an object, and the canonical spelling
// of its quantities. Idempotent. Source: pkg/apis/*/v1/defaults.go, Kubernetes v1.35, default
// feature gates. Kinds without defaults of their own, and unknown kinds, stay as they are.
// Members of a wrong type are left alone; decoding (validation.h) reports them.
#pragma once

#include <string_view>

#include "sim/objects/json_fwd.h"
#include "sim/objects/schema.h"

namespace wt {

// By apiVersion and kind, in place. O(size).
void ApplyDefaults(Json& object);

// The parts that other code may need on their own. REQUIRES: objects.
void DefaultPodSpec(Json& spec);
void DefaultPodTemplate(Json& owner_spec);  // its member "template"
void DefaultPod(Json& pod);
void DefaultClaim(Json& claim);  // PersistentVolumeClaim or a template of one

// Always for ":latest" or no tag, IfNotPresent for any other tag or a digest alone.
std::string_view DefaultPullPolicy(std::string_view image);

// Spells each quantity canonically; resource lists are rounded up to thousandths.
void SpellQuantities(Json& object, TypeIndex type);

}  // namespace wt
