// SPDX-License-Identifier: Apache-2.0
// The sections of a scenario's spec, one reader each. Internal to the loader: each takes the
// section's field (which may be absent) and complains into the field's list.
#pragma once

#include "scenarios/field.h"
#include "scenarios/load_scenario.h"

namespace wt {

ClusterSpec ReadCluster(const Field& field, const LoadOptions& options);
LoadSpec ReadLoad(const Field& field);
NoiseSpec ReadNoise(const Field& field);
std::vector<FaultSpec> ReadFaults(const Field& field, const LoadOptions& options);
Objective ReadObjective(const Field& field);
Limits ReadLimits(const Field& field);
std::vector<Protected> ReadProtected(const Field& field);

}  // namespace wt
