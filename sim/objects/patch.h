// SPDX-License-Identifier: Apache-2.0
// The three patch formats of the Kubernetes API, as pure functions. The answer is the raw result:
// neither defaulted nor validated.
//   kJson       RFC 6902 as evanphx/json-patch v4 reads it: negative indices count from the end,
//               `replace` of an absent member adds it, `test` of an absent member equals null.
//   kMerge      RFC 7386.
//   kStrategic  apimachinery pkg/util/strategicpatch, v1.35: list merge keys and strategies from
//               the schema, directives $patch, $setElementOrder, $deleteFromPrimitiveList,
//               $retainKeys.
// A member that Go always encodes (`resources` of a container, `strategy`, `status`, ...) counts as
// present and empty where the document leaves it out.
#pragma once

#include <string>
#include <string_view>

#include "sim/api/result.h"
#include "sim/objects/json_fwd.h"
#include "sim/objects/schema.h"

namespace wt {

enum class PatchType : u8 { kJson, kMerge, kStrategic };

// At most this many operations in a JSON patch (apiserver pkg/endpoints/handlers/patch.go).
inline constexpr int kJsonPatchOperationsMax = 10000;

// `kind` picks the schema where the object has no known apiVersion and kind.
// Errors: kBadRequest for a patch that is malformed, kInvalidObject for one that does not apply.
// O(size of the object + size of the patch), lists with merge keys quadratic in their length.
Result<Json> ApplyPatch(PatchType type, std::string_view kind, const Json& object,
                        const Json& patch);

// The parts, in place. `type` may be kNoType.
Status ApplyJsonPatch(Json& object, const Json& patch, TypeIndex type);
void ApplyMergePatch(Json& object, const Json& patch);
Status ApplyStrategicPatch(Json& object, const Json& patch, TypeIndex type);

// A key as a token of a JSON pointer (RFC 6901 section 3).
std::string EscapePointer(std::string_view key);

// True for a struct that Go encodes even when it is empty.
bool AlwaysEncoded(const SchemaField& field);

}  // namespace wt
