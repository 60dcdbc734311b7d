// SPDX-License-Identifier: Apache-2.0
// What the scheduler counts for a pod, out of pod_resources.h.
#pragma once

#include "sim/api/ints.h"
#include "sim/objects/json_fwd.h"
#include "sim/typed.h"

namespace wt {

struct PodTotals {
  i64 memory_bytes = 0;
  i32 cpu_millicores = 0;
  QosClass qos = QosClass::kBestEffort;
};

// Of a pod, or of a template with its "spec".
PodTotals TotalsOf(const Json& pod);

}  // namespace wt
