// SPDX-License-Identifier: Apache-2.0
// Checks a service graph and orders its operations for the flow solver. Load time only: the one
// translation unit that includes Boost.Graph.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/api/ints.h"
#include "sim/api/result.h"
#include "sim/traffic/service_graph.h"

namespace wt {

// Text of a StringTable id (GraphService::name, GraphOperation::name).
using NameOf = std::function<std::string(u32)>;

// Operations, callers before callees; where services do not call each other in a circle, all
// callers of a service come before all of its operations (a pool's wait is then known before
// any caller asks for it, which saves the solver a pass).
// Errors (kInvalidInput): indexes out of range; rows that are not adjacent as service_graph.h
// says; a graph larger than the solver takes (flow.h); operations that call each other in a
// circle, optional calls included: such a request would never end. The text names the circle:
// "calls form a cycle: a.x -> b.y -> a.x".
// REQUIRES: numbers finite and >= 0 (the loader checks ranges). O(operations + calls).
Result<std::vector<u32>> OrderOperations(const ServiceGraph& graph, const NameOf& name_of);

}  // namespace wt
