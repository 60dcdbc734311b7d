// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/flow_columns.h"

#include <algorithm>
#include <cmath>

#include "sim/math.h"
#include "sim/traffic/queueing.h"

namespace wt {
namespace {

constexpr f32 kSecondsMax = 1e6f;  // longer than any episode
constexpr f32 kServersMax = 1e6f;
constexpr f32 kCoresMin = 1e-3f;   // 1m, the smallest CPU limit Kubernetes takes

// NaN and -0 give low.
inline f32 Within(f32 x, f32 low, f32 high) { return x > low ? (x < high ? x : high) : low; }
inline f32 AtLeast(f32 x, f32 low) { return x > low ? x : low; }
inline f32 AtMost(f32 x, f32 high) { return x < high ? x : high; }

// Wait for a server of every station (servers, load, service_s, cv2), as WaitAt for endless queues.
void StationColumns(const ServiceColumns::Column& servers, ServiceColumns::Column& wait1,
                    ServiceColumns::Column& wait2, ServiceColumns& s) {
  f32 most = 0.0f;
  bool large = false;
  for (u32 i = 0; i < s.count; ++i) {
    large |= servers[i] > kErlangServersMax;
    if (servers[i] <= kErlangServersMax) most = std::max(most, servers[i]);
  }
  for (u32 i = 0; i < s.padded; ++i) {
    s.load[i] = AtMost(s.load[i], kStationaryRhoMax * servers[i]);
    s.inverse[i] = 1.0f;
  }
  for (f32 k = 1.0f; k <= most; k += 1.0f) {
    for (u32 i = 0; i < s.padded; ++i) {
      const f32 next = 1.0f + s.inverse[i] * (k / s.load[i]);
      s.inverse[i] = k <= servers[i] ? next : s.inverse[i];
    }
  }
  for (u32 i = 0; i < s.padded; ++i) {
    const f32 rho = s.load[i] / servers[i];
    s.inverse[i] = 1.0f / (1.0f - rho + rho * (1.0f / s.inverse[i])) / s.inverse[i];
  }
  for (u32 i = 0; large && i < s.count; ++i) {
    if (servers[i] > kErlangServersMax) s.inverse[i] = WaitProbability(s.load[i], servers[i]);
  }
  for (u32 i = 0; i < s.padded; ++i) {
    const f32 waits = s.inverse[i];
    const f32 rho = s.load[i] / servers[i];
    const f32 idle = 1.0f - rho;
    const f32 mean = 0.5f * (1.0f + s.cv2[i]) * waits * s.service_s[i] / (servers[i] * idle);
    const f32 spread = rho + idle * WaitSpread(s.cv2[i]);
    const f32 second = 2.0f * mean * mean * spread / AtLeast(waits, 1e-9f);
    wait1[i] = waits > 1e-9f ? mean : 0.0f;
    wait2[i] = waits > 1e-9f ? second : 0.0f;
  }
}

}  // namespace

void LoadColumns(const ServiceGraph& graph, std::span<const ServiceInput> inputs,
                 std::span<const FlowServiceRow> rows, ServiceColumns& s) {
  s.count = static_cast<u32>(inputs.size());
  s.padded = (s.count + 7) & ~7u;
  for (u32 i = 0; i < s.padded; ++i) {
    const u32 from = i < s.count ? i : 0;
    const ServiceInput& input = inputs[from];
    const GraphService& service = graph.services[from];
    s.slots[i] = input.servers;
    s.reach[i] = input.reach;
    s.connect_fail_s[i] = input.connect_fail_s;
    s.fail[i] = input.fail;
    s.capacity[i] = input.cores_per_server;
    s.slow[i] = input.slow;
    s.miss[i] = input.cache_hit;
    s.threads[i] = service.model == ConcurrencyModel::kThreads ? 1.0f : 0.0f;
    s.hold1[i] = static_cast<f32>(service.threads);
    s.hold2[i] = service.loop_cores;
    s.queue_limit[i] = static_cast<f32>(service.queue_limit);
    s.cpu_s[i] = service.cpu_per_request_s;
    s.backlog[i] = rows[from].backlog;
  }
  for (u32 i = 0; i < s.padded; ++i) {
    const f32 loops = AtLeast(s.hold2[i], kCoresMin);
    const f32 limit = Within(s.capacity[i], kCoresMin, kServersMax);
    const f32 cores = s.threads[i] > 0.0f ? limit : AtMost(limit, loops);
    const f32 at_a_time = s.threads[i] > 0.0f ? s.hold1[i] : cores;
    const bool up = s.slots[i] > 0.0f;
    const f32 servers = Within(s.slots[i], 1.0f, kServersMax);
    s.reach[i] = up ? Within(s.reach[i], 0.0f, 1.0f) : 0.0f;
    s.fail[i] = Within(s.fail[i], 0.0f, 1.0f);
    s.miss[i] = 1.0f - Within(s.miss[i], 0.0f, 1.0f);
    s.slow[i] = Within(s.slow[i], 0.0f, kSecondsMax);
    s.connect_fail_s[i] = Within(s.connect_fail_s[i], 0.0f, kSecondsMax);
    s.slots[i] = servers * AtLeast(at_a_time, 1.0f);
    s.cpu_s[i] = s.cpu_s[i] / AtMost(cores, 1.0f);
    s.cpu_servers[i] = servers * AtLeast(cores, 1.0f);
    s.queue_limit[i] = servers * s.queue_limit[i];
    s.backlog[i] = up ? Within(s.backlog[i], 0.0f, s.queue_limit[i]) : 0.0f;
    s.refuse[i] = 0.0f;
    s.wait1[i] = s.wait2[i] = 0.0f;
    s.calls[i] = 0.0f;
  }
}

void StartPass(ServiceColumns& s) {
  for (u32 i = 0; i < s.padded; ++i) {
    s.goes_on[i] = s.reach[i] * (1.0f - s.refuse[i]) * (1.0f - s.fail[i]) * s.miss[i];
    s.rate[i] = 0.0f;
    s.weight[i] = 0.0f;
    s.hold1[i] = 0.0f;
    s.hold2[i] = 0.0f;
  }
  for (u32 i = s.count; i < s.padded; ++i) s.weight[i] = s.hold1[i] = s.hold2[i] = 1.0f;
}

bool WaitColumns(bool first, ServiceColumns& s) {
  // Cores of pools; loops have theirs in the slots.
  for (u32 i = 0; i < s.padded; ++i) {
    const f32 load = s.rate[i] * s.reach[i] * (1.0f - s.refuse[i]) * s.cpu_s[i];
    s.load[i] = AtLeast(s.threads[i] * load, 1e-12f);
    s.service_s[i] = s.cpu_s[i];
    s.cv2[i] = 1.0f;
  }
  StationColumns(s.cpu_servers, s.cpu_wait1, s.cpu_wait2, s);
  ServiceColumns::Column wait1, wait2;
  for (u32 i = 0; i < s.padded; ++i) {
    const f32 weight = AtLeast(s.weight[i], 1e-30f);
    const f32 own = s.hold1[i] / weight;
    const f32 mean = AtLeast(own + s.cpu_wait1[i], kWorkMinS);
    const f32 second = s.hold2[i] / weight + 2.0f * own * s.cpu_wait1[i] + s.cpu_wait2[i];
    const f32 arrivals = s.rate[i] * s.reach[i];
    const f32 by_slots = s.slots[i] / mean;
    const f32 by_cores = s.cpu_servers[i] / AtLeast(s.cpu_s[i], 1e-12f);
    s.capacity[i] = s.threads[i] > 0.0f ? AtMost(by_slots, by_cores) : by_slots;
    s.load[i] = AtLeast(arrivals * mean, 1e-12f);
    s.service_s[i] = mean;
    s.cv2[i] = AtLeast(second / (mean * mean) - 1.0f, 0.0f);
    const f32 idle = 1.0f - AtMost(arrivals * mean / s.slots[i], kStationaryRhoMax);
    const bool is_short = s.queue_limit[i] * idle < kNeverFull;
    s.special[i] = is_short | (s.backlog[i] > 0.0f) | (s.refuse[i] > 0.0f) ? 1.0f : 0.0f;
  }
  StationColumns(s.slots, wait1, wait2, s);
  bool any = false;
  for (u32 i = 0; i < s.count; ++i) {
    any |= s.special[i] > 0.0f;
    const bool keep = !first && s.calls[i] > 0.0f;
    s.wait1[i] = keep ? s.wait1[i] : wait1[i];
    s.wait2[i] = keep ? s.wait2[i] : wait2[i];
  }
  return any;
}

f32 FinishService(u32 at, ServiceColumns& s) {
  const f32 mean = s.hold1[at] / s.weight[at];
  const f32 second = s.hold2[at] / s.weight[at];
  const f32 arrivals = s.rate[at] * s.reach[at];
  f32 capacity = s.slots[at] / mean;
  if (s.threads[at] > 0.0f && s.cpu_s[at] > 0.0f) {
    capacity = std::min(capacity, s.cpu_servers[at] / s.cpu_s[at]);
  }
  s.capacity[at] = capacity;
  const f32 backlog = s.backlog[at];
  const f32 limit = s.queue_limit[at];
  const StationWait station = WaitAt({s.slots[at], arrivals * mean, mean,
                                      VarianceOf(mean, second) / (mean * mean), limit});
  Moments wait = station.wait;
  if (backlog > 0.0f) {
    const f32 queued = backlog / capacity;
    wait.second += queued * (2.0f * wait.first + queued);
    wait.first += queued;
  }
  const f32 longest = limit / capacity;
  if (wait.first > longest) {
    const f32 cut = longest / wait.first;
    wait = {longest, wait.second * cut * cut};
  }
  s.wait1[at] = wait.first;
  s.wait2[at] = wait.second;
  // A queue at its limit refuses what exceeds the capacity.
  if (backlog >= limit && arrivals > capacity) {
    return std::max(station.refuse, 1.0f - capacity / arrivals);
  }
  return station.refuse;
}

}  // namespace wt
