// SPDX-License-Identifier: Apache-2.0
#include "sim/traffic/traffic.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

#include "sim/kubelet/kubelet.h"
#include "sim/traffic/inputs.h"
#include "sim/traffic/outcome.h"
#include "sim/traffic/solve_memo.h"
#include "sim/transitions.h"

namespace wt {
namespace {

bool Moved(f32 a, f32 b, f32 relative, f32 absolute) {
  const f32 change = a > b ? a - b : b - a;
  return change > absolute && change > relative * (a > b ? a : b);
}

// A row is eight numbers: rate, error, latency, p99; utilisation, backlog and two more.
static_assert(sizeof(FlowServiceRow) == 2 * sizeof(Lanes));
static_assert(offsetof(FlowServiceRow, p99_s) == 12 && offsetof(FlowServiceRow, backlog) == 20);

Lanes HalfOf(const FlowServiceRow& row, u32 half) {
  Lanes x;
  std::memcpy(&x, reinterpret_cast<const std::byte*>(&row) + half * sizeof(x), sizeof(x));
  return x;
}

// Moved of the rate, the error or the 99th percentile.
bool RowMoved(const FlowServiceRow& now, const FlowServiceRow& before) {
  constexpr Lanes kRelative{0.02f, 0.0f, 0.0f, 0.05f};
  constexpr Lanes kAbsolute{0.01f, 0.002f, 3e38f, 0.0005f};  // latency never
  const Lanes a = HalfOf(now, 0), b = HalfOf(before, 0);
  const Lanes change = a > b ? a - b : b - a;
  const auto moved = (change > kAbsolute) & (change > kRelative * (a > b ? a : b));
  using Pairs = i64 __attribute__((vector_size(16)));
  const auto pairs = std::bit_cast<Pairs>(moved);
  return (pairs[0] | pairs[1]) != 0;
}

// Some service has more to do than it can, or a backlog.
bool IsBusy(std::span<const FlowServiceRow> rows) {
  Lanes most{};
  for (const FlowServiceRow& row : rows) {
    const Lanes x = HalfOf(row, 1);
    most = x > most ? x : most;
  }
  return most[0] > 1.0f || most[1] > 0.0f;
}

void AddSegment(Sim& sim, i32 now_ms, u32 service, f32 rate, f32 error, f32 latency_s,
                f32 p99_s) {
  WorldHeader& header = sim.world.header();
  TableRef& table = header.tables[static_cast<int>(Table::kSegments)];
  if (table.capacity < 2) return;
  header.segment_next = header.segment_next + 1 >= table.capacity ? 1 : header.segment_next + 1;
  if (header.segment_next >= table.used) table.used = header.segment_next + 1;
  Segment& s = sim.At<Segment>(header.segment_next);
  s = {0, 1, now_ms, service, rate, error, latency_s, p99_s};  // takes no identity
}

FlowState StateOf(Sim& sim) {
  const ServiceGraph& graph = sim.blueprint.graph;
  return {{sim.world.Rows<FlowServiceRow>(), graph.services.size()},
          {sim.world.Rows<FlowOperationRow>(), graph.operations.size()},
          &sim.world.header().client};
}

// Space for one row per service; not initialised, since only a few are used.
template <class Row>
struct Room {
  alignas(Row) std::byte bytes[kFlowServicesMax * sizeof(Row)];
  Row* rows() { return reinterpret_cast<Row*>(bytes); }
};

// Memory of the processes of one service.
struct MemoryUse {
  f32 bytes = -1;   // in use by each; -1: not to be looked at
  RevId tmpl = 0;   // the template looked at last, and its limit
  u32 index = 0;
  f64 limit = 0;    // 0 = none
};

constexpr f32 kNoLimit = 3e38f;

// The largest f32 that is no larger.
f32 AtMost(f64 limit) {
  const f32 near = static_cast<f32>(limit);
  if (static_cast<f64>(near) <= limit) return near;
  return std::bit_cast<f32>(std::bit_cast<u32>(near) - 1);
}

void LookUpLimit(const Sim& sim, RevId tmpl, u32 index, MemoryUse& use) {
  const auto& typed = sim.Typed<PodTemplate>(tmpl);
  const ContainerSpec& spec = Items(&typed, typed.containers)[index];
  use.tmpl = tmpl;
  use.index = index;
  use.limit = static_cast<f64>(spec.memory_limit);
}

// Services whose processes may need more memory than they may use: more than the least of their
// limits, or a process or a limit is new, or memory leaks. True when there is one.
bool MemoryToLookAt(Sim& sim, MemoryUse* uses) {
  const std::vector<GraphService>& services = sim.blueprint.graph.services;
  const FlowServiceRow* flows = sim.world.Rows<FlowServiceRow>();
  MemoryFits* fits = sim.world.Rows<MemoryFits>();
  const bool all = sim.world.header().memory_stale != 0;
  bool any = all;
  for (std::size_t s = 0; s < services.size() && !any; ++s) {
    const GraphService& g = services[s];
    const f32 bytes = g.memory_base_bytes + g.memory_per_request_bytes * flows[s].in_flight;
    any = g.memory_leak_bytes_per_s > 0 ||
          (bytes > fits[s].bytes && g.memory_per_request_bytes > 0);
  }
  if (!any) return false;
  any = false;
  for (std::size_t s = 0; s < services.size(); ++s) {
    const GraphService& g = services[s];
    const bool leaks = g.memory_leak_bytes_per_s > 0;
    const f32 bytes = g.memory_base_bytes + g.memory_per_request_bytes * flows[s].in_flight;
    uses[s].bytes = -1.0f;
    if (!leaks && !(g.memory_per_request_bytes > 0)) continue;
    if (!all && !leaks && bytes <= fits[s].bytes) continue;
    uses[s] = {};
    uses[s].bytes = bytes;
    fits[s].bytes = kNoLimit;
    any = true;
  }
  sim.world.header().memory_stale = 0;
  return any;
}

bool AnyLeaks(const Sim& sim) {
  bool any = false;
  for (const GraphService& g : sim.blueprint.graph.services) any |= g.memory_leak_bytes_per_s > 0;
  return any;
}

// A process whose requests need more memory than its container may use dies.
void CheckMemoryOfAll(Sim& sim) {
  Room<MemoryUse> room;
  MemoryUse* uses = room.rows();
  if (!MemoryToLookAt(sim, uses)) return;
  const std::vector<GraphService>& services = sim.blueprint.graph.services;
  const u32 used = sim.world.Used<Container>();
  const Container* containers = sim.world.Rows<Container>();
  const Pod* pods = sim.world.Rows<Pod>();
  for (u32 c = 1; c < used; ++c) {
    const Container& container = containers[c];
    if (!container.listening || container.service == 0) continue;
    if (container.state != ContainerState::kRunning) continue;
    MemoryUse& use = uses[container.service - 1u];
    if (use.bytes < 0.0f) continue;
    const RevId tmpl = pods[container.pod].spec;
    if (use.tmpl != tmpl || use.index != container.index) {
      LookUpLimit(sim, tmpl, container.index, use);
    }
    f32 bytes = use.bytes;
    const f32 leak = services[container.service - 1u].memory_leak_bytes_per_s;
    if (leak > 0.0f) {
      bytes += leak * (static_cast<f32>(sim.now_ms() - container.started_ms) * 0.001f);
    }
    if (use.limit == 0) continue;
    if (static_cast<f64>(bytes) > use.limit) {
      CheckMemory(sim, c, bytes);
    } else {
      f32& fits = sim.At<MemoryFits>(container.service - 1u).bytes;
      fits = std::min(fits, AtMost(use.limit));
    }
  }
}

void ArmStep(Sim& sim, f32 seconds) {
  const auto ms = static_cast<i64>(seconds * 1000.0f);
  Arm(sim.world, SimEvent::kBacklog, 0, sim.now() + ms * kMillisecond);
}

// Segments of what is no longer as it was.
void RecordMoves(Sim& sim, const FlowState& state, const FlowServiceRow* before,
                 const FlowClient& client_before) {
  const i32 now_ms = sim.now_ms();
  for (u32 s = 0; s < state.services.size(); ++s) {
    const FlowServiceRow& now = state.services[s];
    if (!RowMoved(now, before[s])) continue;
    AddSegment(sim, now_ms, s + 1, now.rate, now.error, now.latency_s, now.p99_s);
  }
  const FlowClient& client = *state.client;
  if (Moved(client.error, client_before.error, 0, 0.0005f) ||
      Moved(client.rate, client_before.rate, 0.005f, 0.01f) ||
      Moved(client.p99_s, client_before.p99_s, 0.02f, 0.0005f)) {
    AddSegment(sim, now_ms, 0, client.rate, client.error, client.latency_s, client.p99_s);
  }
}

// Solves with the kept inputs.
void Solve(Sim& sim) {
  const std::span<const ServiceInput> inputs = KeptInputs(sim);
  Room<FlowServiceRow> room;
  const FlowServiceRow* before = room.rows();
  FlowState state = StateOf(sim);
  std::memcpy(room.bytes, state.services.data(), state.services.size_bytes());
  const FlowClient client_before = *state.client;

  WorldHeader& header = sim.world.header();
  SolveFlowRemembered(sim.blueprint, inputs, header.offered_rps, state);
  header.solved_rps = header.offered_rps;
  ++header.solves_done;

  RecordMoves(sim, state, before, client_before);
  if (!IsBusy(state.services)) return Cancel(sim.world, SimEvent::kBacklog, 0);
  ArmStep(sim, BacklogStepS(sim.blueprint.graph, inputs, state));
}

// Backlogs of now, by the stored flow and the inputs it was solved for; true when one changed.
bool AdvanceBacklogs(Sim& sim) {
  WorldHeader& header = sim.world.header();
  const f32 dt_s = static_cast<f32>(ToSeconds(header.now_ns - header.backlog_since_ns));
  header.backlog_since_ns = header.now_ns;
  const FlowState state = StateOf(sim);
  if (!IsBusy(state.services)) return false;
  Room<FlowServiceRow> room;
  const FlowServiceRow* before = room.rows();
  std::memcpy(room.bytes, state.services.data(), state.services.size_bytes());
  StepBacklog(sim.blueprint.graph, KeptInputs(sim), dt_s, state);
  bool moved = false;
  for (std::size_t s = 0; s < state.services.size(); ++s) {
    moved |= before[s].backlog != state.services[s].backlog;
  }
  return moved;
}

// True when the stored flow answers another question than is asked now.
bool BringUpToNow(Sim& sim) {
  const WorldHeader& header = sim.world.header();
  const bool moved = AdvanceBacklogs(sim);  // before the inputs change
  return RefreshInputs(sim) || moved || header.offered_rps != header.solved_rps;
}

// The next steps would find all as it is, until something else asks for a solve or a process
// begins to serve by itself. Memory that leaks is looked at in steps.
void StandStill(Sim& sim) {
  const i32 until_ms = sim.world.header().inputs_until_ms;
  if (AnyLeaks(sim)) {
    ArmStep(sim, kBacklogStepMinS);
  } else if (until_ms != kNeverServesMs) {
    Arm(sim.world, SimEvent::kBacklog, 0, FromMs(until_ms));
  }
}

}  // namespace

void IntegrateFlow(Sim& sim) {
  WorldHeader& header = sim.world.header();
  const f64 dt = ToSeconds(header.now_ns - header.flow_since_ns);
  header.flow_since_ns = header.now_ns;
  const FlowClient& client = header.client;
  const f64 requests = dt * static_cast<f64>(client.rate);
  header.client_requests += requests;
  header.client_errors += requests * static_cast<f64>(client.error);
  header.client_latency_s += requests * static_cast<f64>(client.latency_s);
}

void SolveTraffic(Sim& sim) {
  const bool asked = BringUpToNow(sim);
  if (asked) Solve(sim);
  // What was compared with the flow that still holds stays as it is, unless memory leaks.
  if (asked || sim.world.header().memory_stale != 0 || AnyLeaks(sim)) CheckMemoryOfAll(sim);
}

void StepLoad(Sim& sim) {
  WorldHeader& header = sim.world.header();
  const LoadPattern pattern{.kind = static_cast<LoadKind>(header.load_kind),
                            .base_rps = header.load_scale,
                            .peak_rps = header.load_peak_rps,
                            .start = header.load_start_ns,
                            .duration = header.load_duration_ns,
                            .period = header.load_period_ns,
                            .points = sim.blueprint.load_points};
  header.offered_rps = RateAt(pattern, header.now_ns) * (1.0f + header.load_burst);
  MarkSolveNeeded(sim);
  const SimTime next = NextChange(pattern, header.now_ns);
  if (next != kForever) Arm(sim.world, SimEvent::kLoad, 0, next);
}

void ReportTraffic(Sim& sim, const FlowClient& client, std::span<const FlowServiceRow> services,
                   std::span<const FlowOperationRow> operations) {
  FlowState state = StateOf(sim);
  WT_CHECK(services.size() == state.services.size() &&
               operations.size() == state.operations.size(),
           "a report is of this graph");
  Room<FlowServiceRow> room;
  std::memcpy(room.bytes, state.services.data(), state.services.size_bytes());
  const FlowClient client_before = *state.client;
  *state.client = client;
  IntegrateFlow(sim);
  std::copy(services.begin(), services.end(), state.services.begin());
  std::copy(operations.begin(), operations.end(), state.operations.begin());
  RecordMoves(sim, state, room.rows(), client_before);
  MarkMemoryStale(sim);  // processes may need more than what was compared last
}

void StepTraffic(Sim& sim) {
  if (BringUpToNow(sim)) {
    Solve(sim);
  } else {
    StandStill(sim);
  }
  CheckMemoryOfAll(sim);
}

}  // namespace wt
