// SPDX-License-Identifier: Apache-2.0
// What an observer of an app reads through the API: the namespaces it lives in, the collections of
// its objects.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "sim/sim.h"

namespace wt {

// Those of the World's Deployments, the cluster's own left out, and the one that the app's
// manifests name.
std::set<std::string> AppNamespaces(const Sim& sim);

// Paths, owners before what they own: nodes, and of each such namespace configmaps, secrets,
// services, deployments, replicasets, pods, events.
std::vector<std::string> AppCollections(const Sim& sim);

}  // namespace wt
