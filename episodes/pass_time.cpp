// SPDX-License-Identifier: Apache-2.0
#include "episodes/pass_time.h"

#include <algorithm>

namespace wt {

void PassTime(SimCluster& cluster, SimTime by, Observer& observer, User& user,
              const ClusterSampler& sampler) {
  const SimTime end = cluster.Now() + by;
  while (cluster.Now() < end) {
    AdvanceSampled(cluster, std::min(user.NextLook(), end) - cluster.Now(), sampler);
    observer.Update(cluster);
    user.Update(cluster);
  }
}

}  // namespace wt
