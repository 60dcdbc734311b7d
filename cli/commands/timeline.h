// SPDX-License-Identifier: Apache-2.0
// The picture of an incident in the terminal: one row each for the cause, the client's errors and
// the agent, over simulated time.
#pragma once

#include <string>

#include "bench/report/incident.h"

namespace wt {

// At most 100 columns, but for the names in it.
std::string DrawTimeline(const Incident& incident);

}  // namespace wt
