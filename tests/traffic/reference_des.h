// SPDX-License-Identifier: Apache-2.0
// A request-level simulation of a service graph, to check the flow solver against. Independent of
// it: only the graph, the inputs and the meaning of their fields are shared. Slow and simple:
// every request is closures on one event queue.
#pragma once

#include <span>
#include <vector>

#include "sim/traffic/flow.h"
#include "sim/traffic/service_graph.h"

namespace wt {

struct DesRun {
  f64 rps = 100;
  u32 requests = 200'000;  // measured, after a tenth of them to warm up
  u64 seed = 1;
  // A spike of the load, and how much of the end of the run `last_error` looks at.
  f64 spike_at_s = 0, spike_s = 0, spike_factor = 1;
  f64 last_s = 15;
};

// What the client saw (all requests, failed ones included) and what each service did.
struct DesService {
  f64 rate = 0;  // attempts per second
  f64 utilisation = 0;  // busy slots / slots
};
struct DesAnswer {
  f64 mean_s = 0, p50_s = 0, p99_s = 0, error = 0;
  f64 last_error = 0;  // share of the requests sent in the last `last_s` that failed
  std::vector<DesService> services;
};

// Work: exponential if cv2 = 1, constant if 0, else log-normal. A thread's work is `cpu / work` on
// a core, first come first served, and the rest of it elsewhere.
// REQUIRES: retry budgets that do not bind (the simulation has none).
DesAnswer SimulateRequests(const ServiceGraph& graph, std::span<const ServiceInput> inputs,
                           const DesRun& run);

}  // namespace wt
