// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/pod_totals.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/objects/pod_resources.h"

namespace wt {

PodTotals TotalsOf(const Json& pod) {
  PodTotals totals;
  const ResourceList requests = PodRequests(pod);
  if (const auto cpu = requests.find("cpu"); cpu != requests.end()) {
    totals.cpu_millicores =
        static_cast<i32>(std::clamp<i64>(ResourceUnits("cpu", cpu->second), 0, INT32_MAX));
  }
  if (const auto memory = requests.find("memory"); memory != requests.end()) {
    totals.memory_bytes = ResourceUnits("memory", memory->second);
  }
  totals.qos = PodQosClass(pod);
  return totals;
}

}  // namespace wt
