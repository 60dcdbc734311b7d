// SPDX-License-Identifier: Apache-2.0
// No traffic: for tests of the Kubernetes model alone.
#include "sim/traffic/traffic.h"

namespace wt {

void IntegrateFlow(Sim&) {}
void SolveTraffic(Sim&) {}
void StepTraffic(Sim&) {}
void StepLoad(Sim&) {}

}  // namespace wt
