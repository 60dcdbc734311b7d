// SPDX-License-Identifier: Apache-2.0
// Traffic inside the World: runs the flow solver when what services can serve (inputs.h), the
// offered rate or a backlog changed, integrates what clients saw, keeps telemetry segments.
#pragma once

#include <span>

#include "sim/sim.h"
#include "sim/traffic/flow.h"

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

// Where the World is the image of another cluster: what was measured there since the last report,
// in place of a solve. Rates, error shares and latencies are means of that time, so the client's
// counters grow by what its requests were. `services` by GraphService, `operations` by
// GraphOperation.
void ReportTraffic(Sim& sim, const FlowClient& client, std::span<const FlowServiceRow> services,
                   std::span<const FlowOperationRow> operations);

}  // namespace wt
