// SPDX-License-Identifier: Apache-2.0
// What the scheduler counts for a pod, out of pod_resources.h; kept apart because a compiled
// template names its QoS class by number.
#pragma once

#include "sim/api/ints.h"
#include "sim/objects/json_fwd.h"

namespace wt {

struct PodTotals {
  i64 memory_bytes = 0;
  i32 cpu_millicores = 0;
  u8 qos = 0;  // typed.h QosClass
};

// Of a pod, or of a template with its "spec".
PodTotals TotalsOf(const Json& pod);

}  // namespace wt
