// SPDX-License-Identifier: Apache-2.0
// What a seed decides: every distribution of a scenario drawn into a World and the episode's
// limits. A draw is keyed by (World key, field), so that one more field moves no other.
#pragma once

#include "scenarios/scenario.h"
#include "sim/cluster/sim_cluster.h"
#include "sim/sim.h"

namespace wt {

// The key of the World of (scenario, seed).
RandomKey EpisodeKey(const Scenario& scenario, u64 seed);

// Load, noise and fault plan into the World; limits out. Errors: kInvalidInput at the place in
// the scenario (no object can carry the fault).
Status DrawScenario(Sim& sim, const Scenario& scenario, EpisodeBudget& budget, SimTime& step);

}  // namespace wt
