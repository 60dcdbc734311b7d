// SPDX-License-Identifier: Apache-2.0
// Traffic inside the World: derives what each service can serve from Kubernetes state, runs the
// flow solver when something changed, integrates what clients saw, keeps telemetry segments.
// Whether a call succeeds follows the real path: Service -> endpoints as kube-proxy knows them ->
// target port -> pod -> process -> its own calls.
#pragma once

#include "sim/sim.h"

namespace wt {

// Changes within this time share one solve.
inline constexpr SimTime kFlowQuantum = 100 * kMillisecond;
// Step of the fluid backlog.
inline constexpr SimTime kBacklogStep = 500 * kMillisecond;

// Adds rate x interval since the last call to the client's counters. Call before anything that
// changes the stored flow, and at the end of RunWorld.
void IntegrateFlow(Sim& sim);
// Re-derives inputs and solves; records segments; checks memory.
void SolveTraffic(Sim& sim);
// One fluid step; re-arms itself while a backlog is left.
void StepTraffic(Sim& sim);
// Offered load changes.
void StepLoad(Sim& sim);

// Inputs of all services from the present state, written to `inputs` (size = graph services).
void DeriveInputs(const Sim& sim, std::span<ServiceInput> inputs);

}  // namespace wt
