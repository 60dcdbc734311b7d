// SPDX-License-Identifier: Apache-2.0
// Parts of documents that several kinds compile: labels, selectors, taints, IntOrString.
#pragma once

#include <vector>

#include "sim/objects/compile.h"

namespace wt {

// A {"key": "value"} map, in key order.
std::vector<LabelPair> CompileLabels(const Json& map, Interner& interner);

// metav1.LabelSelector; nullptr: the nil selector. `terms` gets its rows.
Selector CompileSelector(const Json* selector, Interner& interner,
                         std::vector<SelectorTerm>& terms);

// 3 or "25%"; `fallback` when absent.
IntOrPercent CompileIntOrPercent(const Json* value, IntOrPercent fallback);

TaintEffect CompileEffect(std::string_view effect);

// Quantities; 0 when absent or no quantity. Memory in bytes, CPU in millicores, both rounded up.
i64 BytesOf(const Json& resources, std::string_view name);
i32 MillicoresOf(const Json& resources, std::string_view name);

}  // namespace wt
