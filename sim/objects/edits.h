// SPDX-License-Identifier: Apache-2.0
// Elementary edits (blueprint.h EditOp) as the JSON patches that a client would send: one row of a
// table per operation. The same patch works on a real cluster.
#pragma once

#include <string>
#include <string_view>

#include "sim/api/result.h"
#include "sim/blueprint.h"
#include "sim/objects/json_fwd.h"

namespace wt {

// What an edit changes: decides which precompiled edge applies.
enum class EditTarget : u8 { kTemplate, kDocument, kWhole, kColumn };

struct EditInput {
  EditOp op = EditOp::kNone;
  u16 detail = 0;
  u32 arg = 0;            // as in RevEdge, where it is a number
  std::string_view text;  // of arg, where it is a StrId
  const Json* labels = nullptr;  // kCopySelector: what the workload selects
};

// Whether `arg` of the operation is a StrId.
bool TakesText(EditOp op);
EditTarget TargetOf(EditOp op);

// RFC 6902 patch of `object` (rendered or as in a manifest, defaulted); an empty array when there
// is nothing to change. Errors: kNotFound when the container, port, pair or key does not exist,
// kBadRequest when the kind has no such thing.
Result<Json> EditPatch(std::string_view kind, const Json& object, const EditInput& input);

}  // namespace wt
