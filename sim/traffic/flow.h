// SPDX-License-Identifier: Apache-2.0
// The flow fidelity: rates, errors and latencies of every operation from queueing formulas, given
// what the cluster can serve right now. Pure arithmetic over flat arrays: no strings, no
// allocation, no World. The caller (sim/traffic/traffic.cpp) derives ServiceInput from Kubernetes
// state and keeps FlowRow in the World. Formulas and their measured accuracy:
// docs/traffic.md.
#pragma once

#include <span>

#include "sim/api/ints.h"
#include "sim/traffic/service_graph.h"

namespace wt {

// What the cluster offers for one GraphService at this instant.
struct ServiceInput {
  f32 servers = 0;            // processes that take requests for it
  f32 reach = 0;              // share of new connections that meet such a process, in [0, 1]
  f32 connect_fail_s = 0;     // how long a connection that does not meet one takes to fail
                              // (~0 refused, large when packets vanish: the caller's timeout cuts)
  f32 fail = 0;               // share of reached requests the process itself answers with an error
  f32 cores_per_server = 1;   // CPU one process may use (limit, node share)
  f32 slow = 1;               // multiplier of service time (cold caches, throttling)
  f32 cache_hit = -1;         // current hit ratio of a cache, -1 = not a cache
};

// Carried from solve to solve in the World; zero-initialised is a valid start.
struct FlowServiceRow {
  f32 rate = 0;           // attempts per second that arrive (with retries)
  f32 error = 0;          // share of arrivals that fail as their callers see it
  f32 latency_s = 0;      // mean response time of this service including callees
  f32 p99_s = 0;
  f32 utilisation = 0;    // offered work / capacity, may exceed 1
  f32 backlog = 0;        // requests queued beyond the stationary queue (fluid), per service
  f32 in_flight = 0;      // mean requests inside, for memory
  f32 cpu_cores = 0;      // CPU used over all its processes
};
struct FlowOperationRow {
  f32 rate = 0, error = 0, latency_s = 0, variance_s2 = 0;
};
// What the client sees at the entry points, weighted by the mix.
struct FlowClient {
  f32 rate = 0;       // offered requests per second
  f32 error = 0;      // share failing
  f32 latency_s = 0;  // mean
  f32 p50_s = 0;
  f32 p99_s = 0;
};

struct FlowState {  // views into the World's block
  std::span<FlowServiceRow> services;
  std::span<FlowOperationRow> operations;
  FlowClient* client = nullptr;
};

// Solves the stationary point for `offered_rps` at the entries. Deterministic: fixed pass order,
// stops when no operation's attempts moved by > 1 % (at most kMaxPasses).
// Returns passes used. O(passes * (operations + calls)).
inline constexpr int kMaxPasses = 8;
int SolveFlow(const ServiceGraph& graph, std::span<const ServiceInput> inputs, f32 offered_rps,
              FlowState state);

// Advances fluid backlogs by dt seconds; true while some backlog is left or growing, in which
// case the caller steps again (dt 0.5 s) and solves after each step.
bool StepBacklog(const ServiceGraph& graph, std::span<const ServiceInput> inputs, f32 dt_s,
                 FlowState state);

}  // namespace wt
