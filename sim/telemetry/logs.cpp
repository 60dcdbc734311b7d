// SPDX-License-Identifier: Apache-2.0
#include "sim/telemetry/logs.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/kubelet/images.h"
#include "sim/kubelet/kubelet.h"
#include "sim/telemetry/cluster_events.h"
#include "sim/telemetry/names.h"

namespace wt {
namespace {

// Calls that fail more rarely than this are lost among the others.
constexpr f32 kLoggedError = 0.005f;
// A program prints at most one such line each so often.
constexpr i32 kQuietMs = 500;

struct Run {
  i32 started_ms = 0;
  i32 ended_ms = INT32_MAX;
  ExitReason reason = ExitReason::kNone;
  u8 code = 0;
  bool present = false;  // the process of now or the last one, whose cause is known
};

// The run that `kubectl logs` shows; false when there is none.
bool FindRun(const Container& c, bool previous, Run& run) {
  const bool ended = c.process == 0;
  if (!ended && !previous) {
    run = {c.process_ms, INT32_MAX, ExitReason::kNone, 0, true};
    return true;
  }
  const bool last_in_exit_fields = c.fresh_exit != 0;
  const bool want_newest_exit = ended ? !previous : true;
  if (last_in_exit_fields && want_newest_exit) {
    run = {c.started_ms, c.finished_ms, c.exit_reason, c.exit_code, ended};
  } else {
    run = {c.last_started_ms, c.last_finished_ms, c.last_exit_reason, c.last_exit_code,
           ended && want_newest_exit};
  }
  return run.reason != ExitReason::kNone && run.reason != ExitReason::kStartError;
}

std::string AddressOf(const Sim& sim, const GraphService& callee) {
  return fmt::format("{}:{}", sim.Text(callee.kube_service), callee.called_port);
}

// What connecting to a service says when it does not work.
std::string ConnectError(const Sim& sim, u32 graph_service) {
  const GraphService& callee = sim.blueprint.graph.services[graph_service];
  for (u32 s = 1; s < sim.world.Used<Service>(); ++s) {
    const Service& service = sim.At<Service>(s);
    if (service.born == 0 || service.deleting || service.name != callee.kube_service) continue;
    if (service.ns != callee.ns) continue;
    return fmt::format("dial tcp {}: connect: connection refused", AddressOf(sim, callee));
  }
  return fmt::format("dial tcp: lookup {}: no such host", sim.Text(callee.kube_service));
}

std::string CallError(const Sim& sim, u32 graph_service, f32 timeout_s) {
  if (!ServiceAnswers(sim, graph_service)) return ConnectError(sim, graph_service);
  const FlowServiceRow& flow = sim.world.Rows<FlowServiceRow>()[graph_service];
  if (flow.p99_s >= timeout_s) return "context deadline exceeded";
  return "upstream answered with an error";
}

void AddStart(std::vector<LogLine>& out, const Sim& sim, const Container& c, const Run& run,
              u16 service) {
  const GraphService& graph = sim.blueprint.graph.services[service - 1u];
  const ServiceRuntime& runtime = sim.blueprint.runtime[service - 1u];
  out.push_back({run.started_ms, fmt::format("INFO starting {}", sim.Text(graph.name))});
  if (!run.present) return;
  const auto cause = static_cast<StartProblem>(c.cause);
  if (cause == StartProblem::kLacksConfig && c.cause_index < runtime.needs.size()) {
    const ConfigRef& ref = runtime.needs[c.cause_index];
    const i32 at = std::min(c.ends_ms, run.ended_ms);
    if (at > sim.now_ms()) return;
    out.push_back({at, ref.key != 0
                           ? fmt::format("FATAL required setting {} is missing", sim.Text(ref.key))
                           : fmt::format("FATAL cannot read configuration {}: no such file or "
                                         "directory",
                                         sim.Text(ref.name))});
  } else if (cause == StartProblem::kLacksService &&
             c.cause_index < runtime.needs_services.size()) {
    const u32 needed = runtime.needs_services[c.cause_index];
    const std::string error = ConnectError(sim, needed);
    out.push_back({run.started_ms + 1, "WARN " + error});
    if (run.code != 0) {
      const GraphService& callee = sim.blueprint.graph.services[needed];
      out.push_back({run.ended_ms, fmt::format("FATAL cannot connect to {}, giving up",
                                               AddressOf(sim, callee))});
    }
  } else if (c.listening && c.listening_ms <= sim.now_ms()) {
    out.push_back({c.listening_ms, fmt::format("INFO listening on :{}", graph.listen_port)});
  }
}

// Since when a service's callers see its present error rate: its newest segment.
i32 FailingSince(const Sim& sim, u32 graph_service) {
  i32 since = INT32_MIN;
  for (u32 row = 1; row < sim.world.Used<Segment>(); ++row) {
    const Segment& segment = sim.At<Segment>(row);
    if (segment.born == 0 || segment.service != graph_service + 1) continue;
    since = std::max(since, segment.from_ms);
  }
  return since;
}

bool IsServing(const Sim& sim, const Container& c, const Run& run) {
  return run.ended_ms == INT32_MAX && c.service != 0 && c.listening &&
         c.listening_ms <= sim.now_ms();
}

// One line a failed call, at even distances: the newest at `last_ms`, none before `since_ms`.
struct FailedLines {
  i32 last_ms, gap_ms, since_ms;
};

// fn(operation, call, lines) for each call of the process that fails now, until it returns false.
template <class Fn>
void ForEachFailingCall(const Sim& sim, const Container& c, Fn&& fn) {
  const ServiceGraph& graph = sim.blueprint.graph;
  const GraphService& own = graph.services[c.service - 1u];
  const FlowServiceRow* flows = sim.world.Rows<FlowServiceRow>();
  const f32 calls_per_s = flows[c.service - 1u].rate;
  for (u32 op = own.first_operation; op < own.first_operation + own.operations; ++op) {
    const GraphOperation& operation = graph.operations[op];
    for (u32 i = operation.first_call; i < operation.first_call + operation.calls; ++i) {
      const GraphOperation& callee = graph.operations[graph.calls[i].callee];
      const f32 failing = flows[callee.service].error;
      if (failing < kLoggedError || calls_per_s <= 0) continue;
      const f32 per_s = std::max(calls_per_s * failing * graph.calls[i].probability, 0.001f);
      const i32 gap = std::max(kQuietMs, static_cast<i32>(1000.0f / per_s));
      const i32 since = std::max(FailingSince(sim, callee.service), c.listening_ms);
      const FailedLines failed{sim.now_ms() - gap / 2, gap, since};
      if (!fn(operation, graph.calls[i], failed)) return;
    }
  }
}

void AddFailedCalls(std::vector<LogLine>& out, const Sim& sim, const Container& c, u32 lines) {
  const ServiceGraph& graph = sim.blueprint.graph;
  ForEachFailingCall(sim, c, [&](const GraphOperation& operation, const GraphCall& call,
                                 const FailedLines& failed) {
    const GraphOperation& callee = graph.operations[call.callee];
    const std::string text =
        fmt::format("ERROR {}: call to {}/{} failed: {}", sim.Text(operation.name),
                    sim.Text(graph.services[callee.service].name), sim.Text(callee.name),
                    CallError(sim, callee.service, call.timeout_s));
    i32 at = failed.last_ms;
    for (u32 added = 0; at >= failed.since_ms && added < lines; ++added, at -= failed.gap_ms) {
      out.push_back({at, text});
    }
    return true;
  });
}

// fn(record) for each pod that the process deleted through the API during the run: the first
// Killing record of the pod.
template <class Fn>
void ForEachDeletion(const Sim& sim, const Container& c, const Run& run, Fn&& fn) {
  u32 last_born = 0;
  for (u32 e = 1; e < sim.world.Used<ClusterEvent>(); ++e) {
    const ClusterEvent& event = sim.At<ClusterEvent>(e);
    if (event.born == 0 || event.reported != 0 || event.args[1] != c.born) continue;
    if (static_cast<EventReason>(event.reason) != EventReason::kKilling) continue;
    if (event.first_ms < run.started_ms || event.first_ms > run.ended_ms) continue;
    if (event.object_born != last_born) fn(event);
    last_born = event.object_born;
  }
}

// What a program prints at its start that may delete pods; of other ones outside the graph nothing
// is known.
void AddStartOfMaintenance(std::vector<LogLine>& out, const Sim& sim, const Container& c,
                           const Run& run) {
  const u32 image = FindImage(sim.blueprint, c.image);
  const u32 owner = sim.At<Pod>(c.pod).owner;
  if (image == 0 || !sim.blueprint.images[image - 1].calls_api || owner == 0) return;
  const u32 deployment = sim.At<ReplicaSet>(owner).deployment;
  if (deployment == 0) return;
  out.push_back({run.started_ms,
                 fmt::format("INFO starting {}", sim.Text(sim.At<Deployment>(deployment).name))});
}

void AddDeletions(std::vector<LogLine>& out, const Sim& sim, const Container& c, const Run& run) {
  ForEachDeletion(sim, c, run, [&](const ClusterEvent& event) {
    const NameParts pod{event.names[0], event.names[1], event.name_hash, event.name_tail};
    out.push_back({event.first_ms, fmt::format("INFO deleted pod {}", NameText(sim, pod))});
  });
}

bool IsOfGraph(const Sim& sim, const Container& c) {  // else nothing is known of the program
  return c.service != 0 && c.service <= sim.blueprint.runtime.size();
}

void AddEnd(std::vector<LogLine>& out, const Run& run) {
  constexpr u8 kSigterm = 143;
  if (run.reason == ExitReason::kError && run.code == kSigterm) {
    out.push_back({run.ended_ms, "INFO received signal terminated, shutting down"});
  }
}

}  // namespace

std::vector<LogLine> ContainerLogs(const Sim& sim, u32 container, bool previous, u32 lines) {
  const Container& c = sim.At<Container>(container);
  std::vector<LogLine> out;
  Run run;
  if (c.runs == 0 || !FindRun(c, previous, run)) return out;
  if (IsOfGraph(sim, c)) {
    AddStart(out, sim, c, run, c.service);
    if (IsServing(sim, c, run)) AddFailedCalls(out, sim, c, lines);
    AddEnd(out, run);
  } else {
    AddStartOfMaintenance(out, sim, c, run);
    AddDeletions(out, sim, c, run);
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const LogLine& a, const LogLine& b) { return a.at_ms < b.at_ms; });
  if (out.size() > lines) out.erase(out.begin(), out.end() - lines);
  return out;
}

