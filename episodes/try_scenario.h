// SPDX-License-Identifier: Apache-2.0
// Plays a scenario without an agent and with the oracle, and says what is wrong with it: for
// `validate`.
#pragma once

#include <vector>

#include "episodes/scenario_setup.h"

namespace wt {

struct TriedScenario {
  std::vector<Error> errors;    // a fault that did not happen, or an episode that cannot start
  // A fault that clients never notice (nobody can be asked to mend it), or that ends by itself;
  // clients that fail without any fault; a seed that the oracle does not solve.
  std::vector<Error> warnings;
};

// Every fault alone and all of them together, with each of the seeds first..last; without noise,
// so that what is seen is the fault's. Each is played up to the first hold time over which the
// client's objective is missed, at most to the end of the episode's time: milliseconds a fault
// and seed.
TriedScenario TryScenario(const ScenarioSetup& setup, u64 first_seed, u64 last_seed);

}  // namespace wt
