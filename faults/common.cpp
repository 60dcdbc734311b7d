// SPDX-License-Identifier: Apache-2.0
#include "faults/common.h"

#include <fmt/format.h>

#include <algorithm>

#include "faults/all_faults.h"
#include "sim/cluster/entities.h"
#include "sim/controllers/rollout_math.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr u32 kValueDraw = 3;  // `which` of Stream::kFault
constexpr f32 kOverloaded = 1.05f;  // share of capacity from which queues grow without end

// Others behind its Service serve on without it.
bool IsOneOfSeveral(const ServiceGraph& graph, u32 service) {
  for (u32 s = 0; s < graph.services.size(); ++s) {
    if (s != service && SameToCallers(graph.services[s], graph.services[service])) return true;
  }
  return false;
}

}  // namespace

f32 ClientImpact(const ServiceGraph& graph, u32 service) {
  std::vector<f32> fails(graph.operations.size(), 0.0f);
  for (std::size_t i = graph.order.size(); i-- > 0;) {
    const u32 o = graph.order[i];
    const GraphOperation& operation = graph.operations[o];
    if (operation.service == service) {
      fails[o] = 1;
      continue;
    }
    f32 well = 1;
    for (u32 c = 0; c < operation.calls; ++c) {
      const GraphCall& call = graph.calls[operation.first_call + c];
      f32 given_up = fails[call.callee];
      if (given_up == 0.0f) continue;
      for (u32 r = 0; r < call.retries_max && given_up < 1; ++r) given_up *= fails[call.callee];
      if (!call.optional) well *= 1.0f - call.probability * given_up;
    }
    if (well == 1.0f) continue;
    const f32 hits = std::max(graph.services[operation.service].cache_hit_ratio, 0.0f);
    fails[o] = (1.0f - hits) * (1.0f - well);
  }
  f32 impact = 0;
  for (const GraphEntry& entry : graph.entries) impact += entry.share * fails[entry.operation];
  return impact;
}

u32 GraphOfService(const Sim& sim, u32 service) {
  const Service& row = sim.At<Service>(service);
  const auto& services = sim.blueprint.graph.services;
  for (u32 g = 0; g < services.size(); ++g) {
    if (services[g].kube_service == row.name && services[g].ns == row.ns) return g + 1;
  }
  return 0;
}

i32 PodsARolloutTakes(const Sim& sim, u32 deployment) {
  const Deployment& row = sim.At<Deployment>(deployment);
  const auto& spec = sim.Typed<DeploymentSpec>(row.doc);
  if (spec.strategy == StrategyType::kRecreate) return row.replicas;
  return ResolveLimits(spec, row.replicas).unavailable;
}

Fit FitWorkload(const Sim& sim, u32 deployment) {
  const Deployment& row = sim.At<Deployment>(deployment);
  if (row.born == 0 || row.deleting || row.replicas < 1) return Fit::kNo;
  if (row.service == 0) return Fit::kWeak;
  const u32 graph = row.service - 1u;
  if (IsOneOfSeveral(sim.blueprint.graph, graph)) return Fit::kWeak;
  const bool noticed = ClientImpact(sim.blueprint.graph, graph) >= kNoticedImpact &&
                       sim.world.Rows<FlowServiceRow>()[graph].rate > 0;
  return noticed ? Fit::kGood : Fit::kWeak;
}

bool CanCarryWithout(const Sim& sim, u32 deployment, i32 pods) {
  const Deployment& row = sim.At<Deployment>(deployment);
  const i32 left = row.replicas - pods;
  if (left <= 0) return false;
  const f32 used = sim.world.Rows<FlowServiceRow>()[row.service - 1].utilisation;
  const f32 then = used * static_cast<f32>(row.replicas) / static_cast<f32>(left);
  return then <= kOverloaded;
}

Fit FitRollout(const Sim& sim, u32 deployment) {
  const Fit fit = FitWorkload(sim, deployment);
  if (fit != Fit::kGood) return fit;
  return CanCarryWithout(sim, deployment, PodsARolloutTakes(sim, deployment)) ? Fit::kWeak
                                                                              : Fit::kGood;
}

StrId NameOfRow(const Sim& sim, ObjectKind kind, u32 row) {
  return kind == ObjectKind::kService ? sim.At<Service>(row).name : sim.At<Deployment>(row).name;
}

u32 BornOfRow(const Sim& sim, ObjectKind kind, u32 row) {
  return kind == ObjectKind::kService ? sim.At<Service>(row).born : sim.At<Deployment>(row).born;
}

u32 TargetRow(const Sim& sim, const Fault& fault) {
  const u32 row = fault.target_row;
  if (static_cast<ObjectKind>(fault.target_kind) == ObjectKind::kService) {
    const Service& service = sim.At<Service>(row);
    if (service.born == fault.target_born && !service.deleting) return row;
    return FindService(sim, fault.target_ns, fault.target_name);
  }
  const Deployment& deployment = sim.At<Deployment>(row);
  if (deployment.born == fault.target_born && !deployment.deleting) return row;
  return FindDeployment(sim, fault.target_ns, fault.target_name);
}

RootCause TargetTruth(const Sim& sim, const Fault& fault, std::string field) {
  const auto kind = static_cast<ObjectKind>(fault.target_kind);
  const bool service = kind == ObjectKind::kService;
  const u32 row = TargetRow(sim, fault);
  RootCause cause;
  cause.kind = kind;
  cause.row = row;
  cause.born = row == 0 ? fault.target_born : BornOfRow(sim, kind, row);
  cause.ns = fault.target_ns;
  cause.name = fault.target_name;
  cause.field = std::move(field);
  cause.entity = service ? EntityKind::kService : EntityKind::kWorkload;
  cause.entity_row = row;
  return cause;
}

