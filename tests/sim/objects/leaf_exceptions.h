// SPDX-License-Identifier: Apache-2.0
// Leaves whose outcome is not that of their rule in fields.def, and the code and field of every
// refusal, each with its reason.
#pragma once

#include <span>
#include <string_view>

#include "sim/api/result.h"
#include "sim/objects/fields.h"

namespace wt {

struct LeafException {
  std::string_view kind;
  std::string_view path;  // of fields.def: a prefix, * stands for any one part
  std::string_view type;  // of patch; empty: all three
  OnPatch outcome = OnPatch::kRefused;
  ErrorCode code = ErrorCode::kInvalidObject;
  std::string_view field;   // of a refusal; "=": the leaf's, as far as `path` goes
  std::string_view reason;  // upstream's function (v1.35)
};

std::span<const LeafException> LeafExceptions();

// The first row that matches, or nullptr.
const LeafException* ExceptionOf(std::string_view kind, std::string_view path,
                                 std::string_view type);

}  // namespace wt
