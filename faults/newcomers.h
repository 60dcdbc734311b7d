// SPDX-License-Identifier: Apache-2.0
// New workloads that come up early in an episode and do no harm: in a cluster where something is
// deployed all the time, being new and having no Service makes nobody the culprit. One row of table
// Fault with noise = kNewcomers carries them:
//   with[k]   which of kLooks newcomer k has, + 1; 0 = none
//   saved[k]  when it comes up, in ms; 0 = it has
// They serve nothing and call nobody. They are no part of a cause: who writes one disturbs it.
#pragma once

#include "sim/sim.h"

namespace wt {

inline constexpr u8 kNewcomers = 2;  // Fault.noise
inline constexpr u32 kNewcomersMax = 4;
// Each comes up at a time drawn from here, as the catalog's faults do.
inline constexpr SimTime kNewcomersFrom = 60 * kSecond;
inline constexpr SimTime kNewcomersUntil = 120 * kSecond;

// Plans `count` of them (at most kNewcomersMax, and as many as there are free looks), with looks
// that no planned fault has promised: call it after PlanFault.
void PlanNewcomers(Sim& sim, u32 count);

// The row's event: the next one comes up.
void StepNewcomers(Sim& sim, u32 row);

}  // namespace wt
