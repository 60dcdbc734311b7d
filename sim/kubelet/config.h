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

// Whether the container has what its program needs as `ref`: from the object, or as a variable with
// a value in the template (ServiceRuntime::needs).
bool HasNeed(const Sim& sim, StrId ns, const ConfigRef& ref, const ContainerSpec& spec,
             const void* blob);
// Content id of the variable that stands in for `ref`, 0 = there is none.
u32 InlineContent(const Sim& sim, const ConfigRef& ref, const ContainerSpec& spec,
                  const void* blob);

// The first reference of the container that is missing, among volumes or among environment;
// null when all are there.
const ConfigRef* FirstMissing(const Sim& sim, StrId ns, const ContainerSpec& spec,
                              const void* blob, bool volumes);

}  // namespace wt
