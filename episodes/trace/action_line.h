// SPDX-License-Identifier: Apache-2.0
// A decision of the agent as a line of a trace.
#pragma once

#include "episodes/run_episode.h"
#include "episodes/trace/trace.h"

namespace wt {

TraceAction ActionLine(const StepView& step);

}  // namespace wt