LogSigns ReadLogSigns(const Sim& sim, u32 container, i32 window_ms, u32 enough) {
  const Container& c = sim.At<Container>(container);
  LogSigns out;
  Run run;
  if (c.runs == 0 || !FindRun(c, false, run)) return out;
  if (!IsOfGraph(sim, c)) {
    ForEachDeletion(sim, c, run, [&](const ClusterEvent&) { ++out.deleted_pods; });
    return out;
  }
  if (run.present) {
    const ServiceRuntime& runtime = sim.blueprint.runtime[c.service - 1u];
    const auto cause = static_cast<StartProblem>(c.cause);
    out.missing_key = cause == StartProblem::kLacksConfig && c.cause_index < runtime.needs.size() &&
                      std::min(c.ends_ms, run.ended_ms) <= sim.now_ms();
    out.cannot_connect = cause == StartProblem::kLacksService &&
                         c.cause_index < runtime.needs_services.size();
  }
  if (!IsServing(sim, c, run)) return out;
  ForEachFailingCall(sim, c, [&](const GraphOperation&, const GraphCall&,
                                 const FailedLines& failed) {
    const i32 oldest = std::max(failed.since_ms, sim.now_ms() - window_ms);
    if (failed.last_ms >= oldest) {
      out.failed_calls += static_cast<u32>((failed.last_ms - oldest) / failed.gap_ms) + 1;
    }
    return out.failed_calls < enough;
  });
  return out;
}

}  // namespace wt
