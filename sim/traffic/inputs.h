// SPDX-License-Identifier: Apache-2.0
// What each service can serve, from Kubernetes state: Service -> endpoints as kube-proxy knows
// them -> target port -> pod -> process. Kept in the World (a row per GraphService) and derived
// again only when something it depends on changed: whoever writes such a thing marks the Services
// it concerns, or all (transitions.h), and CheckInvariants derives everything anew and compares.
#pragma once

#include <limits>

#include "sim/sim.h"

namespace wt {

// WorldHeader::inputs_until_ms when no process is known to begin to serve.
inline constexpr i32 kNeverServesMs = std::numeric_limits<i32>::max();

// Of one service from the present state, whatever is kept. O(its endpoints).
ServiceInput DeriveInput(const Sim& sim, u32 graph_service);
// Of all, written to `inputs` (size = graph services).
void DeriveInputs(const Sim& sim, std::span<ServiceInput> inputs);

// Brings the kept inputs up to date; true when one of them has other bytes than before.
bool RefreshInputs(Sim& sim);
// True when the kept inputs are those of the present state.
bool InputsAreFresh(const Sim& sim);
// The same of one service: neither all nor its Service is marked.
bool InputIsFresh(const Sim& sim, u32 graph_service);
// The kept inputs; those of the present state once RefreshInputs was called.
std::span<const ServiceInput> KeptInputs(const Sim& sim);

}  // namespace wt
