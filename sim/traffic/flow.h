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
// Numbers outside their range (NaN included) are taken as the nearest end of it.
struct ServiceInput {
  f32 servers = 0;            // processes that take requests for it; 0 is as if reach were 0
  f32 reach = 0;              // share of new connections that meet such a process, in [0, 1]
  f32 connect_fail_s = 0;     // how long a connection that does not meet one takes to fail
                              // (~0 refused, large when packets vanish: the caller's timeout cuts)
  f32 fail = 0;               // share of reached requests the process itself answers with an error
  f32 cores_per_server = 1;   // CPU one process may use (limit, node share)
  f32 slow = 1;               // multiplier of service time (cold caches, throttling)
  f32 cache_hit = -1;         // current hit ratio of a cache, -1 = not a cache
};

// Carried from solve to solve in the World; zero-initialised is a valid start. Only `backlog` is
// read by the next solve. Every number is finite, >= 0 and never -0.
// Callers' side: rate, error. Servers' side (requests that met a process; of one that would, when
// there are none): latency, p99, utilisation, in_flight, cpu.
struct FlowServiceRow {
  f32 rate = 0;           // attempts per second sent to it (with retries, reached or not)
  f32 error = 0;          // share of attempts that fail as callers see it, timeouts included
  f32 latency_s = 0;      // mean response time of this service including callees; 0 = no server
  f32 p99_s = 0;
  f32 utilisation = 0;    // offered work / capacity, may exceed 1
  f32 backlog = 0;        // requests queued beyond the stationary queue (fluid), per service
  f32 in_flight = 0;      // mean requests inside, for memory
  f32 cpu_cores = 0;      // CPU used over all its processes
};
// The same for one operation; variance of the servers' side response time.
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

// The client gives up after this long. Simulated clients have no other limit.
inline constexpr f32 kClientTimeoutS = 10.0f;
// Offered rates per operation are cut here, far above what any simulated cluster can serve.
inline constexpr f32 kRateMax = 1e9f;

struct FlowState {  // views into the World's block
  std::span<FlowServiceRow> services;
  std::span<FlowOperationRow> operations;
  FlowClient* client = nullptr;
};

// Largest graph a solve takes: its scratch lives on the stack (200 KiB at these sizes, of which
// only what the graph needs is touched).
inline constexpr size_t kFlowServicesMax = 512;
inline constexpr size_t kFlowOperationsMax = 1024;
inline constexpr size_t kFlowCallsMax = 4096;
inline constexpr size_t kFlowEntriesMax = 128;

// Solves the stationary point for `offered_rps` at the entries, given the backlogs in `state`.
// Deterministic: fixed pass order, stops when no call's attempts moved by > 1 % (at most
// kMaxPasses). Returns passes used. O(passes * (operations + calls)), no allocation.
// REQUIRES: graph.order holds every operation once, callers before callees; operations of a
// service, calls of an operation and members of a parallel group are adjacent; graph numbers
// finite and >= 0; one input and one row per service; graph within the sizes above.
inline constexpr int kMaxPasses = 8;
int SolveFlow(const ServiceGraph& graph, std::span<const ServiceInput> inputs, f32 offered_rps,
              FlowState state);

// The same in two parts, so that who solves for the same inputs again, under another load or with
// other backlogs, prepares once: PreparedCount numbers that mean something to SolvePrepared only.
// REQUIRES: as SolveFlow; `prepared` for the same graph and inputs. O(size of graph).
size_t PreparedCount(const ServiceGraph& graph);
void PrepareFlow(const ServiceGraph& graph, std::span<const ServiceInput> inputs,
                 std::span<f32> prepared);
int SolvePrepared(const ServiceGraph& graph, std::span<const ServiceInput> inputs,
                  std::span<const f32> prepared, f32 offered_rps, FlowState state);

// Advances fluid backlogs by dt seconds; true while some backlog is left or growing, in which
// case the caller steps again (after BacklogStepS) and solves after each step. dt 0 only asks: a
// caller does so after a solve to learn whether stepping is needed.
// REQUIRES: `state` was solved with the same graph; inputs may have changed since.
bool StepBacklog(const ServiceGraph& graph, std::span<const ServiceInput> inputs, f32 dt_s,
                 FlowState state);

// Time until some backlog will have changed by kBacklogStepShare of itself, or reach its end, at
// the pace of `state`; within the limits below.
inline constexpr f32 kBacklogStepMinS = 0.5f;
inline constexpr f32 kBacklogStepMaxS = 10.0f;
inline constexpr f32 kBacklogStepShare = 0.1f;
f32 BacklogStepS(const ServiceGraph& graph, std::span<const ServiceInput> inputs, FlowState state);

}  // namespace wt
