// SPDX-License-Identifier: Apache-2.0
// Traffic inside the World: runs the flow solver when what services can serve (inputs.h), the
// offered rate or a backlog changed, integrates what clients saw, keeps telemetry segments.
#pragma once

#include "sim/sim.h"

namespace wt {

// Changes within this time share one solve.
inline constexpr SimTime kFlowQuantum = 100 * kMillisecond;

// Adds rate x interval since the last call to the client's counters. Call before anything that
// changes the stored flow, and at the end of RunWorld.
void IntegrateFlow(Sim& sim);
// Brings backlogs and inputs up to now; solves and records segments when the stored flow answers
// another question; checks memory.
void SolveTraffic(Sim& sim);
// The same; re-arms itself while a backlog is left and still moves. One that stands still (full,
// or arrivals = capacity) stays so until something else asks for a solve.
void StepTraffic(Sim& sim);
// Offered load changes.
void StepLoad(Sim& sim);

}  // namespace wt