u32 NamedPort(const Sim& sim, RevId tmpl, StrId name) {
  const auto& spec = sim.Typed<PodTemplate>(tmpl);
  for (const ContainerSpec& container : Items(&spec, spec.containers)) {
    const auto names = Items(&spec, container.port_names);
    for (u32 i = 0; i < names.size(); ++i) {
      if (names[i] == name) return Items(&spec, container.ports)[i];
    }
  }
  return 0;
}

const ContainerSpec* MainContainerSpec(const Sim& sim, u32 deployment) {
  if (deployment == 0) return nullptr;
  const auto& tmpl = sim.Typed<PodTemplate>(sim.At<Deployment>(deployment).tmpl);
  const auto containers = Items(&tmpl, tmpl.containers);
  const u32 main = MainContainer(sim, deployment);
  return main < containers.size() ? &containers[main] : nullptr;
}

u16 MainIndex(const Sim& sim, const Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  return row == 0 ? u16{0} : static_cast<u16>(MainContainer(sim, row));
}

const ServiceRuntime* RuntimeOf(const Sim& sim, u32 deployment) {
  const u16 graph = sim.At<Deployment>(deployment).service;
  return graph == 0 ? nullptr : &sim.blueprint.runtime[graph - 1u];
}

bool InjectOwnEdit(Sim& sim, Fault& fault) {
  const auto kind = static_cast<ObjectKind>(fault.target_kind);
  const u32 row = TargetRow(sim, fault);
  if (row == 0) return false;
  const auto revision = [&] {
    return kind == ObjectKind::kService ? sim.At<Service>(row).doc : sim.At<Deployment>(row).tmpl;
  };
  const FaultEdit edit = KindOf(fault).edit(sim, fault);
  fault.saved[0] = revision();
  const bool done =
      ApplyEdit(sim, {kind, row}, edit.op, edit.detail, edit.arg, kFaultActor).ok();
  fault.saved[1] = revision();
  return done && fault.saved[1] != fault.saved[0];  // else another has broken it the same way
}

std::vector<RealChange> RealOwnEdit(const Sim& sim, const Fault& fault) {
  const FaultEdit edit = KindOf(fault).edit(sim, fault);
  const ObjectRef target{static_cast<ObjectKind>(fault.target_kind), fault.target_row};
  return {RealEdit(sim, target, edit.op, edit.detail, edit.arg)};
}

void RevertSaved(Sim& sim, Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  if (row == 0) return;
  if (static_cast<ObjectKind>(fault.target_kind) == ObjectKind::kService) {
    if (sim.At<Service>(row).doc != fault.saved[1]) return;
    return SetServiceDoc(sim, row, fault.saved[0], kFaultActor);
  }
  const Deployment& target = sim.At<Deployment>(row);
  if (target.tmpl != fault.saved[1]) return;
  SetDeploymentTemplate(sim, row, fault.saved[0], target.restarted_at_s, kFaultActor);
}

std::vector<RepairStep> UndoRepair(const Sim& sim, const Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  if (row == 0) return {};
  for (u32 k = 0;; ++k) {
    const u32 rs = ReplicaSetByRevision(sim, row, k);
    if (rs == 0) return {};
    const ReplicaSet& set = sim.At<ReplicaSet>(rs);
    if (set.tmpl != fault.saved[0]) continue;
    return {{EntityKind::kWorkload, row, Verb::kUndo, set.revision}};
  }
}

std::string ContainerField(u32 container) {
  return fmt::format("spec.template.spec.containers[{}]", container);
}

u32 DrawValue(const Sim& sim, u32 number, std::size_t count) {
  return DrawBelow(sim.key(), Stream::kFault, number, kValueDraw, static_cast<u32>(count));
}

u32 DrawNumber(const Sim& sim, u32 number, const ParameterValue& given,
               std::span<const u32> values) {
  if (given.given) return static_cast<u32>(given.number);
  return values.empty() ? 0 : values[DrawValue(sim, number, values.size())];
}

StrId DrawText(Sim& sim, u32 number, const ParameterValue& given,
               std::span<const std::string> values,
               const std::function<bool(const std::string&)>& free) {
  if (given.given) return given.text;
  std::vector<const std::string*> wrong;
  for (const std::string& value : values) {
    if (free(value)) wrong.push_back(&value);
  }
  return wrong.empty() ? 0 : InternString(sim, *wrong[DrawValue(sim, number, wrong.size())]);
}

std::vector<LoadedWorkload> LoadedWorkloads(const Blueprint& blueprint) {
  std::vector<LoadedWorkload> out;
  for (const LoadedObject& object : blueprint.objects) {
    if (static_cast<ObjectKind>(object.kind) != ObjectKind::kDeployment || !object.at_start) {
      continue;
    }
    LoadedWorkload workload;
    workload.object = &object;
    const auto& services = blueprint.graph.services;
    for (std::size_t g = 0; g < services.size(); ++g) {
      if (services[g].workload != object.name || services[g].ns != object.ns) continue;
      workload.graph = &services[g];
      workload.runtime = &blueprint.runtime[g];
      workload.container = blueprint.runtime[g].container;
    }
    const auto& tmpl = blueprint.Typed<PodTemplate>(object.tmpl);
    const auto containers = Items(&tmpl, tmpl.containers);
    if (workload.container >= containers.size()) continue;
    workload.spec = &containers[workload.container];
    out.push_back(workload);
  }
  return out;
}

}  // namespace wt
