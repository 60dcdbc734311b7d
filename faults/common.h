// SPDX-License-Identifier: Apache-2.0
// What several fault kinds share: who would notice, saving and putting back revisions, repairs of
// a rollout.
#pragma once

#include "faults/fault_kind.h"

namespace wt {

// Share of client requests that fail while GraphService `service` answers nothing, by the call
// graph alone (required calls, no retries). O(operations + calls).
f32 ClientImpact(const ServiceGraph& graph, u32 service);
inline constexpr f32 kNoticedImpact = 0.02f;

// GraphService + 1 behind a Service or Deployment row; 0 = not part of the app's graph.
u32 GraphOfService(const Sim& sim, u32 service);

// Pods that a change of the template may take away before new ones are Ready: all of them with
// strategy Recreate, else maxUnavailable (controllers/rollout_math.h).
i32 PodsARolloutTakes(const Sim& sim, u32 deployment);

// kGood: in the graph, has traffic, clients need it, no other workload stands behind its
// Service; kWeak: any other workload with replicas.
Fit FitWorkload(const Sim& sim, u32 deployment);
// The same for a rollout that never gets Ready: kGood when the pods it leaves cannot carry the
// present load.
Fit FitRollout(const Sim& sim, u32 deployment);

// The live row of a fault's target: the object itself or, when that was deleted, one made again
// under its name; 0 = neither.
u32 TargetRow(const Sim& sim, const Fault& fault);
// Fault.target_name holds the target's name.
StrId NameOfRow(const Sim& sim, ObjectKind kind, u32 row);
u32 BornOfRow(const Sim& sim, ObjectKind kind, u32 row);
RootCause TargetTruth(const Sim& sim, const Fault& fault, std::string field);

// Number of the container port that a template declares under this name; 0 = none.
u32 NamedPort(const Sim& sim, RevId tmpl, StrId name);

// ---- faults that are edits of a Deployment's template
// Null for row 0 and for a template without containers.
const ContainerSpec* MainContainerSpec(const Sim& sim, u32 deployment);
u16 MainIndex(const Sim& sim, const Fault& fault);  // of the target's main container
// What its process must be; null when the workload is not part of the app's graph.
const ServiceRuntime* RuntimeOf(const Sim& sim, u32 deployment);
// Makes the kind's edit as the fault's actor; keeps the revision before in saved[0], after in
// saved[1].
bool InjectOwnEdit(Sim& sim, Fault& fault);
// The kind's edit as a request to a real API server.
std::vector<RealChange> RealOwnEdit(const Sim& sim, const Fault& fault);
// Puts the saved revision back where the present one is still the fault's; where someone has
// written since, what they wrote stands.
void RevertSaved(Sim& sim, Fault& fault);
// `kubectl rollout undo` to the revision that has the saved template.
std::vector<RepairStep> UndoRepair(const Sim& sim, const Fault& fault);
// "spec.template.spec.containers[0]"
std::string ContainerField(u32 container);

// The JSON patch that makes this edit of the object as it is now (real_json.cpp).
RealChange RealEdit(const Sim& sim, ObjectRef object, EditOp op, u16 detail, u32 arg);
// `kubectl rollout restart` at this instant.
RealChange RealRestart(const Sim& sim, u32 deployment);

// Creates the Deployment of `manifest` with a shell loop that deletes one pod of `selector` every
// `every_s` seconds, and the ServiceAccount, Role and binding that it needs: a List.
RealChange RealKiller(std::string_view manifest, const std::string& ns,
                      const std::string& selector, u32 every_s);

// A finite parameter: the given text, else the default of the kind's table.
StrId TextOr(Sim& sim, const ParameterValue& given, std::string_view default_text);

// Every Deployment among the Blueprint's loaded objects, with its main container's index.
struct LoadedWorkload {
  const LoadedObject* object = nullptr;
  u16 container = 0;
  const ContainerSpec* spec = nullptr;
  const ServiceRuntime* runtime = nullptr;  // null when not part of the graph
  const GraphService* graph = nullptr;
};
std::vector<LoadedWorkload> LoadedWorkloads(const Blueprint& blueprint);

}  // namespace wt
