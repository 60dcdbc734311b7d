// SPDX-License-Identifier: Apache-2.0
#include "faults/common.h"

#include <fmt/format.h>

#include "sim/cluster/entities.h"
#include "sim/transitions.h"

namespace wt {

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
      if (!call.optional) well *= 1.0f - call.probability * fails[call.callee];
    }
    fails[o] = 1.0f - well;
  }
  f32 impact = 0;
  for (const GraphEntry& entry : graph.entries) impact += entry.share * fails[entry.operation];
  return impact;
}

u32 GraphOfService(const Sim& sim, u32 service) {
  const Service& row = sim.At<Service>(service);
  if (row.ns != sim.blueprint.app_namespace) return 0;
  const auto& services = sim.blueprint.graph.services;
  for (u32 g = 0; g < services.size(); ++g) {
    if (services[g].kube_service == row.name) return g + 1;
  }
  return 0;
}

bool RolloutTakesAll(const Sim& sim, u32 deployment) {
  const Deployment& row = sim.At<Deployment>(deployment);
  const auto& spec = sim.Typed<DeploymentSpec>(row.doc);
  if (spec.strategy == StrategyType::kRecreate) return true;
  const i32 replicas = row.replicas;
  i32 unavailable = spec.max_unavailable.value;
  if (spec.max_unavailable.is_percent) unavailable = replicas * unavailable / 100;
  if (unavailable == 0 && spec.max_surge.value == 0) unavailable = 1;
  return unavailable >= replicas;
}

Fit FitWorkload(const Sim& sim, u32 deployment) {
  const Deployment& row = sim.At<Deployment>(deployment);
  if (row.born == 0 || row.deleting || row.replicas < 1) return Fit::kNo;
  if (row.service == 0) return Fit::kWeak;
  const u32 graph = row.service - 1u;
  const bool noticed = ClientImpact(sim.blueprint.graph, graph) >= kNoticedImpact &&
                       sim.world.Rows<FlowServiceRow>()[graph].rate > 0;
  return noticed ? Fit::kGood : Fit::kWeak;
}

Fit FitRollout(const Sim& sim, u32 deployment) {
  const Fit fit = FitWorkload(sim, deployment);
  return fit == Fit::kGood && !RolloutTakesAll(sim, deployment) ? Fit::kWeak : fit;
}

u32 TargetRow(const Sim& sim, const Fault& fault) {
  const u32 row = fault.target_row;
  switch (static_cast<ObjectKind>(fault.target_kind)) {
    case ObjectKind::kDeployment: {
      const Deployment& target = sim.At<Deployment>(row);
      return target.born == fault.target_born && !target.deleting ? row : 0;
    }
    case ObjectKind::kService: {
      const Service& target = sim.At<Service>(row);
      return target.born == fault.target_born && !target.deleting ? row : 0;
    }
    default: return 0;
  }
}

const ContainerSpec* MainContainerSpec(const Sim& sim, u32 deployment) {
  const auto& tmpl = sim.Typed<PodTemplate>(sim.At<Deployment>(deployment).tmpl);
  const auto containers = Items(&tmpl, tmpl.containers);
  const u32 main = MainContainer(sim, deployment);
  return main < containers.size() ? &containers[main] : nullptr;
}

const ServiceRuntime* RuntimeOf(const Sim& sim, u32 deployment) {
  const u16 graph = sim.At<Deployment>(deployment).service;
  return graph == 0 ? nullptr : &sim.blueprint.runtime[graph - 1u];
}

bool EditTarget(Sim& sim, ObjectRef object, EditOp op, u16 detail, u32 arg) {
  return ApplyEdit(sim, object, op, detail, arg, kFaultActor).ok();
}

void SaveBefore(const Sim& sim, Fault& fault) {
  const bool service = static_cast<ObjectKind>(fault.target_kind) == ObjectKind::kService;
  fault.saved[0] = service ? sim.At<Service>(fault.target_row).doc
                           : sim.At<Deployment>(fault.target_row).tmpl;
}

void SaveAfter(const Sim& sim, Fault& fault) {
  const bool service = static_cast<ObjectKind>(fault.target_kind) == ObjectKind::kService;
  fault.saved[1] = service ? sim.At<Service>(fault.target_row).doc
                           : sim.At<Deployment>(fault.target_row).tmpl;
}

void RevertSaved(Sim& sim, Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  if (row == 0) return;
  if (static_cast<ObjectKind>(fault.target_kind) == ObjectKind::kService) {
    if (sim.At<Service>(row).doc == fault.saved[1]) {
      SetServiceDoc(sim, row, fault.saved[0], kFaultActor);
    }
    return;
  }
  const Deployment& target = sim.At<Deployment>(row);
  if (target.tmpl != fault.saved[1]) return;
  SetDeploymentTemplate(sim, row, fault.saved[0], target.restarted_at_s, kFaultActor);
}

RootCause DeploymentTruth(const Sim& sim, const Fault& fault, std::string field) {
  const Deployment& row = sim.At<Deployment>(fault.target_row);
  const u32 live = TargetRow(sim, fault);
  return {ObjectKind::kDeployment, fault.target_row, fault.target_born,
          live ? row.ns : 0, live ? row.name : 0, std::move(field),
          EntityKind::kWorkload, live};
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

std::string Quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

RealChange DeploymentPatch(const Sim& sim, u32 deployment, std::string body) {
  const Deployment& row = sim.At<Deployment>(deployment);
  return {"Deployment", std::string(sim.Text(row.ns)), std::string(sim.Text(row.name)),
          "patch", "strategic", std::move(body)};
}

RealChange ContainerPatch(const Sim& sim, u32 deployment, const std::string& fields) {
  const ContainerSpec* container = MainContainerSpec(sim, deployment);
  const std::string name = container == nullptr ? "" : std::string(sim.Text(container->name));
  return DeploymentPatch(
      sim, deployment,
      fmt::format(R"({{"spec":{{"template":{{"spec":{{"containers":[{{"name":{},{}}}]}}}}}}}})",
                  Quote(name), fields));
}

StrId TextOr(Sim& sim, const ParameterValue& given, std::string_view default_text) {
  return given.given ? given.text : InternString(sim, default_text);
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
      if (services[g].workload != object.name || object.ns != blueprint.app_namespace) continue;
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
