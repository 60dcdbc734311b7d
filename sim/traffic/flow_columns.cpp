// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/flow_columns.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <initializer_list>

#include "sim/math.h"
#include "sim/traffic/distribution.h"
#include "sim/traffic/queueing.h"
#include "sim/traffic/wide.h"

namespace wt {
namespace {

constexpr f32 kSecondsMax = 1e6f;  // longer than any episode
constexpr f32 kServersMax = 1e6f;
constexpr f32 kCoresMin = 1e-3f;   // 1m, the smallest CPU limit Kubernetes takes

inline f32 AtLeast(f32 x, f32 low) { return x > low ? x : low; }
inline f32 AtMost(f32 x, f32 high) { return x < high ? x : high; }
// NaN and -0 give low.
inline f32 Within(f32 x, f32 low, f32 high) { return AtMost(AtLeast(x, low), high); }

// Largest element of [0, padded), of those no larger than `limit`; at least 0.
f32 LargestOf(const f32* values, u32 padded, f32 limit) {
  Wide most{};
  for (u32 from = 0; from < padded; from += kWide) {
    Wide all;
    Load(values + from, all);
    const Wide some = all <= limit ? all : Wide{};
    most = some > most ? some : most;
  }
  return LargestLane(most);
}

// The same as `padded`, in a form that spares loops over single numbers at their end.
u32 WholeWides(const ServiceColumns& s) { return s.padded & ~(kWide - 1); }

// Short columns: calls of memset would cost more.
inline void Clear(std::initializer_list<f32*> columns, u32 padded) {
  const Wide none{};
  for (u32 i = 0; i < padded; i += kWide) {
    for (f32* column : columns) Store(none, column + i);
  }
}

// Columns that are kept from solve to solve.
constexpr ServiceColumns::Column ServiceColumns::* kKept[kKeptColumns] = {
    &ServiceColumns::reach,          &ServiceColumns::fail,
    &ServiceColumns::miss,           &ServiceColumns::connect_fail_s,
    &ServiceColumns::slots,          &ServiceColumns::cpu_s,
    &ServiceColumns::cpu_servers,    &ServiceColumns::queue_limit,
    &ServiceColumns::backlog_limit,  &ServiceColumns::threads,
    &ServiceColumns::calls};

// Wait for a server of every station (servers, load, service_s, cv2), as WaitAt for endless queues.
void StationColumns(const f32* __restrict servers, f32* __restrict wait1, f32* __restrict wait2,
                    ServiceColumns& s) {
  const u32 padded = WholeWides(s);
  f32* __restrict load = s.load;
  f32* __restrict inverse = s.inverse;
  const f32* __restrict service_s = s.service_s;
  const f32* __restrict cv2 = s.cv2;
  const f32 most = LargestOf(servers, padded, kErlangServersMax);
  for (u32 i = 0; i < padded; ++i) {
    load[i] = AtMost(load[i], kStationaryRhoMax * servers[i]);
    inverse[i] = 1.0f + 1.0f / load[i];  // 1 / B after one server
  }
  for (f32 k = 2.0f; k <= most; k += 1.0f) {
    for (u32 i = 0; i < padded; ++i) {
      const f32 next = 1.0f + inverse[i] * (k / load[i]);
      inverse[i] = k <= servers[i] ? next : inverse[i];
    }
  }
  for (u32 i = 0; i < padded; ++i) {
    const f32 blocked = 1.0f / inverse[i];
    const f32 waits = blocked / (1.0f - load[i] / servers[i] * (1.0f - blocked));  // C
    const f32 busy = load[i] < kIdlePoolRho * servers[i] ? 0.0f : 1.0f;
    wait1[i] = servers[i] > kErlangServersMax ? busy : 0.0f;
    inverse[i] = servers[i] > kErlangServersMax ? 0.0f : waits;
  }
  const bool any_busy = LargestOf(wait1, padded, 1.0f) > 0.0f;
  for (u32 i = 0; any_busy && i < s.count; ++i) {
    if (wait1[i] > 0.0f) inverse[i] = WaitProbability(load[i], servers[i]);
  }
  for (u32 i = 0; i < padded; ++i) {
    const f32 waits = inverse[i];
    const f32 rho = load[i] / servers[i];
    const f32 idle = 1.0f - rho;
    const f32 mean = 0.5f * (1.0f + cv2[i]) * waits * service_s[i] / (servers[i] * idle);
    const f32 spread = rho + idle * WaitSpread(cv2[i]);
    const f32 second = 2.0f * mean * mean * spread / AtLeast(waits, kNobodyWaits);
    wait1[i] = waits > kNobodyWaits ? mean : 0.0f;
    wait2[i] = waits > kNobodyWaits ? second : 0.0f;
  }
}

// What pads the columns is service 0 again.
void PadColumns(ServiceColumns& s) {
  for (u32 i = s.count; i < s.padded; ++i) {
    for (f32* column : {s.slots, s.reach, s.connect_fail_s, s.fail, s.capacity, s.slow, s.miss,
                        s.threads, s.hold1, s.hold2, s.queue_limit, s.cpu_s}) {
      column[i] = column[0];
    }
  }
}

}  // namespace

void PrepareColumns(std::span<const GraphService> services, std::span<const ServiceInput> inputs,
                    ServiceColumns& s) {
  s.count = static_cast<u32>(inputs.size());
  s.padded = PaddedCount(inputs.size());
  for (u32 i = 0; i < s.count; ++i) {
    const ServiceInput& input = inputs[i];
    const GraphService& service = services[i];
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
  }
  PadColumns(s);
  // Comparisons that depend on each other stand in loops of their own, which keeps the loops free
  // of branches.
  f32* cores = s.load;
  f32* up = s.weight;
  for (u32 i = 0; i < s.padded; ++i) {
    const f32 loops = AtLeast(s.hold2[i], kCoresMin);
    const f32 limit = Within(s.capacity[i], kCoresMin, kServersMax);
    const f32 looped = AtMost(limit, loops);
    up[i] = s.slots[i] > 0.0f ? 1.0f : 0.0f;
    cores[i] = s.threads[i] > 0.0f ? limit : looped;
  }
  for (u32 i = 0; i < s.padded; ++i) {
    const f32 at_a_time = s.threads[i] > 0.0f ? s.hold1[i] : cores[i];
    const f32 servers = Within(s.slots[i], 1.0f, kServersMax);
    s.reach[i] = up[i] * Within(s.reach[i], 0.0f, 1.0f);
    s.fail[i] = Within(s.fail[i], 0.0f, 1.0f);
    s.miss[i] = 1.0f - Within(s.miss[i], 0.0f, 1.0f);
    s.slow[i] = Within(s.slow[i], 0.0f, kSecondsMax);
    s.connect_fail_s[i] = Within(s.connect_fail_s[i], 0.0f, kSecondsMax);
    s.slots[i] = servers * AtLeast(at_a_time, 1.0f);
    s.cpu_servers[i] = servers * AtLeast(cores[i], 1.0f);
    s.queue_limit[i] = servers * s.queue_limit[i];
  }
  for (u32 i = 0; i < s.padded; ++i) {
    s.cpu_s[i] = s.cpu_s[i] / AtMost(cores[i], 1.0f);
    s.backlog_limit[i] = up[i] * s.queue_limit[i];
    s.calls[i] = 0.0f;
  }
  for (u32 i = 0; i < s.padded; ++i) s.load[i] = AtLeast(1.0f - s.reach[i], s.fail[i]);
  s.any_fails = LargestOf(s.load, s.padded, 1.0f) > 0.0f;
}

void KeepColumns(const ServiceColumns& s, f32* to) {
  for (u32 i = 0; i < s.padded; i += kWide) {
#pragma GCC unroll 16
    for (const auto column : kKept) {
      std::memcpy(to, (s.*column) + i, sizeof(Wide));
      to += kWide;
    }
  }
}

void TakeColumns(const f32* from, u32 count, ServiceColumns& s) {
  s.count = count;
  s.padded = PaddedCount(count);
  for (u32 i = 0; i < s.padded; i += kWide) {
#pragma GCC unroll 16
    for (const auto column : kKept) {
      std::memcpy((s.*column) + i, from, sizeof(Wide));
      from += kWide;
    }
  }
}

void LoadBacklogs(std::span<const FlowServiceRow> rows, ServiceColumns& s) {
  for (u32 i = 0; i < s.count; ++i) s.backlog[i] = rows[i].backlog;
  for (u32 i = s.count; i < s.padded; ++i) s.backlog[i] = 0.0f;
  const u32 padded = WholeWides(s);
  for (u32 i = 0; i < padded; ++i) {
    s.backlog[i] = Within(s.backlog[i], 0.0f, s.backlog_limit[i]);
  }
  Clear({s.refuse, s.wait1, s.wait2}, padded);
}

void StartPass(ServiceColumns& s) {
  const u32 padded = WholeWides(s);
  for (u32 i = 0; i < padded; ++i) {
    s.goes_on[i] = s.reach[i] * (1.0f - s.refuse[i]) * (1.0f - s.fail[i]) * s.miss[i];
  }
  Clear({s.rate, s.weight, s.hold1, s.hold2}, padded);
  for (u32 i = s.count; i < s.padded; ++i) s.weight[i] = s.hold1[i] = s.hold2[i] = 1.0f;
}

bool WaitColumns(bool first, ServiceColumns& s) {
  const u32 padded = WholeWides(s);
  // Cores of pools; loops have theirs in the slots.
  for (u32 i = 0; i < padded; ++i) {
    const f32 load = s.rate[i] * s.reach[i] * (1.0f - s.refuse[i]) * s.cpu_s[i];
    s.load[i] = AtLeast(s.threads[i] * load, 1e-12f);
    s.service_s[i] = s.cpu_s[i];
    s.cv2[i] = 1.0f;
  }
  StationColumns(s.cpu_servers, s.cpu_wait1, s.cpu_wait2, s);
  for (u32 i = 0; i < padded; ++i) {
    const f32 weight = AtLeast(s.weight[i], 1e-30f);
    const f32 own = s.hold1[i] / weight;
    const f32 mean = AtLeast(own + s.cpu_wait1[i], kWorkMinS);
    const f32 second = s.hold2[i] / weight + 2.0f * own * s.cpu_wait1[i] + s.cpu_wait2[i];
    const f32 load = s.rate[i] * s.reach[i] * mean;
    const f32 slots = s.slots[i];
    const f32 by_slots = slots / mean;
    const f32 by_cores = s.cpu_servers[i] / AtLeast(s.cpu_s[i], 1e-12f);
    const f32 slower = AtMost(by_slots, by_cores);
    s.capacity[i] = s.threads[i] > 0.0f ? slower : by_slots;
    s.load[i] = AtLeast(load, 1e-12f);
    s.service_s[i] = mean;
    s.cv2[i] = AtLeast(second / (mean * mean) - 1.0f, 0.0f);
    const f32 room = s.queue_limit[i] * (1.0f - AtMost(load / slots, kStationaryRhoMax));
    const f32 loaded = AtLeast(s.backlog[i], s.refuse[i]);
    const f32 short_queue = room < kNeverFull ? 1.0f : 0.0f;
    s.special[i] = loaded > 0.0f ? 1.0f : short_queue;
  }
  alignas(32) ServiceColumns::Column wait1, wait2;
  StationColumns(s.slots, wait1, wait2, s);
  const bool any = LargestOf(s.special, s.padded, 1.0f) > 0.0f;
  const f32 keep = first ? 2.0f : 0.5f;  // pools that call keep what they learned
  for (u32 i = 0; i < padded; ++i) {
    const f32 old1 = s.wait1[i], old2 = s.wait2[i];
    s.wait1[i] = s.calls[i] > keep ? old1 : wait1[i];
    s.wait2[i] = s.calls[i] > keep ? old2 : wait2[i];
  }
  return any;
}

void ClearSums(ServiceColumns& s) { Clear({s.load, s.sum1, s.sum2}, WholeWides(s)); }

void QuantileColumn(ServiceColumns& s, f32* __restrict p99) {
  const u32 padded = WholeWides(s);
  for (u32 i = 0; i < padded; ++i) {
    const f32 mean = AtLeast(s.sum1[i], 1e-12f);
    const f32 cv2 = Within(s.sum2[i] / (mean * mean) - 1.0f, 1e-6f, 1e6f);
    const f32 ninth = cv2 * (1.0f / 9.0f);
    const f32 high = 1.0f - ninth + kZ99 * std::sqrt(ninth);
    s.cv2[i] = cv2;
    p99[i] = mean * high * high * high;
  }
  if (LargestOf(s.cv2, s.padded, 1e6f) <= 1.0f) return;
  for (u32 i = 0; i < padded; ++i) {
    const f32 cv2 = s.cv2[i];
    const f32 deviation = std::sqrt(kLn2 * FastLog2(1.0f + cv2));
    const f32 log_normal = s.sum1[i] / std::sqrt(1.0f + cv2) * FastExp(kZ99 * deviation);
    const f32 share = LogNormalShare(cv2);
    p99[i] = p99[i] + (log_normal - p99[i]) * share;
  }
}

f32 FinishService(u32 at, ServiceColumns& s) {
  const f32 mean = s.hold1[at] / s.weight[at];
  const f32 arrivals = s.rate[at] * s.reach[at];
  f32 capacity = s.slots[at] / mean;
  if (s.threads[at] > 0.0f && s.cpu_s[at] > 0.0f) {
    capacity = std::min(capacity, s.cpu_servers[at] / s.cpu_s[at]);
  }
  s.capacity[at] = capacity;
  const f32 backlog = s.backlog[at];
  const f32 limit = s.queue_limit[at];
  if (backlog <= 0.0f && limit > 0.0f && NobodyWaits(arrivals * mean, s.slots[at])) {
    s.wait1[at] = s.wait2[at] = 0.0f;
    return 0.0f;
  }
  const f32 second = s.hold2[at] / s.weight[at];
  const StationWait station = WaitAt({s.slots[at], arrivals * mean, mean,
                                      VarianceOf(mean, second) / (mean * mean), limit});
  Moments wait = station.wait;
  if (backlog > 0.0f) {
    // Behind a long backlog nothing of the stationary queue is left but the spread of the work
    // that waits.
    const f32 queued = backlog / capacity;
    const f32 kept = wait.first / (wait.first + queued);
    const f32 variance = kept * VarianceOf(wait.first, wait.second) + queued / capacity;
    wait.first = queued + kept * wait.first;
    wait.second = wait.first * wait.first + variance;
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
