// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/flow.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "sim/api/check.h"
#include "sim/traffic/distribution.h"
#include "sim/traffic/flow_columns.h"
#include "sim/traffic/outcome.h"

namespace wt {
namespace {

constexpr f32 kMoved = 0.01f;      // relative change that asks for another pass
constexpr int kDampedPass = 3;     // from here on, halve the steps: feedback may oscillate
constexpr f32 kWorkMaxS = 1e6f;    // longer than any episode
constexpr f32 kUnclean = 1e30f;    // beyond any timeout
constexpr f32 kPartMin = 1e-5f;    // rarer outcomes move no quantile that is reported
constexpr f32 kBacklogMin = 0.5f;  // half a request is no queue
constexpr f32 kNoRate = 1e-20f;    // weight of an idle operation in means over its service

// Of 128 bytes, whose multiples are cheap.
struct alignas(64) OperationWork {
  Outcome response;  // of an accepted request: wait for a slot, then hold
  Outcome hold;      // from the slot to the answer; kept for pools that call
  f32 clean_from_s;  // a caller with a longer timeout meets no failure at all
  f32 weight;
  f32 failed;        // attempts per second that fail as callers see it
};

// Left uninitialised on purpose: a small graph touches a small part.
struct Scratch {
  const ServiceGraph* graph;
  FlowOperationRow* rows;
  OperationWork* operations;
  f32* factors;  // per call: mean attempts per request of the caller that goes on
  f32* rates;    // per operation
  const f32 *work1, *work2;  // per operation: moments of its own work
  ServiceColumns services;
  u16 unfinished[kFlowServicesMax];  // operations whose answer is not known yet in this pass
  int pass;
  bool moved;
};

f32 Within(f32 x, f32 low, f32 high) {
  return x > low ? (x < high ? x : high) : low;  // NaN and -0 give low
}

f32 AtMost(f32 x, f32 high) { return high < x ? high : x; }

f32 Share(f32 x) { return Within(x, 0.0f, 1.0f); }

bool Moved(f32 now, f32 before) { return std::abs(now - before) > kMoved * before + 1e-9f; }

Moments OwnWork(const GraphOperation& operation, f32 slow, f32 cpu_s) {
  const f32 mean = Within(std::max(operation.work_mean_s * slow, cpu_s), kWorkMinS, kWorkMaxS);
  return {mean, mean * mean * (1.0f + operation.work_cv2)};
}

// Share of the calls that are lost, if a request comes to them; first value of their factor.
// `good`: share of the attempts that are answered well.
f32 FirstFactor(const GraphCall& call, f32 here, f32 good, f32& factor) {
  factor = here * call.probability;
  if (good >= 1.0f) return 0.0f;
  const RetriedShare retried =
      RetryShares(1.0f - good, {call.retries_max, call.backoff_s, call.retry_budget});
  factor *= retried.attempts;
  return call.optional ? 0.0f : call.probability * retried.bad;
}

// Attempts per call before anything is known but who can be reached and whose process fails:
// right at once unless a queue is full or a timeout met. Shares alone, leaves first.
void FirstFactors(const ServiceGraph& graph, const ServiceColumns& c, f32* factors) {
  f32 answers[kFlowOperationsMax];
  for (size_t i = graph.order.size(); i-- > 0;) {
    const GraphOperation& operation = graph.operations[graph.order[i]];
    const u32 end = operation.first_call + operation.calls;
    f32 here = 1.0f, after = 1.0f;  // requests that come to the calls of a group, and past it
    u16 group = 0;
    for (u32 k = operation.first_call; k < end; ++k) {
      const GraphCall& call = graph.calls[k];
      if (group == 0 || call.parallel_group != group) here = after;
      group = call.parallel_group;
      const f32 good = c.reach[graph.operations[call.callee].service] * answers[call.callee];
      after *= 1.0f - FirstFactor(call, here, good, factors[k]);
    }
    const u32 of = operation.service;
    answers[graph.order[i]] = (1.0f - c.fail[of]) * (1.0f - c.miss[of] * (1.0f - after));
  }
}

// Where the parts of what is prepared stand: columns, moments of own work, factors.
struct PreparedParts {
  size_t work1, work2, factors, end;
};
PreparedParts PartsOf(const ServiceGraph& graph) {
  const size_t operations = graph.operations.size();
  const size_t work1 = kKeptColumns * PaddedCount(graph.services.size());
  const size_t factors = work1 + 2 * operations;
  return {work1, work1 + operations, factors, factors + graph.calls.size()};
}

void CheckFits(const ServiceGraph& graph) {
  WT_CHECK(graph.services.size() <= kFlowServicesMax, "graph fits the solver's scratch");
  WT_CHECK(graph.operations.size() <= kFlowOperationsMax, "graph fits the solver's scratch");
  WT_CHECK(graph.calls.size() <= kFlowCallsMax, "graph fits the solver's scratch");
  WT_CHECK(graph.entries.size() <= kFlowEntriesMax, "graph fits the solver's scratch");
  WT_CHECK(graph.order.size() == graph.operations.size(), "every operation has its place");
}

// Rates from the entries to the leaves.
void RatesDown(f32 offered_rps, Scratch& s) {
  const ServiceGraph& graph = *s.graph;
  ServiceColumns& c = s.services;
  StartPass(c);
  for (u32 i = 0; i < c.count; ++i) {
    s.unfinished[i] = static_cast<u16>(graph.services[i].operations);
  }
  f32* rates = s.rates;
  std::fill_n(rates, graph.operations.size(), 0.0f);
  for (const GraphEntry& entry : graph.entries) {
    rates[entry.operation] += offered_rps * entry.share;
  }
  // Pointers of their own: what is written could be the graph's, for all the compiler knows.
  const GraphOperation* operations = graph.operations.data();
  const GraphCall* calls = graph.calls.data();
  OperationWork* works = s.operations;
  const f32* factors = s.factors;
  const u32* order = graph.order.data();
  for (const u32* last = order + graph.order.size(); order != last; ++order) {
    const u32 at = *order;
    const GraphOperation& operation = operations[at];
    const u32 of = operation.service;
    OperationWork& o = works[at];
    const f32 rate = AtMost(rates[at], kRateMax);
    const f32 weight = rate + kNoRate;
    rates[at] = rate;
    o.weight = weight;
    o.failed = 0.0f;
    c.rate[of] += rate;
    c.weight[of] += weight;
    c.hold1[of] += weight * s.work1[at];
    c.hold2[of] += weight * s.work2[at];
    const f32 down = rate * c.goes_on[of];
    const GraphCall* call = calls + operation.first_call;
    const f32* factor = factors + operation.first_call;
    for (const GraphCall* end = call + operation.calls; call != end; ++call, ++factor) {
      rates[call->callee] += down * *factor;
    }
  }
}

void Finish(u32 at, Scratch& s) {
  ServiceColumns& c = s.services;
  f32 refuse = FinishService(at, c);
  if (s.pass >= kDampedPass) refuse = 0.5f * (refuse + c.refuse[at]);
  if (Moved(1.0f - refuse, 1.0f - c.refuse[at])) s.moved = true;
  c.refuse[at] = refuse;
}

// Waits that do not depend on callees: loops hold a slot for their own work only, and so do pools
// that call nobody. The others get a first estimate.
void WaitsKnown(Scratch& s) {
  ServiceColumns& c = s.services;
  const bool any_special = WaitColumns(s.pass == 0, c);
  for (u32 i = 0; i < c.count && any_special; ++i) {
    if (c.special[i] == 0.0f || c.calls[i] > 0.0f || c.weight[i] == 0.0f) continue;
    const f32 own1 = c.hold1[i], own2 = c.hold2[i], w = c.weight[i];
    c.hold1[i] += w * c.cpu_wait1[i];
    c.hold2[i] += 2.0f * own1 * c.cpu_wait1[i] + w * c.cpu_wait2[i];
    Finish(i, s);
    c.hold1[i] = own1;
    c.hold2[i] = own2;
  }
}

// The wait for a slot before an operation that cannot fail by itself.
void SetCleanResponse(OperationWork& o, const Branch& hold, u32 of, const ServiceColumns& c) {
  const Branch ok = Branch{1.0f, c.wait1[of], c.wait2[of]} * hold;
  o.response = Sure(ok);
  const f32 far = ok.first + kNeverMetSigmas * std::sqrt(VarianceOf(ok.first, ok.second));
  o.clean_from_s = c.reach[of] >= 1.0f && c.refuse[of] <= 0.0f ? far : kUnclean;
}

void SetResponse(OperationWork& o, const Outcome& hold, u32 of, const ServiceColumns& c) {
  if (hold.AlwaysOk()) return SetCleanResponse(o, hold.ok(), of, c);
  o.response = After({c.wait1[of], c.wait2[of]}, hold);
  o.clean_from_s = kUnclean;
}

// One attempt at an operation, as seen by who gives up after timeout_s.
Outcome AttemptAt(u32 at, f32 timeout_s, const Scratch& s) {
  const OperationWork& o = s.operations[at];
  if (timeout_s > o.clean_from_s) return o.response;
  const ServiceColumns& c = s.services;
  const u32 of = s.graph->operations[at].service;
  return Attempt(o.response, {c.reach[of], c.refuse[of], c.connect_fail_s[of], timeout_s});
}

// One call that is made, with its attempts, as the caller sees it. `down`: requests per second
// that go on to the calls; `here`: share of them that comes to this one.
Outcome CallUp(u32 at, f32 down, f32 here, Scratch& s) {
  const GraphCall& call = s.graph->calls[at];
  const u32 to = s.graph->operations[call.callee].service;
  if (s.services.calls[to] > 0.0f && s.unfinished[to] != 0 && s.pass == 0) s.moved = true;
  const Outcome attempt = AttemptAt(call.callee, call.timeout_s, s);
  s.operations[call.callee].failed += down * s.factors[at] * attempt.share[2];
  Retried retried{attempt, 1.0f};
  if (MayRetry(attempt.share[2], call.retries_max)) {
    retried = Retry(attempt, {call.retries_max, call.backoff_s, call.retry_budget});
  }
  f32 factor = here * call.probability * retried.attempts;
  if (s.pass >= kDampedPass) factor = 0.5f * (factor + s.factors[at]);
  if (Moved(factor, s.factors[at])) s.moved = true;
  s.factors[at] = factor;
  return call.optional ? Forgiven(retried.outcome) : retried.outcome;
}

// Clean: a call that cannot fail and that has not moved, so that it only takes time.
bool IsClean(u32 at, const GraphCall& call, const Scratch& s) {
  return call.timeout_s > s.operations[call.callee].clean_from_s &&
         s.factors[at] == call.probability;
}

Branch CleanCall(const GraphCall& call, const Scratch& s) {
  const Outcome& response = s.operations[call.callee].response;
  return {1.0f, call.probability * response.first[0], call.probability * response.second[0]};
}

// The clean calls that an operation begins with. Returns the time they take and leaves `k` at the
// first other call. A parallel group is one step.
Branch CleanCallsUp(u32& k, u32 end, const Scratch& s) {
  const GraphCall* calls = s.graph->calls.data();
  f32 first = 0.0f, second = 0.0f;
  while (k < end && IsClean(k, calls[k], s)) {
    const u16 group = calls[k].parallel_group;
    Branch step = CleanCall(calls[k], s);
    u32 at = k + 1;
    for (; group != 0 && at < end && calls[at].parallel_group == group; ++at) {
      if (!IsClean(at, calls[at], s)) return {1.0f, first, second};
      const f32 p = calls[at].probability;
      step = p * Slower(step, s.operations[calls[at].callee].response.ok()) + (1.0f - p) * step;
    }
    second += 2.0f * first * step.first + step.second;
    first += step.first;
    k = at;
  }
  return {1.0f, first, second};
}

// The calls from `k` on, after those that took `clean`.
Outcome CallsUp(const Branch& clean, u32 k, u32 end, f32 down, Scratch& s) {
  const GraphCall* calls = s.graph->calls.data();
  Outcome all = Sure(clean);
  bool at_once = clean.first == 0.0f;  // nothing was called so far
  while (k < end) {
    const u16 group = calls[k].parallel_group;
    const f32 here = all.share[0] + all.share[1];
    Outcome step = Sometimes(calls[k].probability, CallUp(k, down, here, s));
    for (++k; group != 0 && k < end && calls[k].parallel_group == group; ++k) {
      step = Mixed(calls[k].probability, Beside(step, CallUp(k, down, here, s)), step);
    }
    all = at_once ? step : Then(all, step);
    at_once = false;
  }
  return all;
}

// The last operation, `at`, of a pool whose threads wait for callees is known, and with it the
// threads' holding time and everybody's wait: the others get their answers again.
[[gnu::noinline]] void HoldKnown(u32 of, u32 at, Scratch& s) {
  Finish(of, s);
  const GraphService& service = s.graph->services[of];
  const u32 end = service.first_operation + service.operations;
  for (u32 other = service.first_operation; other < end; ++other) {
    if (other != at) SetResponse(s.operations[other], s.operations[other].hold, of, s.services);
  }
}

// An operation of a pool whose threads wait for callees is known.
inline void AddHold(u32 of, u32 at, const Branch& hold, Scratch& s) {
  ServiceColumns& c = s.services;
  c.hold1[of] += s.operations[at].weight * hold.first;
  c.hold2[of] += s.operations[at].weight * hold.second;
  if (s.unfinished[of] == 0) HoldKnown(of, at, s);
}

// Answers from the leaves to the entries.
void AnswersUp(Scratch& s) {
  WaitsKnown(s);
  ServiceColumns& c = s.services;
  for (u32 i = 0; i < c.padded; ++i) {  // summed again, with callees (AddHold)
    c.hold1[i] = c.calls[i] > 0.0f ? 0.0f : c.hold1[i];
    c.hold2[i] = c.calls[i] > 0.0f ? 0.0f : c.hold2[i];
  }
  const u32* order = s.graph->order.data();
  const GraphOperation* operations = s.graph->operations.data();
  OperationWork* works = s.operations;
  for (size_t i = s.graph->order.size(); i-- > 0;) {
    const u32 at = order[i];
    const GraphOperation& operation = operations[at];
    const u32 of = operation.service;
    OperationWork& o = works[at];
    const bool pool = c.threads[of] > 0.0f;
    Branch own{1.0f, s.work1[at], s.work2[at]};
    if (pool) own = Branch{1.0f, c.cpu_wait1[of], c.cpu_wait2[of]} * own;
    u32 k = operation.first_call;
    const u32 end = k + operation.calls;
    const Branch clean = CleanCallsUp(k, end, s);
    --s.unfinished[of];
    const bool keeps_hold = c.calls[of] > 0.0f;
    if (k == end && c.fail[of] == 0.0f) {
      const f32 miss = c.miss[of];
      const Branch hold = own * Branch{1.0f, miss * clean.first, miss * clean.second};
      if (keeps_hold) AddHold(of, at, hold, s);
      if (keeps_hold && s.unfinished[of] != 0) o.hold = Sure(hold);
      SetCleanResponse(o, hold, of, c);
    } else {
      Outcome rest = CallsUp(clean, k, end, s.rates[at] * c.goes_on[of], s);
      if (c.miss[of] < 1.0f) rest = Sometimes(c.miss[of], rest);
      if (c.fail[of] > 0.0f) rest = FailsFirst(c.fail[of], rest);
      const Outcome hold = After({own.first, own.second}, rest);
      if (keeps_hold) AddHold(of, at, Total(hold), s);
      if (keeps_hold && s.unfinished[of] != 0) o.hold = hold;
      SetResponse(o, hold, of, c);
    }
  }
}

// What the client sees of each entry: every way of ending is a part of one mixture.
void WriteClient(f32 offered_rps, FlowClient& client, Scratch& s) {
  MixturePart parts[3 * kFlowEntriesMax];
  size_t count = 0;
  f32 shares = 0.0f, bad = 0.0f, mean = 0.0f;
  for (const GraphEntry& entry : s.graph->entries) shares += entry.share;
  client = {};
  if (!(shares > 0.0f)) return;
  for (const GraphEntry& entry : s.graph->entries) {
    const f32 share = entry.share / shares;
    const Outcome seen = AttemptAt(entry.operation, kClientTimeoutS, s);
    s.operations[entry.operation].failed += offered_rps * entry.share * seen.share[2];
    bad += share * seen.share[2];
    for (int way = 0; way < 3; ++way) {
      const Branch branch = seen.Of(way);
      mean += share * branch.first;
      if (share * branch.share < kPartMin) continue;
      const f32 first = branch.first / branch.share;
      const f32 variance = VarianceOf(first, branch.second / branch.share);
      parts[count++] = {share * branch.share, MatchedQuantiles(first, variance)};
    }
  }
  const Quantiles q = MixtureQuantiles({parts, count});
  client = {offered_rps * shares, Share(bad), mean, q.p50, q.p99};
}

// No process: nobody answers, so there is no latency to report.
void ClearLatency(const GraphService& service, Scratch& s, FlowServiceRow& row) {
  row.latency_s = row.p99_s = row.in_flight = row.cpu_cores = 0.0f;
  for (u32 k = 0; k < service.operations; ++k) {
    FlowOperationRow& operation = s.rows[service.first_operation + k];
    operation.latency_s = operation.variance_s2 = 0.0f;
  }
}

// Rows of operations, and their means per service.
void WriteOperations(Scratch& s) {
  ServiceColumns& c = s.services;
  ClearSums(c);
  const GraphOperation* operations = s.graph->operations.data();
  const OperationWork* works = s.operations;
  FlowOperationRow* rows = s.rows;
  const size_t count = s.graph->operations.size();
  for (size_t at = 0; at < count; ++at) {
    const OperationWork& o = works[at];
    const u32 of = operations[at].service;
    const Branch total = o.clean_from_s < kUnclean ? o.response.ok() : Total(o.response);
    const f32 rate = s.rates[at];
    f32 lost = 0.0f;
    if (rate > 0.0f && o.failed > 0.0f) lost = Share(o.failed / rate);
    if (rate <= 0.0f) {
      const f32 accepts = c.reach[of] * (1.0f - c.refuse[of]);
      lost = Share(1.0f - accepts * (1.0f - o.response.share[2]));
    }
    rows[at] = {rate, lost, total.first, VarianceOf(total.first, total.second)};
    c.load[of] += o.weight * lost;
    c.sum1[of] += o.weight * total.first;
    c.sum2[of] += o.weight * total.second;
  }
  for (u32 i = 0; i < c.padded; ++i) {
    const f32 per_weight = c.weight[i] > 0.0f ? 1.0f / c.weight[i] : 0.0f;
    c.load[i] *= per_weight;
    c.sum1[i] *= per_weight;
    c.sum2[i] *= per_weight;
  }
}

void WriteServices(std::span<const ServiceInput> inputs, std::span<FlowServiceRow> rows,
                   Scratch& s) {
  WriteOperations(s);
  ServiceColumns& c = s.services;
  for (u32 i = c.count; i < c.padded; ++i) c.sum1[i] = c.sum2[i] = 1.0f;
  alignas(32) ServiceColumns::Column p99;
  QuantileColumn(c, p99);
  f32* utilisation = c.inverse;
  f32* served = c.service_s;
  f32* inside = c.cv2;
  for (u32 i = 0; i < c.padded; ++i) {
    const f32 per_capacity = 1.0f / c.capacity[i];
    const f32 arrivals = c.rate[i] * c.reach[i];
    const f32 inside_s = c.sum1[i] - c.backlog[i] * per_capacity;
    c.load[i] = Share(c.load[i]);
    utilisation[i] = arrivals * per_capacity;
    served[i] = AtMost(arrivals * (1.0f - c.refuse[i]), c.capacity[i]);
    inside[i] = served[i] * (inside_s > 0.0f ? inside_s : 0.0f) + c.backlog[i];
  }
  for (u32 i = 0; i < c.count; ++i) {
    const GraphService& service = s.graph->services[i];
    const f32 cpu_cores = AtMost(served[i] * service.cpu_per_request_s, c.cpu_servers[i]);
    rows[i] = {c.rate[i],      c.load[i],    c.sum1[i],  p99[i],
               utilisation[i], c.backlog[i], inside[i], cpu_cores};
    if (service.operations == 0) rows[i] = {};
    if (!(inputs[i].servers > 0.0f)) ClearLatency(service, s, rows[i]);
  }
}

}  // namespace

size_t PreparedCount(const ServiceGraph& graph) { return PartsOf(graph).end; }

void PrepareFlow(const ServiceGraph& graph, std::span<const ServiceInput> inputs,
                 std::span<f32> prepared) {
  CheckFits(graph);
  WT_CHECK(inputs.size() == graph.services.size(), "one input per service");
  const PreparedParts parts = PartsOf(graph);
  WT_CHECK(prepared.size() == parts.end, "room for what is prepared");
  ServiceColumns c;
  PrepareColumns(graph.services, inputs, c);
  for (size_t i = 0; i < graph.operations.size(); ++i) {
    const GraphOperation& operation = graph.operations[i];
    const u32 of = operation.service;
    const Moments work = OwnWork(operation, c.slow[of], c.cpu_s[of]);
    prepared[parts.work1 + i] = work.first;
    prepared[parts.work2 + i] = work.second;
    if (operation.calls > 0) c.calls[of] = c.threads[of];
  }
  KeepColumns(c, prepared.data());
  f32* factors = prepared.data() + parts.factors;
  if (c.any_fails) return FirstFactors(graph, c, factors);
  for (size_t i = 0; i < graph.calls.size(); ++i) factors[i] = graph.calls[i].probability;
}

int SolveFlow(const ServiceGraph& graph, std::span<const ServiceInput> inputs, f32 offered_rps,
              FlowState state) {
  constexpr size_t kMost =
      kKeptColumns * kFlowServicesMax + 2 * kFlowOperationsMax + kFlowCallsMax;
  CheckFits(graph);
  f32 room[kMost];
  const std::span<f32> prepared(room, PreparedCount(graph));
  PrepareFlow(graph, inputs, prepared);
  return SolvePrepared(graph, inputs, prepared, offered_rps, state);
}

int SolvePrepared(const ServiceGraph& graph, std::span<const ServiceInput> inputs,
                  std::span<const f32> prepared, f32 offered_rps, FlowState state) {
  CheckFits(graph);
  const PreparedParts parts = PartsOf(graph);
  WT_CHECK(prepared.size() == parts.end, "prepared for this graph");
  WT_CHECK(inputs.size() == graph.services.size(), "one input per service");
  WT_CHECK(state.services.size() == graph.services.size(), "one row per service");
  WT_CHECK(state.operations.size() == graph.operations.size(), "one row per operation");
  alignas(OperationWork) std::byte room[kFlowOperationsMax * sizeof(OperationWork)];
  f32 factors[kFlowCallsMax], rates[kFlowOperationsMax];
  Scratch s;
  s.graph = &graph;
  s.rows = state.operations.data();
  s.operations = reinterpret_cast<OperationWork*>(room);
  s.factors = factors;
  s.rates = rates;
  const f32 offered = Within(offered_rps, 0.0f, kRateMax);
  s.work1 = prepared.data() + parts.work1;
  s.work2 = prepared.data() + parts.work2;
  std::memcpy(factors, prepared.data() + parts.factors, graph.calls.size() * sizeof(f32));
  TakeColumns(prepared.data(), static_cast<u32>(inputs.size()), s.services);
  LoadBacklogs(state.services, s.services);
  int passes = 0;
  do {
    s.pass = passes++;
    s.moved = false;
    RatesDown(offered, s);
    AnswersUp(s);
  } while (s.moved && passes < kMaxPasses);
  WriteClient(offered, *state.client, s);
  WriteServices(inputs, state.services, s);
  return passes;
}

bool StepBacklog(const ServiceGraph& graph, std::span<const ServiceInput> inputs, f32 dt_s,
                 FlowState state) {
  bool busy = false;
  ServiceColumns c;  // of one service
  for (u32 i = 0; i < inputs.size(); ++i) {
    FlowServiceRow& row = state.services[i];
    if (!(row.backlog > 0.0f || row.utilisation > 1.0f)) continue;
    const GraphService& service = graph.services[i];
    if (!(inputs[i].servers > 0.0f) || service.operations == 0) {
      row.backlog = 0.0f;
      continue;
    }
    LoadColumns({&service, 1}, inputs.subspan(i, 1), state.services.subspan(i, 1), c);
    const f32 arrivals = row.rate * c.reach[0];
    f32 capacity = 0.0f;
    if (arrivals > 0.0f && row.utilisation > 0.0f) {
      capacity = arrivals / row.utilisation;
    } else {  // nobody comes: the queue drains at the pace of the operations' own work
      f32 work = 0.0f;
      for (u32 k = 0; k < service.operations; ++k) {
        const GraphOperation& operation = graph.operations[service.first_operation + k];
        work += OwnWork(operation, c.slow[0], c.cpu_s[0]).first;
      }
      capacity = c.slots[0] * static_cast<f32>(service.operations) / work;
    }
    const f32 backlog = c.backlog[0] + dt_s * (arrivals - capacity);
    const bool gone = arrivals < capacity && backlog < kBacklogMin;
    row.backlog = gone ? 0.0f : Within(backlog, 0.0f, c.queue_limit[0]);
    busy |= row.backlog > 0.0f || (arrivals > capacity && c.queue_limit[0] > 0.0f);
  }
  return busy;
}

f32 BacklogStepS(const ServiceGraph& graph, std::span<const ServiceInput> inputs,
                 FlowState state) {
  f32 step_s = kBacklogStepMaxS;
  for (u32 i = 0; i < inputs.size(); ++i) {
    const FlowServiceRow& row = state.services[i];
    if (!(row.backlog > 0.0f || row.utilisation > 1.0f)) continue;
    const f32 arrivals = row.rate * Share(inputs[i].reach);
    if (!(arrivals > 0.0f)) return kBacklogStepMinS;
    const f32 limit = inputs[i].servers * static_cast<f32>(graph.services[i].queue_limit);
    const f32 growth = arrivals - arrivals / row.utilisation;
    const f32 room = growth > 0.0f ? limit - row.backlog : row.backlog;
    const f32 change = std::min(kBacklogStepShare * row.backlog, room);
    const f32 pace = std::abs(growth);
    if (room > 0.0f && pace * step_s > change) step_s = change / pace;
  }
  return std::max(step_s, kBacklogStepMinS);
}

}  // namespace wt
