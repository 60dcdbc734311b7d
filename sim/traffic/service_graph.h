// SPDX-License-Identifier: Apache-2.0
// The application as the flow solver sees it: services, their operations, the calls between
// operations. Immutable, part of the Blueprint; built from behaviour.yaml and the manifests by
// scenarios/build_world.cpp through sim/traffic/build_graph.cpp (Boost.Graph orders it and
// refuses cycles of required calls). Flat arrays, index 0 is a valid index here.
#pragma once

#include <span>
#include <vector>

#include "sim/api/ints.h"
#include "sim/random.h"

namespace wt {

enum class ConcurrencyModel : u8 { kEventLoop, kThreads };

// One service of the app: the program that one workload runs. Names are StringTable ids.
struct GraphService {
  u32 name = 0;              // behaviour name ("frontend")
  u32 workload = 0;          // Deployment name
  u32 kube_service = 0;      // name of the Kubernetes Service callers go through; 0 = none
  u32 ns = 0;                // namespace of both
  u32 program = 0;           // index into Blueprint::programs: what its process must be
  i32 called_port = 0;       // Service port callers use
  i32 listen_port = 0;       // port the process listens on
  u32 first_operation = 0;   // operations of a service are adjacent
  u32 operations = 0;
  ConcurrencyModel model = ConcurrencyModel::kEventLoop;
  bool is_store = false;     // holds data (databases); losing its last pod loses served operations
  u16 threads = 64;          // kThreads: pool size per process
  u32 queue_limit = 1024;    // requests waiting per process before it refuses
  f32 loop_cores = 1.0f;     // kEventLoop: cores one process can use
  f32 cpu_per_request_s = 0.001f;
  f32 memory_base_bytes = 0, memory_per_request_bytes = 0, memory_leak_bytes_per_s = 0;
  Delay startup;             // from process start to listening
  f32 cache_hit_ratio = -1;  // >= 0: a cache; a miss goes on to the operation's calls
  f32 cache_warm_up_s = 60;
};

// Callers cannot tell the two apart: they stand behind one Kubernetes Service, as versions of one
// program do. Calls, and what is counted of them, are those of the first such service.
inline bool SameToCallers(const GraphService& a, const GraphService& b) {
  return a.kube_service != 0 && a.kube_service == b.kube_service && a.ns == b.ns;
}

// One operation, e.g. search.nearby. Work is the service time without callees.
struct GraphOperation {
  u32 service = 0;
  u32 name = 0;        // StringTable id
  f32 work_mean_s = 0.005f;
  f32 work_cv2 = 1.0f;  // squared coefficient of variation
  u32 first_call = 0;   // calls of an operation are adjacent, in order
  u32 calls = 0;
};

struct GraphCall {
  u32 callee = 0;            // operation
  f32 probability = 1.0f;
  f32 timeout_s = 1.0f;
  u8 retries_max = 0;
  bool optional = false;     // its failure does not fail the caller
  u16 parallel_group = 0;    // equal non-zero groups of one operation run side by side
  f32 backoff_s = 0.05f;
  f32 retry_budget = 1.0f;   // extra attempts per call at most this share
};

struct GraphEntry {
  u32 operation = 0;
  f32 share = 0;  // of the load; shares sum to 1
};

struct ServiceGraph {
  std::vector<GraphService> services;
  std::vector<GraphOperation> operations;
  std::vector<GraphCall> calls;
  std::vector<GraphEntry> entries;
  std::vector<u32> order;   // operations, callers before callees (topological)
};

}  // namespace wt
