// SPDX-License-Identifier: Apache-2.0
// How workloads look that come up during an episode: maintenance software that an operator would
// not think twice about. The rogue of repeated_pod_kill.cpp has one of these looks, and so have
// harmless ones (newcomers.h): name, image and size say nothing of what a program does.
#pragma once

#include <string>
#include <string_view>

#include "sim/sim.h"

namespace wt {

struct Look {
  std::string_view name, container, image, argument;
};
inline constexpr Look kLooks[] = {
    {"pod-recycler", "recycler", "registry.internal/tools/pod-recycler:1.4.2", "--every=30s"},
    {"config-reloader", "reloader", "registry.internal/platform/config-reloader:0.72.1",
     "--watch=all"},
    {"image-updater", "updater", "registry.internal/ci/image-updater:3.1.4", "--channel=stable"},
    {"node-rebalancer", "rebalancer", "registry.internal/sre/rebalancer:2.3.0",
     "--threshold=0.8"},
    {"cost-optimizer", "optimizer", "registry.internal/finops/cost-optimizer:0.4.7",
     "--mode=apply"},
    {"backup-agent", "agent", "registry.internal/data/backup-agent:5.0.2", "--schedule=hourly"},
    {"cert-rotator", "rotator", "registry.internal/security/cert-rotator:1.9.0",
     "--before=720h"},
};

// As JSON for `kubectl apply -f`, namespace left out.
std::string ManifestOf(const Look& look);

// The manifest as the Blueprint compiled it; null when it has not.
const LoadedObject* LookObject(const Sim& sim, const Look& look);

// No Deployment of the namespace has the name, no planned rogue will have it, and no planned
// newcomer of the app's namespace.
bool IsFreeName(const Sim& sim, StrId ns, std::string_view name);

}  // namespace wt
