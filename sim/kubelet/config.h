// SPDX-License-Identifier: Apache-2.0
// What containers and processes need of ConfigMaps and Secrets, looked up in the present state.
#pragma once

#include "sim/sim.h"
#include "sim/telemetry/cluster_events.h"

namespace wt {

// Object::kind of the kinds that the kubelet reads: their rows in the table of kinds
// (sim/objects/kinds.cpp).
inline constexpr u16 kConfigMapKind = 1;
inline constexpr u16 kSecretKind = 13;

struct ConfigCheck {
  bool missing = false;
  ConfigProblem problem = kNoConfigMap;
};
// Whether `ref` of a pod in `ns` can be resolved now. Optional ones always can. O(objects).
ConfigCheck CheckConfig(const Sim& sim, StrId ns, const ConfigRef& ref);

// The first reference of the container that is missing, among volumes or among environment;
// null when all are there.
const ConfigRef* FirstMissing(const Sim& sim, StrId ns, const ContainerSpec& spec,
                              const void* blob, bool volumes);

}  // namespace wt
