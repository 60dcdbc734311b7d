// SPDX-License-Identifier: Apache-2.0
// The kernel's verdict on a container over its memory limit: the whole container dies
// (cgroup v2 memory.oom.group), exit code 137.
#include "sim/kubelet/parts.h"

namespace wt {

void CheckMemory(Sim& sim, u32 container, f32 bytes_in_use) {
  const i64 limit = SpecOf(sim, RowOf(sim, container)).memory_limit;
  if (limit <= 0 || static_cast<f64>(bytes_in_use) <= static_cast<f64>(limit)) return;
  EndProcess(sim, container, ExitReason::kOomKilled, 137);
}

}  // namespace wt
