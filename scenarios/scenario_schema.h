// SPDX-License-Identifier: Apache-2.0
// docs/scenario.schema.json is written by hand but for the part that lists the fault kinds; this
// fills that part in, so that schema and table cannot drift apart (a test compares).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "scenarios/fault_kind_info.h"
#include "sim/api/result.h"

namespace wt {

// `schema` with $defs.faultKind and $defs.faultRules made anew from the table; formatted as the
// file is (two spaces, keys in their order, a line feed at the end).
// Errors: kInvalidInput if `schema` is no JSON object with $defs.
Result<std::string> SchemaWithFaultKinds(std::string_view schema,
                                         std::span<const FaultKindInfo> kinds);

}  // namespace wt
