// SPDX-License-Identifier: Apache-2.0
// The second half of validation: does what a scenario names exist in its app?
#pragma once

#include <vector>

#include "scenarios/behaviour.h"
#include "scenarios/scenario.h"

namespace wt {

// Complaints (kInvalidInput) about targets and mixes that the app does not have, each at its
// place with the nearest name. Checked: services, workloads, pods (by the workload they belong
// to), both ends of an edge and that calls run along it, objects, the mix of the load. Nodes are
// made later and are not checked. "any" always fits, unless there is nothing of that kind.
std::vector<Error> CheckScenario(const Scenario& scenario, const App& app);

}  // namespace wt
