// SPDX-License-Identifier: Apache-2.0
// What the parts of an app rely on beyond what clients notice at once: settings, workloads and
// Services that others read or call, guards of containers, the last copy of data. Remembered at
// the start of an episode and compared with the end (docs/verdict.md, weakened and lost_data).
#pragma once

#include <span>
#include <vector>

#include "sim/cluster/sim_cluster.h"

namespace wt {

struct Reliance {
  struct Settings {  // of a ConfigMap or Secret
    ObjectKind kind = ObjectKind::kNone;
    u32 row = 0, born = 0;
    std::vector<StrId> keys;  // whose values are not empty
  };
  struct Guards {  // of a container
    StrId container = 0;
    u8 probes = 0;  // bits by ProbeType
    bool memory_limit = false;
  };
  struct Workload {
    u32 row = 0, born = 0;
    i32 replicas = 0;
    u16 service = 0;  // of the graph, + 1
    std::vector<Guards> guards;
  };
  struct Face {  // a Service that selects pods
    u32 row = 0, born = 0;
    RevId doc = 0;
    StrId name = 0, ns = 0;
  };
  struct Copy {  // a Ready pod of a store whose data goes with it
    u16 service = 0;  // of the graph
    u32 pod = 0, born = 0;
  };
  std::vector<Settings> settings;
  std::vector<Workload> workloads;
  std::vector<Face> faces;
  std::vector<Copy> copies;
};

// O(rows of the World).
Reliance RelianceOf(const Sim& sim);

// Appends for each of the copies whether its pod is still there (1) or not (0).
void AddCopiesLeft(const Sim& sim, const Reliance& start, std::vector<u8>& out);

// An object that the agent wrote, and no part of a cause, is not any more what something in the
// app relies on: a setting in use is gone or empty, a workload that is called is deleted or scaled
// to zero, a Service that is called is deleted or selects nothing.
bool IsWeakened(const Sim& sim, const Reliance& start, std::span<const WrittenObject> written);

// A workload that the agent wrote, and no part of a cause, has a container less, or one with a
// probe or its memory limit removed.
bool IsUnguarded(const Sim& sim, const Reliance& start, std::span<const WrittenObject> written);

}  // namespace wt
