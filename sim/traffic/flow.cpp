// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/flow.h"

#include <algorithm>
#include <cmath>

#include "sim/api/check.h"
#include "sim/traffic/distribution.h"
#include "sim/traffic/outcome.h"
#include "sim/traffic/queueing.h"

namespace wt {
namespace {

constexpr f32 kMoved = 0.01f;       // relative change that asks for another pass
constexpr int kDampedPass = 3;      // from here on, halve the steps: feedback may oscillate
constexpr f32 kWorkMinS = 1e-7f;    // no request is free
constexpr f32 kSecondsMax = 1e6f;   // longer than any episode
constexpr f32 kServersMax = 1e6f;
constexpr f32 kCoresMin = 1e-3f;    // 1m, the smallest CPU limit Kubernetes takes
constexpr f32 kNeverMetSigmas = 10.0f;  // as in outcome.cpp: no timeout this far up is met
constexpr f32 kUnclean = 1e30f;     // beyond any timeout
constexpr f32 kPartMin = 1e-5f;     // rarer outcomes move no quantile that is reported
constexpr f32 kNoRate = 1e-20f;     // weight of an idle operation in means over its service

// What a solve derives once from graph and input, then updates pass by pass.
struct ServiceWork {
  f32 reach, fail, miss, connect_fail_s;
  f32 slots;               // requests served at a time, over all processes
  f32 cpu_s, cpu_servers;  // CPU per request at one core's pace; cores that share the work
  f32 queue_limit, backlog;
  f32 refuse;              // share of arrivals that find the queue full
  f32 goes_on;             // share of attempts that go on to calls
  f32 rate, weight;        // sums over operations
  f32 hold1, hold2;        // weighted moments of the time a slot is held
  f32 capacity;            // requests per second
  Moments wait, cpu_wait;
  u32 unfinished;          // operations whose holding time is not known yet in this pass
  bool threads;
};

struct OperationWork {
  Outcome hold;      // from the slot to the answer
  Outcome response;  // of an accepted request: the wait, then hold
  f32 clean_from_s;  // a caller with a longer timeout meets no failure at all
  f32 weight;
  f32 failed;        // attempts per second that fail as callers see it
  Moments work;      // own work
};

struct Scratch {
  const ServiceGraph& graph;
  FlowOperationRow* rows;
  ServiceWork* services;
  OperationWork* operations;
  f32* factors;  // per call: mean attempts per request of the caller that goes on
  int pass = 0;
  bool moved = false;
};

f32 Within(f32 x, f32 low, f32 high) {
  return x > low ? (x < high ? x : high) : low;  // NaN and -0 give low
}

bool Moved(f32 now, f32 before) {
  return std::abs(now - before) > kMoved * before + 1e-9f;
}

ServiceWork Derive(const GraphService& service, const ServiceInput& input, f32 backlog) {
  ServiceWork w{};
  const f32 servers = input.servers > 0.0f ? Within(input.servers, 1.0f, kServersMax) : 0.0f;
  w.reach = servers > 0.0f ? Within(input.reach, 0.0f, 1.0f) : 0.0f;
  w.fail = Within(input.fail, 0.0f, 1.0f);
  w.miss = input.cache_hit >= 0.0f ? 1.0f - Within(input.cache_hit, 0.0f, 1.0f) : 1.0f;
  w.connect_fail_s = Within(input.connect_fail_s, 0.0f, kSecondsMax);
  w.threads = service.model == ConcurrencyModel::kThreads;
  f32 cores = Within(input.cores_per_server, kCoresMin, kServersMax);
  if (!w.threads) cores = std::min(cores, std::max(service.loop_cores, kCoresMin));
  const f32 per_server = w.threads ? static_cast<f32>(service.threads) : cores;
  const f32 counted = std::max(servers, 1.0f);
  w.slots = counted * std::max(per_server, 1.0f);
  w.cpu_s = service.cpu_per_request_s / std::min(cores, 1.0f);
  w.cpu_servers = counted * std::max(cores, 1.0f);
  w.queue_limit = counted * static_cast<f32>(service.queue_limit);
  w.backlog = servers > 0.0f ? Within(backlog, 0.0f, w.queue_limit) : 0.0f;
  return w;
}

Moments OwnWork(const GraphOperation& operation, const ServiceWork& w, f32 slow) {
  const f32 mean = Within(std::max(operation.work_mean_s * slow, w.cpu_s), kWorkMinS, kSecondsMax);
  return {mean, mean * mean * (1.0f + operation.work_cv2)};
}

// Attempts per call before anything is known but who can be reached.
f32 FirstFactor(const GraphCall& call, const ServiceWork& callee) {
  const f32 bad = 1.0f - callee.reach * (1.0f - callee.fail);
  if (bad <= 0.0f) return call.probability;
  f32 sum = 0.0f, power = 1.0f;
  for (u32 k = 0; k < call.retries_max && power > 1e-5f; ++k) {
    power *= bad;
    sum += power;
  }
  return call.probability * (1.0f + std::min(sum, std::max(call.retry_budget, 0.0f)));
}

void Prepare(std::span<const ServiceInput> inputs, std::span<const FlowServiceRow> rows,
             Scratch& s) {
  const ServiceGraph& graph = s.graph;
  for (size_t i = 0; i < graph.services.size(); ++i) {
    const GraphService& service = graph.services[i];
    ServiceWork& w = s.services[i];
    w = Derive(service, inputs[i], rows[i].backlog);
    const f32 slow = Within(inputs[i].slow, 0.0f, kSecondsMax);
    for (u32 k = 0; k < service.operations; ++k) {
      const u32 at = service.first_operation + k;
      s.operations[at].work = OwnWork(graph.operations[at], w, slow);
    }
  }
  for (size_t i = 0; i < graph.calls.size(); ++i) {
    const GraphCall& call = graph.calls[i];
    s.factors[i] = FirstFactor(call, s.services[graph.operations[call.callee].service]);
  }
}

// Rates from the entries to the leaves.
void RatesDown(f32 offered_rps, Scratch& s) {
  const ServiceGraph& graph = s.graph;
  for (size_t i = 0; i < graph.services.size(); ++i) {
    ServiceWork& w = s.services[i];
    w.goes_on = w.reach * (1.0f - w.refuse) * (1.0f - w.fail) * w.miss;
    w.rate = w.weight = w.hold1 = w.hold2 = 0.0f;
    w.unfinished = graph.services[i].operations;
  }
  for (size_t i = 0; i < graph.operations.size(); ++i) s.rows[i].rate = 0.0f;
  for (const GraphEntry& entry : graph.entries) {
    s.rows[entry.operation].rate += offered_rps * entry.share;
  }
  for (const u32 at : graph.order) {
    const GraphOperation& operation = graph.operations[at];
    OperationWork& o = s.operations[at];
    const f32 rate = std::min(s.rows[at].rate, kRateMax);
    s.rows[at].rate = rate;
    ServiceWork& w = s.services[operation.service];
    o.weight = rate + kNoRate;
    o.failed = 0.0f;
    w.rate += rate;
    w.weight += o.weight;
    w.hold1 += o.weight * o.work.first;
    w.hold2 += o.weight * o.work.second;
    const f32 down = rate * w.goes_on;
    if (down <= 0.0f) continue;
    const u32 end = operation.first_call + operation.calls;
    for (u32 k = operation.first_call; k < end; ++k) {
      s.rows[graph.calls[k].callee].rate += down * s.factors[k];
    }
  }
}

// Wait, capacity and refusals of a service whose weighted holding times are summed up.
void FinishService(ServiceWork& w, Scratch& s) {
  const f32 mean = w.hold1 / w.weight;
  const f32 second = w.hold2 / w.weight;
  const f32 arrivals = w.rate * w.reach;
  w.capacity = w.slots / mean;
  if (w.threads && w.cpu_s > 0.0f) w.capacity = std::min(w.capacity, w.cpu_servers / w.cpu_s);
  const StationWait station = WaitAt({w.slots, arrivals * mean, mean,
                                      VarianceOf(mean, second) / (mean * mean), w.queue_limit});
  w.wait = station.wait;
  f32 refuse = station.refuse;
  if (w.backlog > 0.0f) {
    const f32 queued = w.backlog / w.capacity;
    w.wait.second += queued * (2.0f * w.wait.first + queued);
    w.wait.first += queued;
  }
  // A queue at its limit refuses what exceeds the capacity.
  if (w.backlog >= w.queue_limit && arrivals > w.capacity) {
    refuse = std::max(refuse, 1.0f - w.capacity / arrivals);
  }
  const f32 longest = w.queue_limit / w.capacity;
  if (w.wait.first > longest) {
    const f32 cut = longest / w.wait.first;
    w.wait = {longest, w.wait.second * cut * cut};
  }
  if (s.pass >= kDampedPass) refuse = 0.5f * (refuse + w.refuse);
  if (Moved(1.0f - refuse, 1.0f - w.refuse)) s.moved = true;
  w.refuse = refuse;
}

// Event loops hold a slot for their own work only, so they are finished before any answer; a pool's
// threads wait for callees, and here only learn how long they wait for a core.
void FinishLoops(Scratch& s) {
  for (size_t i = 0; i < s.graph.services.size(); ++i) {
    ServiceWork& w = s.services[i];
    if (s.graph.services[i].operations == 0) continue;
    if (!w.threads) {
      FinishService(w, s);
      continue;
    }
    w.hold1 = w.hold2 = 0.0f;
    w.cpu_wait = {};
    if (w.cpu_s <= 0.0f) continue;
    const f32 load = w.rate * w.reach * (1.0f - w.refuse) * w.cpu_s;
    w.cpu_wait = WaitAt({w.cpu_servers, load, w.cpu_s, 1.0f, kSecondsMax}).wait;
  }
}

void SetResponse(OperationWork& o, const ServiceWork& w) {
  o.response = After(w.wait, o.hold);
  o.clean_from_s = kUnclean;
  if (w.reach < 1.0f || w.refuse > 0.0f || o.response.bad > 0.0f) return;
  const f32 mean = o.response.ok1;
  o.clean_from_s = mean + kNeverMetSigmas * std::sqrt(VarianceOf(mean, o.response.ok2));
}

// One attempt at an operation, as seen by who gives up after timeout_s.
Outcome AttemptAt(const OperationWork& o, const ServiceWork& w, f32 timeout_s) {
  if (timeout_s > o.clean_from_s) return o.response;
  return Attempt(o.response, {w.reach, w.refuse, w.connect_fail_s, timeout_s});
}

// One call with its attempts, as the caller sees it, retries included. `down`: requests per second
// that go on to the calls; `here`: share of them that comes to this one.
Outcome CallUp(u32 at, f32 down, f32 here, Scratch& s) {
  const GraphCall& call = s.graph.calls[at];
  const ServiceWork& callee = s.services[s.graph.operations[call.callee].service];
  if (callee.threads && callee.unfinished != 0 && s.pass == 0) s.moved = true;
  OperationWork& o = s.operations[call.callee];
  const Outcome attempt = AttemptAt(o, callee, call.timeout_s);
  o.failed += down * s.factors[at] * attempt.bad;
  const Retried retried = Retry(attempt, {call.retries_max, call.backoff_s, call.retry_budget});
  f32 factor = here * call.probability * retried.attempts;
  if (s.pass >= kDampedPass) factor = 0.5f * (factor + s.factors[at]);
  if (Moved(factor, s.factors[at])) s.moved = true;
  s.factors[at] = factor;
  const Outcome outcome = call.optional ? Forgiven(retried.outcome) : retried.outcome;
  return call.probability < 1.0f ? Sometimes(call.probability, outcome) : outcome;
}

// All calls of an operation in order; members of a parallel group start together.
Outcome CallsUp(const GraphOperation& operation, f32 down, Scratch& s) {
  Outcome all;
  const GraphCall* calls = s.graph.calls.data();
  const u32 end = operation.first_call + operation.calls;
  for (u32 k = operation.first_call; k < end;) {
    const GraphCall& call = calls[k];
    const OperationWork& o = s.operations[call.callee];
    const u16 group = call.parallel_group;
    if (group == 0 && call.timeout_s > o.clean_from_s && all.bad == 0.0f &&
        s.factors[k] == call.probability) {  // nothing can fail and nothing moves: just time
      const f32 first = call.probability * o.response.ok1;
      all.ok2 += 2.0f * all.ok1 * first + call.probability * o.response.ok2;
      all.ok1 += first;
      ++k;
      continue;
    }
    Outcome step = CallUp(k, down, all.ok, s);
    for (++k; group != 0 && k < end && calls[k].parallel_group == group; ++k) {
      step = Beside(step, CallUp(k, down, all.ok, s));
    }
    all = Then(all, step);
  }
  return all;
}

// The last operation of a pool is known: so are its threads' holding time and everybody's wait.
void FinishPool(const GraphService& service, ServiceWork& w, Scratch& s) {
  for (u32 k = 0; k < service.operations; ++k) {
    const OperationWork& o = s.operations[service.first_operation + k];
    w.hold1 += o.weight * Mean(o.hold);
    w.hold2 += o.weight * SecondMoment(o.hold);
  }
  FinishService(w, s);
  for (u32 k = 0; k < service.operations; ++k) {
    SetResponse(s.operations[service.first_operation + k], w);
  }
}

// Answers from the leaves to the entries.
void AnswersUp(Scratch& s) {
  FinishLoops(s);
  const std::vector<u32>& order = s.graph.order;
  for (size_t i = order.size(); i-- > 0;) {
    const GraphOperation& operation = s.graph.operations[order[i]];
    OperationWork& o = s.operations[order[i]];
    ServiceWork& w = s.services[operation.service];
    o.hold = {1.0f, o.work.first, o.work.second, 0.0f, 0.0f, 0.0f};
    if (operation.calls > 0 || w.fail > 0.0f) {
      Outcome rest = CallsUp(operation, s.rows[order[i]].rate * w.goes_on, s);
      if (w.miss < 1.0f) rest = Sometimes(w.miss, rest);
      if (w.fail > 0.0f) rest = FailsFirst(w.fail, rest);
      o.hold = After(o.work, rest);
    }
    --w.unfinished;
    if (w.threads) o.hold = After(w.cpu_wait, o.hold);
    if (w.threads && w.unfinished == 0) {
      FinishPool(s.graph.services[operation.service], w, s);
    } else {
      SetResponse(o, w);
    }
  }
}

f32 Share(f32 x) { return Within(x, 0.0f, 1.0f); }

// What the client sees of each entry: successes and failures are parts of one mixture.
void WriteClient(f32 offered_rps, FlowClient& client, Scratch& s) {
  MixturePart parts[2 * kFlowEntriesMax];
  size_t count = 0;
  f32 shares = 0.0f, bad = 0.0f, mean = 0.0f;
  for (const GraphEntry& entry : s.graph.entries) shares += entry.share;
  client = {};
  if (shares <= 0.0f) return;
  for (const GraphEntry& entry : s.graph.entries) {
    const f32 share = entry.share / shares;
    const ServiceWork& w = s.services[s.graph.operations[entry.operation].service];
    OperationWork& o = s.operations[entry.operation];
    const Outcome seen = AttemptAt(o, w, kClientTimeoutS);
    o.failed += offered_rps * entry.share * seen.bad;
    bad += share * seen.bad;
    mean += share * Mean(seen);
    if (share * seen.ok > kPartMin) {
      const f32 m = seen.ok1 / seen.ok;
      parts[count++] = {share * seen.ok, MatchedQuantiles(m, VarianceOf(m, seen.ok2 / seen.ok))};
    }
    if (share * seen.bad > kPartMin) {
      const f32 m = seen.bad1 / seen.bad;
      parts[count++] = {share * seen.bad, MatchedQuantiles(m, VarianceOf(m, seen.bad2 / seen.bad))};
    }
  }
  const Quantiles q = MixtureQuantiles({parts, count});
  client = {offered_rps * shares, Share(bad), mean, q.p50, q.p99};
}

void WriteOperation(const OperationWork& o, const ServiceWork& w, FlowOperationRow& row) {
  row.latency_s = Mean(o.response);
  row.variance_s2 = VarianceOf(row.latency_s, SecondMoment(o.response));
  if (row.rate > 0.0f) {
    row.error = Share(o.failed / row.rate);
  } else {
    row.error = Share(1.0f - w.reach * (1.0f - w.refuse) * o.response.ok);
  }
}

void WriteService(const GraphService& service, const ServiceInput& input, const ServiceWork& w,
                  Scratch& s, FlowServiceRow& row) {
  f32 error = 0.0f, first = 0.0f, second = 0.0f;
  for (u32 at = service.first_operation; at < service.first_operation + service.operations; ++at) {
    const OperationWork& o = s.operations[at];
    WriteOperation(o, w, s.rows[at]);
    error += o.weight * s.rows[at].error;
    first += o.weight * Mean(o.response);
    second += o.weight * SecondMoment(o.response);
  }
  const f32 per_weight = 1.0f / w.weight;
  const f32 mean = first * per_weight;
  const f32 per_capacity = 1.0f / w.capacity;
  const f32 arrivals = w.rate * w.reach;
  const f32 served = std::min(arrivals * (1.0f - w.refuse), w.capacity);
  row.rate = w.rate;
  row.error = Share(error * per_weight);
  row.latency_s = mean;
  row.p99_s = MatchedQuantiles(mean, VarianceOf(mean, second * per_weight)).p99;
  row.utilisation = arrivals * per_capacity;
  row.backlog = w.backlog;
  row.in_flight = served * std::max(mean - w.backlog * per_capacity, 0.0f) + w.backlog;
  row.cpu_cores = std::min(served * service.cpu_per_request_s, w.cpu_servers);
  if (input.servers > 0.0f) return;
  row.latency_s = row.p99_s = row.in_flight = row.cpu_cores = 0.0f;
  for (u32 at = service.first_operation; at < service.first_operation + service.operations; ++at) {
    s.rows[at].latency_s = s.rows[at].variance_s2 = 0.0f;
  }
}

}  // namespace

int SolveFlow(const ServiceGraph& graph, std::span<const ServiceInput> inputs, f32 offered_rps,
              FlowState state) {
  WT_CHECK(graph.services.size() <= kFlowServicesMax, "graph fits the solver's scratch");
  WT_CHECK(graph.operations.size() <= kFlowOperationsMax, "graph fits the solver's scratch");
  WT_CHECK(graph.calls.size() <= kFlowCallsMax, "graph fits the solver's scratch");
  WT_CHECK(graph.entries.size() <= kFlowEntriesMax, "graph fits the solver's scratch");
  WT_CHECK(graph.order.size() == graph.operations.size(), "every operation has its place");
  WT_CHECK(inputs.size() == graph.services.size(), "one input per service");
  WT_CHECK(state.services.size() == graph.services.size(), "one row per service");
  WT_CHECK(state.operations.size() == graph.operations.size(), "one row per operation");
  // Left uninitialised on purpose: a small graph touches a small part.
  alignas(ServiceWork) std::byte services[kFlowServicesMax * sizeof(ServiceWork)];
  alignas(OperationWork) std::byte operations[kFlowOperationsMax * sizeof(OperationWork)];
  f32 factors[kFlowCallsMax];
  Scratch s{graph, state.operations.data(), reinterpret_cast<ServiceWork*>(services),
            reinterpret_cast<OperationWork*>(operations), factors};
  const f32 offered = Within(offered_rps, 0.0f, kRateMax);
  Prepare(inputs, state.services, s);
  int passes = 0;
  do {
    s.pass = passes++;
    s.moved = false;
    RatesDown(offered, s);
    AnswersUp(s);
  } while (s.moved && passes < kMaxPasses);
  WriteClient(offered, *state.client, s);
  for (size_t i = 0; i < graph.services.size(); ++i) {
    if (graph.services[i].operations == 0) {
      state.services[i] = FlowServiceRow{.backlog = s.services[i].backlog};
      continue;
    }
    WriteService(graph.services[i], inputs[i], s.services[i], s, state.services[i]);
  }
  return passes;
}

bool StepBacklog(const ServiceGraph& graph, std::span<const ServiceInput> inputs, f32 dt_s,
                 FlowState state) {
  bool busy = false;
  for (size_t i = 0; i < graph.services.size(); ++i) {
    FlowServiceRow& row = state.services[i];
    if (row.backlog <= 0.0f && row.utilisation <= 1.0f) continue;
    const GraphService& service = graph.services[i];
    const ServiceWork w = Derive(service, inputs[i], row.backlog);
    if (!(inputs[i].servers > 0.0f) || service.operations == 0) {
      row.backlog = 0.0f;
      continue;
    }
    const f32 arrivals = row.rate * w.reach;
    f32 capacity = 0.0f;
    if (arrivals > 0.0f && row.utilisation > 0.0f) {
      capacity = arrivals / row.utilisation;
    } else {
      f32 work = 0.0f;
      for (u32 k = 0; k < service.operations; ++k) {
        const GraphOperation& operation = graph.operations[service.first_operation + k];
        work += OwnWork(operation, w, Within(inputs[i].slow, 0.0f, kSecondsMax)).first;
      }
      capacity = w.slots * static_cast<f32>(service.operations) / work;
      if (w.threads && w.cpu_s > 0.0f) capacity = std::min(capacity, w.cpu_servers / w.cpu_s);
    }
    row.backlog = Within(w.backlog + dt_s * (arrivals - capacity), 0.0f, w.queue_limit);
    busy |= row.backlog > 0.0f || (arrivals > capacity && w.queue_limit > 0.0f);
  }
  return busy;
}

}  // namespace wt
