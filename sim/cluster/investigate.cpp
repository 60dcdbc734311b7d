// SPDX-License-Identifier: Apache-2.0
// Investigations: findings of this instant become notes of the observation.
#include "sim/cluster/entities.h"
#include "sim/cluster/features.h"
#include "sim/cluster/findings.h"
#include "sim/cluster/names.h"
#include "sim/cluster/scrape.h"
#include "sim/cluster/sim_cluster.h"

namespace wt {
namespace {

constexpr EntityKind kC = EntityKind::kCluster;
constexpr EntityKind kS = EntityKind::kService;
constexpr EntityKind kW = EntityKind::kWorkload;
constexpr f32 kChangeHalfLifeMin = 5;

u32 RevisionsKept(const Sim& sim, u32 deployment) {
  u32 count = 0;
  for (u32 rs = sim.At<Deployment>(deployment).first_rs; rs != 0;
       rs = sim.At<ReplicaSet>(rs).next) {
    ++count;
  }
  return count;
}

}  // namespace

void SimCluster::InvestigateCluster(Verb verb) {
  if (verb == Verb::kGet) Note(kC, FeatureIndex(kC, "overviewed"), 0) = 1;
  if (verb != Verb::kEvents) return;
  Note(kC, FeatureIndex(kC, "warnings"), 0) =
      LogScaled(static_cast<f32>(RecentWarnings(View())), 8);
}

void SimCluster::InvestigateService(Verb verb, u16 slot) {
  const Sim sim = View();
  const EntitySlot& entity = Slots(kS)[slot];
  const auto note = [&](u32 feature) -> f32& { return Note(kS, feature, slot); };
  switch (verb) {
    case Verb::kDescribe: {
      const ServiceFindings found = LookAtService(sim, entity.row);
      note(FeatureIndex(kS, "described")) = 1;
      note(FeatureIndex(kS, "selected_pods")) = static_cast<f32>(found.selected_pods) / 8.0f;
      note(FeatureIndex(kS, "no_selected_pods")) = found.selected_pods == 0 ? 1.0f : 0.0f;
      note(FeatureIndex(kS, "port_undeclared")) = found.port_undeclared ? 1.0f : 0.0f;
      return;
    }
    case Verb::kTraces: {
      const TraceFindings found =
          entity.graph == 0 ? TraceFindings{} : ReadTraces(sim, entity.graph - 1u);
      note(FeatureIndex(kS, "traced")) = 1;
      note(FeatureIndex(kS, "trace_refused")) = found.refused;
      note(FeatureIndex(kS, "trace_own_error")) = found.own_error;
      return;
    }
    case Verb::kMetrics:
      note(FeatureIndex(kS, "measured")) = 1;
      note(FeatureIndex(kS, "error_seen")) =
          entity.graph == 0 ? 0.0f : ErrorShare(sim, entity.graph, kMinute);
      return;
    case Verb::kHistory:
      note(FeatureIndex(kS, "history_read")) = 1;
      note(FeatureIndex(kS, "changed")) =
          Recency(sim.now_ms() - sim.At<Service>(entity.row).changed_ms, kChangeHalfLifeMin);
      return;
    default: return;
  }
}

LogFindings SimCluster::ReadLogsThere(u32 deployment) {
  const u32 pod = WorstPod(View(), deployment, 0);
  side_.log.clear();
  if (pod == 0) return {};
  side_.log = driver_->Logs(*this, pod);
  LogFindings found = FindInLog(side_.log, View().now_ms());
  found.pod = pod;
  return found;
}

void SimCluster::InvestigateWorkload(Verb verb, u16 slot) {
  const Sim sim = View();
  const u32 row = Slots(kW)[slot].row;
  const auto note = [&](u32 feature) -> f32& { return Note(kW, feature, slot); };
  switch (verb) {
    case Verb::kDescribe: {
      const PodFindings found = LookAtPods(sim, row);
      note(FeatureIndex(kW, "described")) = 1;
      note(FeatureIndex(kW, "waiting_image")) = Share(found.waiting_image, found.pods);
      note(FeatureIndex(kW, "waiting_config")) = Share(found.waiting_config, found.pods);
      note(FeatureIndex(kW, "run_error")) = Share(found.run_error, found.pods);
      note(FeatureIndex(kW, "crash_loop")) = Share(found.crash_loop, found.pods);
      note(FeatureIndex(kW, "oom_killed")) = Share(found.oom_killed, found.pods);
      note(FeatureIndex(kW, "unschedulable")) = Share(found.unschedulable, found.pods);
      note(FeatureIndex(kW, "young_pods")) = Share(found.young, found.pods);
      return;
    }
    case Verb::kLogs: {
      const LogFindings found = driver_ == nullptr ? ReadLogs(sim, row) : ReadLogsThere(row);
      note(FeatureIndex(kW, "logs_read")) = 1;
      note(FeatureIndex(kW, "log_missing_key")) = found.missing_key ? 1.0f : 0.0f;
      note(FeatureIndex(kW, "log_dependency")) = found.dependency ? 1.0f : 0.0f;
      note(FeatureIndex(kW, "calls_api")) = found.calls_api ? 1.0f : 0.0f;
      return;
    }
    case Verb::kEvents: {
      const EventFindings found = ReadEvents(sim, row);
      note(FeatureIndex(kW, "events_read")) = 1;
      note(FeatureIndex(kW, "probe_kills")) = LogScaled(static_cast<f32>(found.probe_kills), 6);
      note(FeatureIndex(kW, "pods_killed")) = LogScaled(static_cast<f32>(found.pods_killed), 6);
      return;
    }
    case Verb::kHistory: {
      i32 config_ms = 0;
      const bool any = LastConfigChange(sim, row, config_ms);
      note(FeatureIndex(kW, "history_read")) = 1;
      note(FeatureIndex(kW, "changed")) =
          Recency(sim.now_ms() - sim.At<Deployment>(row).changed_ms, kChangeHalfLifeMin);
      note(FeatureIndex(kW, "revisions")) = static_cast<f32>(RevisionsKept(sim, row)) / 8.0f;
      note(FeatureIndex(kW, "config_changed")) =
          any ? Recency(sim.now_ms() - config_ms, kChangeHalfLifeMin) : 0.0f;
      return;
    }
    default: return;  // metrics: live features already hold what it prints
  }
}

void SimCluster::Investigate(const Action& action) {
  const Verb verb = MoveOf(action).verb;
  switch (action.kind) {
    case EntityKind::kCluster: return InvestigateCluster(verb);
    case EntityKind::kService: return InvestigateService(verb, action.slot);
    case EntityKind::kWorkload: return InvestigateWorkload(verb, action.slot);
    case EntityKind::kNode:
    case EntityKind::kCount: return;  // text only
  }
}

}  // namespace wt
