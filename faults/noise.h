// SPDX-License-Identifier: Apache-2.0
// Ambient noise: what stirs in a healthy cluster and heals itself. One row of table Fault with
// noise = 1 carries the process; each occurrence is drawn by (World key, row, number).
//   a pod killed once      of a workload with at least two ready pods, without grace
//   a short burst of load  +10..40 % for 20-60 s (header.load_burst)
//   a slow node            service times there +10..50 % for 20-60 s (Node.slow_percent)
// Mean time between occurrences: kNoisePeriod / intensity; one burst and one slow node at a time.
#pragma once

#include "sim/sim.h"

namespace wt {

inline constexpr SimTime kNoisePeriod = 30 * kSecond;  // at intensity 1

// Plans noise from time `from` on. `near_cause`: workloads that a planned fault aims at may be
// hit too. Nothing when intensity <= 0.
void PlanNoise(Sim& sim, f32 intensity, bool near_cause, SimTime from = 0);

// The row's event: one occurrence begins or ends.
void StepNoise(Sim& sim, u32 row);

// A new row of table Fault that takes no creation number and no resourceVersion.
u32 AddFaultRow(Sim& sim);

}  // namespace wt
