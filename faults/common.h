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

// A change of the template takes all pods of the Deployment away before new ones are Ready:
// strategy Recreate, or maxUnavailable of at least all replicas (rounded down, at least 1 when
// maxSurge is 0 too; pkg/controller/deployment/util ResolveFenceposts, v1.35).
bool RolloutTakesAll(const Sim& sim, u32 deployment);

// kGood: in the graph, has traffic, clients need it; kWeak: any other workload with replicas.
Fit FitWorkload(const Sim& sim, u32 deployment);
// The same when pods go only as the rollout lets them.
Fit FitRollout(const Sim& sim, u32 deployment);

// The live row behind a fault's target, 0 = gone.
u32 TargetRow(const Sim& sim, const Fault& fault);

// ---- faults that are edits of a Deployment's template
const ContainerSpec* MainContainerSpec(const Sim& sim, u32 deployment);
// What its process must be; null when the workload is not part of the app's graph.
const ServiceRuntime* RuntimeOf(const Sim& sim, u32 deployment);
// Applies one edit as the fault's actor; false when refused.
bool EditTarget(Sim& sim, ObjectRef object, EditOp op, u16 detail, u32 arg);
// saved[0] = template before, saved[1] = after. Between them the kind edits.
void SaveBefore(const Sim& sim, Fault& fault);
void SaveAfter(const Sim& sim, Fault& fault);
// Puts the saved revision back where the present one is still the fault's; otherwise nobody's
// business: someone has written since.
void RevertSaved(Sim& sim, Fault& fault);
RootCause DeploymentTruth(const Sim& sim, const Fault& fault, std::string field);
// `kubectl rollout undo` to the revision that has the saved template.
std::vector<RepairStep> UndoRepair(const Sim& sim, const Fault& fault);
// "spec.template.spec.containers[0]"
std::string ContainerField(u32 container);

// ---- texts for a real cluster
std::string Quote(std::string_view text);  // JSON string literal
RealChange DeploymentPatch(const Sim& sim, u32 deployment, std::string body);
// Strategic patch that merges `fields` (JSON members) into the main container.
RealChange ContainerPatch(const Sim& sim, u32 deployment, const std::string& fields);

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
