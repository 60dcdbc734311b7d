// SPDX-License-Identifier: Apache-2.0
// What a Pod shows beyond its template: fields that admission and binding add, and status.
// Sources: plugin/pkg/admission/{serviceaccount,defaulttolerationseconds,priority} and
// pkg/kubelet/status, Kubernetes v1.35.
#pragma once

#include <string>

#include "sim/objects/json_fwd.h"
#include "sim/sim.h"

namespace wt {

// nodeName, service account and its token volume, priority, tolerations of lost nodes.
void AddAdmittedPodFields(const Sim& sim, u32 pod, Json& spec);

// InternalIP of a node, "" when its document names none.
std::string NodeAddress(const Sim& sim, u32 node);

}  // namespace wt
