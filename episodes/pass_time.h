// SPDX-License-Identifier: Apache-2.0
// Time of an episode passes: for the World, and for those who look at it on their own clocks.
#pragma once

#include "episodes/advance.h"
#include "episodes/observer.h"
#include "episodes/user.h"

namespace wt {

// Stops at each look of the user on the way, so that what they and the Observer notice, and when,
// does not depend on how long the agent's steps are.
void PassTime(SimCluster& cluster, SimTime by, Observer& observer, User& user,
              const ClusterSampler& sampler);

}  // namespace wt
