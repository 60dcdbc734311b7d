// SPDX-License-Identifier: Apache-2.0
// Inside of the flow solver: what it keeps per service, one array per quantity so that the loops
// over services become vector instructions, and the stages that are such loops. Element-wise only,
// no reductions: the same bits at any vector width.
#pragma once

#include <span>

#include "sim/traffic/flow.h"
#include "sim/traffic/outcome.h"

namespace wt {

inline constexpr f32 kWorkMinS = 1e-7f;  // no request is free

// Arrays are used up to `padded`, a multiple of 8; the elements past `count` belong to idle
// services that nobody reads.
struct ServiceColumns {
  using Column = f32[kFlowServicesMax];
  u32 count, padded;
  bool any_fails;  // some service has reach < 1 or fail > 0
  // From the graph and the input, kept from solve to solve:
  alignas(32) Column reach, fail, miss, connect_fail_s;
  Column slots;               // requests served at a time, over all processes
  Column cpu_s, cpu_servers;  // CPU per request at one core's pace; cores that share the work
  Column queue_limit;
  Column backlog_limit;       // the same; 0 without a process
  Column threads;             // 1: a pool, 0: an event loop
  Column calls;               // 1: a pool whose threads wait for callees
  // From the graph and the input, for those who prepare:
  Column slow;
  // From the rows:
  Column backlog;
  // Of the present pass:
  Column goes_on;             // share of attempts that go on to calls
  Column rate, weight;        // sums over operations
  Column hold1, hold2;        // weighted moments of the time a slot is held
  Column capacity;            // requests per second
  Column refuse;              // share of arrivals that find the queue full
  Column wait1, wait2;        // for a slot
  Column cpu_wait1, cpu_wait2;
  Column special;             // 1: FinishService must look at it
  // Of the last pass:
  Column sum1, sum2;          // moments of the response time, over operations
  // For vector loops:
  Column load, service_s, cv2, inverse;
};

// Fills what comes from services of the graph and their inputs; `calls` is 0.
void PrepareColumns(std::span<const GraphService> services, std::span<const ServiceInput> inputs,
                    ServiceColumns& s);

// The columns that are kept, to and from kKeptColumns x padded numbers.
inline constexpr size_t kKeptColumns = 11;
inline constexpr u32 PaddedCount(size_t services) { return (static_cast<u32>(services) + 7) & ~7u; }
void KeepColumns(const ServiceColumns& s, f32* to);
void TakeColumns(const f32* from, u32 count, ServiceColumns& s);

// Starts a solve of prepared columns: backlogs as in the rows, nobody refused, no waits.
void LoadBacklogs(std::span<const FlowServiceRow> rows, ServiceColumns& s);
inline void LoadColumns(std::span<const GraphService> services,
                        std::span<const ServiceInput> inputs,
                        std::span<const FlowServiceRow> rows, ServiceColumns& s) {
  PrepareColumns(services, inputs, s);
  LoadBacklogs(rows, s);
}

// Starts a pass: goes_on from refuse, sums to zero.
void StartPass(ServiceColumns& s);

// Once rates and own work are summed up: wait for a core, capacity and wait for a slot of every
// service but pools that call (unless `first`, where their own work gives a first estimate).
// Marks in `special` who has a backlog, a short queue or refusals; true if anybody has.
bool WaitColumns(bool first, ServiceColumns& s);

// `load`, `sum1` and `sum2` to zero.
void ClearSums(ServiceColumns& s);

// 99th percentiles of response times with the moments sum1, sum2.
void QuantileColumn(ServiceColumns& s, f32* p99);

// WaitColumns for one service from its present hold1, hold2, all cases. Returns the new share of
// refused arrivals and leaves the old one in place.
f32 FinishService(u32 at, ServiceColumns& s);

}  // namespace wt
