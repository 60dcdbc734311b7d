// SPDX-License-Identifier: Apache-2.0
// What is normal for an app: the figures of its settled clusters. Objectives and observations are
// relative to these.
#pragma once

#include "sim/blueprint.h"

namespace wt {

// Fills baseline_p99_s and baseline_client_p99_s with medians over blueprint.settled; services
// without traffic keep 0. Build time only.
void ComputeBaseline(Blueprint& blueprint);

}  // namespace wt
