// SPDX-License-Identifier: Apache-2.0
// Solutions of the traffic that this thread has seen before. SolveFlow is a pure function of
// (graph, inputs, offered rate, backlogs); worlds of one Blueprint ask for the same ones again and
// again (forks of a group, a healthy cluster under a known load, an overload that stands still).
// All bytes of a question are compared, so that a remembered answer is the answer: it changes
// speed only. What a solve takes from the inputs alone is kept apart, for the same inputs under
// another load. No allocation after a thread's first solve of a Blueprint.
#pragma once

#include <span>

#include "sim/blueprint.h"
#include "sim/traffic/flow.h"

namespace wt {

// As SolveFlow with blueprint.graph.
void SolveFlowRemembered(const Blueprint& blueprint, std::span<const ServiceInput> inputs,
                         f32 offered_rps, FlowState state);

// False: every call solves (tests). For this thread.
void RememberSolves(bool on);

}  // namespace wt
