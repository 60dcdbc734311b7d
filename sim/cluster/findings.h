// SPDX-License-Identifier: Apache-2.0
// What investigations find, as numbers: read from the World's present state, never written to it.
// Notes of the observation and the texts of texts.cpp come from these.
#pragma once

#include <span>

#include "sim/sim.h"
#include "sim/telemetry/logs.h"

namespace wt {

// kubectl describe pods of a Deployment; terminating pods left out.
struct PodFindings {
  u32 pods = 0;
  u32 waiting_image = 0, waiting_config = 0, run_error = 0, crash_loop = 0, oom_killed = 0;
  u32 unschedulable = 0, young = 0;
};
inline constexpr i32 kYoungPodMs = 90'000;
PodFindings LookAtPods(const Sim& sim, u32 deployment);

// kubectl describe of a Service.
struct ServiceFindings {
  u32 selected_pods = 0;
  bool port_undeclared = false;  // a target port that none of those pods declares
};
ServiceFindings LookAtService(const Sim& sim, u32 service);

// Traces of the calls to GraphService `graph`.
struct TraceFindings {
  f32 refused = 0;    // share of calls to it that are refused or lost
  f32 own_error = 0;  // share of its failures that its own callees do not explain
};
TraceFindings ReadTraces(const Sim& sim, u32 graph);

// Last log lines of a workload's worst pod: what FindInLog finds in them.
struct LogFindings {
  u32 pod = 0;               // 0: it has none
  bool missing_key = false;  // a setting is missing
  bool dependency = false;   // cannot reach a dependency
  bool calls_api = false;    // it deleted pods through the cluster's API
};
LogFindings ReadLogs(const Sim& sim, u32 deployment);
// From lines that a pod printed, for a cluster that is not simulated: programs that say
// what they miss as those of simulated ones do (sim/telemetry/logs.cpp), or in words that are
// common. A call that fails now and then is no dependency that cannot be reached: those lines count
// from kFailedCallLines on in the last minute.
inline constexpr u32 kFailedCallLines = 4;
LogFindings FindInLog(std::span<const LogLine> lines, i32 now_ms);

// Events of a workload's objects: the Deployment, its ReplicaSets and pods, gone ones included.
struct EventFindings {
  u32 probe_kills = 0;   // containers killed for a failed liveness probe
  u32 pods_killed = 0;   // pods stopped that no ReplicaSet had deleted
};
// The record is about the Deployment or a ReplicaSet or pod of it, by name.
bool IsEventOf(const ClusterEvent& event, const Deployment& deployment);
EventFindings ReadEvents(const Sim& sim, u32 deployment);
// Warning records seen in the last five minutes, all namespaces of users.
u32 RecentWarnings(const Sim& sim);

// When a Deployment's configuration last changed: newest change of a ConfigMap it refers to;
// false when it refers to none.
bool LastConfigChange(const Sim& sim, u32 deployment, i32& changed_ms);

}  // namespace wt
