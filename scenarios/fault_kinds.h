// SPDX-License-Identifier: Apache-2.0
// The table of faults/ in the form that the loader takes.
#pragma once

#include <span>

#include "scenarios/fault_kind_info.h"

namespace wt {

std::span<const FaultKindInfo> FaultKindInfos();

}  // namespace wt
