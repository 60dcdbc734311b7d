// SPDX-License-Identifier: Apache-2.0
#include "faults/fault_schedule.h"

#include <fmt/format.h>

#include <algorithm>

#include "faults/all_faults.h"
#include "faults/common.h"
#include "faults/newcomers.h"
#include "faults/noise.h"
#include "sim/cluster/entities.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr u32 kTargetDraw = 0;  // `which` of Stream::kFault

FaultStage StageOf(const Fault& fault) { return static_cast<FaultStage>(fault.stage); }
void SetStage(Fault& fault, FaultStage stage) { fault.stage = static_cast<u8>(stage); }

u32 RowsOf(const Sim& sim, ObjectKind kind) {
  return kind == ObjectKind::kService ? sim.world.Used<Service>() : sim.world.Used<Deployment>();
}

StrId NamespaceOfRow(const Sim& sim, ObjectKind kind, u32 row) {
  return kind == ObjectKind::kService ? sim.At<Service>(row).ns : sim.At<Deployment>(row).ns;
}

bool IsTaken(const Sim& sim, ObjectKind kind, u32 row) {
  for (const u32 f : PlannedFaults(sim.world)) {
    const Fault& other = sim.At<Fault>(f);
    if (other.target_kind == static_cast<u8>(kind) && other.target_row == row) return true;
  }
  return false;
}

// The workload behind a Service, by the app's graph, else by its selector; 0 = none.
u32 WorkloadOf(const Sim& sim, u32 service) {
  const Service& row = sim.At<Service>(service);
  const u32 graph = GraphOfService(sim, service);
  if (graph != 0) {
    return FindDeployment(sim, row.ns, sim.blueprint.graph.services[graph - 1].workload);
  }
  const auto& spec = sim.Typed<ServiceSpec>(row.doc);
  for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
    const Deployment& workload = sim.At<Deployment>(d);
    if (workload.born != 0 && !workload.deleting && workload.ns == row.ns &&
        SelectsTemplate(sim, spec, workload.tmpl)) {
      return d;
    }
  }
  return 0;
}

u32 ServiceOf(const Sim& sim, u32 deployment) {
  for (u32 s = 1; s < sim.world.Used<Service>(); ++s) {
    const Service& service = sim.At<Service>(s);
    if (service.born == 0 || service.deleting) continue;
    if (WorkloadOf(sim, s) == deployment) return s;
  }
  return 0;
}

bool Uses(const Sim& sim, u32 deployment, u32 config) {
  for (u32 k = 0; ConfigMapOf(sim, deployment, k) != 0; ++k) {
    if (ConfigMapOf(sim, deployment, k) == config) return true;
  }
  return false;
}

// The workload that uses the ConfigMap and carries the fault best; 0 = none uses it.
u32 ConsumerOf(const Sim& sim, const FaultKind& kind, StrId ns, StrId config) {
  const u32 object = FindConfig(sim, RefKind::kConfigMap, ns, config);
  u32 best = 0;
  Fit best_fit = Fit::kNo;
  for (u32 d = 1; d < sim.world.Used<Deployment>() && object != 0; ++d) {
    const Deployment& row = sim.At<Deployment>(d);
    if (row.born == 0 || row.deleting || row.ns != ns || !Uses(sim, d, object)) continue;
    const bool carries = kind.target == ObjectKind::kDeployment;
    const Fit fit = carries ? kind.fit(sim, d) : FitWorkload(sim, d);
    if (best != 0 && fit <= best_fit) continue;
    best = d;
    best_fit = fit;
  }
  return best;
}

// The object that was named, as a row of the kind that the fault wants; 0 = none.
u32 NamedTarget(const Sim& sim, const FaultPlan& plan, StrId ns) {
  const bool wants_service = plan.kind->target == ObjectKind::kService;
  switch (plan.target_kind) {
    case ObjectKind::kService: {
      const u32 row = FindService(sim, ns, plan.target_name);
      return row == 0 || wants_service ? row : WorkloadOf(sim, row);
    }
    case ObjectKind::kConfigMap: {
      const u32 row = ConsumerOf(sim, *plan.kind, ns, plan.target_name);
      return row == 0 || !wants_service ? row : ServiceOf(sim, row);
    }
    case ObjectKind::kNone:
    case ObjectKind::kDeployment: {
      const u32 row = FindDeployment(sim, ns, plan.target_name);
      return row == 0 || !wants_service ? row : ServiceOf(sim, row);
    }
    default: return 0;
  }
}

// Where a target may be: in `wanted`; when that is 0, in the app's main namespace, else in another
// of its namespaces.
std::vector<StrId> NamespacesOf(const Sim& sim, StrId wanted) {
  if (wanted != 0) return {wanted};
  std::vector<StrId> out{sim.blueprint.app_namespace};
  const auto add = [&](StrId ns) {
    const bool known = std::find(out.begin(), out.end(), ns) != out.end();
    if (!known && !IsSystemNamespace(sim.Text(ns))) out.push_back(ns);
  };
  for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
    if (sim.At<Deployment>(d).born != 0) add(sim.At<Deployment>(d).ns);
  }
  for (u32 s = 1; s < sim.world.Used<Service>(); ++s) {
    if (sim.At<Service>(s).born != 0) add(sim.At<Service>(s).ns);
  }
  return out;
}

// "; X, Y or Z can".
std::string OthersThatCan(const Sim& sim, const FaultPlan& plan) {
  constexpr std::size_t kNamedMax = 5;
  const std::vector<u32> rows = Candidates(sim, *plan.kind, plan.target_ns);
  std::string out;
  for (std::size_t i = 0; i < rows.size() && i < kNamedMax; ++i) {
    const bool service = plan.kind->target == ObjectKind::kService;
    out += out.empty() ? "; those can: " : ", ";
    out += sim.Text(service ? sim.At<Service>(rows[i]).name : sim.At<Deployment>(rows[i]).name);
  }
  if (rows.size() > kNamedMax) out += fmt::format(" and {} more", rows.size() - kNamedMax);
  return out;
}

Result<u32> ChooseTarget(const Sim& sim, const FaultPlan& plan) {
  if (plan.target_name != 0) {
    u32 row = 0;
    for (const StrId ns : NamespacesOf(sim, plan.target_ns)) {
      if (row == 0) row = NamedTarget(sim, plan, ns);
    }
    if (row == 0) {
      return Error{ErrorCode::kInvalidInput, "target",
                   fmt::format("there is no {}", sim.Text(plan.target_name))};
    }
    if (plan.kind->fit(sim, row) == Fit::kNo) {
      return Error{ErrorCode::kInvalidInput, "target",
                   fmt::format("{} cannot carry {} (it lacks what the fault breaks, or is so "
                               "already){}", sim.Text(plan.target_name), plan.kind->id,
                               OthersThatCan(sim, plan))};
    }
    return row;
  }
  const std::vector<u32> candidates = Candidates(sim, *plan.kind, plan.target_ns);
  if (candidates.empty()) {
    return Error{ErrorCode::kInvalidInput, "target",
                 fmt::format("no Deployment or Service of the app can carry {} that does not have a "
                             "fault already",
                             plan.kind->id)};
  }
  const u32 at = DrawBelow(sim.key(), Stream::kFault, plan.number, kTargetDraw,
                           static_cast<u32>(candidates.size()));
  return candidates[at];
}

void Inject(Sim& sim, u32 row, Fault& fault) {
  const FaultKind& kind = KindOf(fault);
  if (TargetRow(sim, fault) == 0 || !kind.inject(sim, fault)) {
    return SetStage(fault, FaultStage::kMissed);
  }
  SetStage(fault, FaultStage::kActive);
  SimTime next = kind.act != nullptr ? kind.act(sim, fault) : 0;
  if (fault.until_ns != 0 && (next == 0 || next > fault.until_ns)) next = fault.until_ns;
  if (next != 0) Arm(sim.world, SimEvent::kFault, row, next);
}

void Continue(Sim& sim, u32 row, Fault& fault) {
  const FaultKind& kind = KindOf(fault);
  if (fault.until_ns != 0 && sim.now() >= fault.until_ns) {
    kind.revert(sim, fault);
    return SetStage(fault, FaultStage::kReverted);
  }
  SimTime next = kind.act != nullptr ? kind.act(sim, fault) : 0;
  if (fault.until_ns != 0 && (next == 0 || next > fault.until_ns)) next = fault.until_ns;
  if (next != 0) Arm(sim.world, SimEvent::kFault, row, next);
}

// Writes may move the World's block: a fault is worked on as a copy.
void OnEvent(Sim& sim, u32 row) {
  Fault fault = sim.At<Fault>(row);
  if (fault.noise != 0) {
    return fault.noise == kNewcomers ? StepNewcomers(sim, row) : StepNoise(sim, row);
  }
  if (StageOf(fault) == FaultStage::kPlanned) {
    Inject(sim, row, fault);
  } else if (StageOf(fault) == FaultStage::kActive) {
    Continue(sim, row, fault);
  }
  fault.timer = sim.At<Fault>(row).timer;
  sim.At<Fault>(row) = fault;
}

}  // namespace

const FaultHooks kFaultHooks{&OnEvent};

u32 AddFaultRow(Sim& sim) {
  EnsureHeadroom(sim);
  WorldHeader& header = sim.world.header();
  const u32 born = header.next_born, version = header.resource_version;
  const u32 row = sim.world.Add<Fault>();
  header.next_born = born;
  header.resource_version = version;
  sim.At<Fault>(row).rv = 1;
  sim.At<Fault>(row).born = row;
  return row;
}

std::vector<u32> Candidates(const Sim& sim, const FaultKind& kind, StrId ns) {
  const std::vector<StrId> namespaces = NamespacesOf(sim, ns);
  std::vector<u32> good, weak;
  for (u32 row = 1; row < RowsOf(sim, kind.target) && kind.fit != nullptr; ++row) {
    if (BornOfRow(sim, kind.target, row) == 0 || IsTaken(sim, kind.target, row)) continue;
    const StrId of = NamespaceOfRow(sim, kind.target, row);
    if (std::find(namespaces.begin(), namespaces.end(), of) == namespaces.end()) continue;
    const Fit fit = kind.fit(sim, row);
    if (fit == Fit::kGood) good.push_back(row);
    if (fit == Fit::kWeak) weak.push_back(row);
  }
  return good.empty() ? weak : good;
}

Result<u32> PlanFault(Sim& sim, const FaultPlan& plan) {
  const FaultKind& kind = *plan.kind;
  if (kind.inject == nullptr) return 0u;
  const Result<u32> target = ChooseTarget(sim, plan);
  if (!target) return target.error();
  Fault fault;
  fault.kind = NumberOf(kind);
  fault.target_kind = static_cast<u8>(kind.target);
  fault.target_row = *target;
  fault.target_born = BornOfRow(sim, kind.target, *target);
  fault.target_name = NameOfRow(sim, kind.target, *target);
  fault.target_ns = NamespaceOfRow(sim, kind.target, *target);
  if (plan.target_kind == ObjectKind::kConfigMap) fault.target_config = plan.target_name;
  fault.at_ns = plan.at;
  fault.until_ns = plan.until;
  SetStage(fault, FaultStage::kPlanned);
  if (Status drawn = kind.draw(sim, fault, plan.number, plan.with); !drawn) return drawn.error();
  const u32 row = AddFaultRow(sim);
  fault.rv = sim.At<Fault>(row).rv;
  fault.born = sim.At<Fault>(row).born;
  sim.At<Fault>(row) = fault;
  Arm(sim.world, SimEvent::kFault, row, plan.at);
  return row;
}

bool WasInjected(const Fault& fault) {
  return StageOf(fault) == FaultStage::kActive || StageOf(fault) == FaultStage::kReverted;
}

bool CauseGone(const Sim& sim, const Fault& fault) {
  return StageOf(fault) != FaultStage::kActive || KindOf(fault).cause_gone(sim, fault);
}

std::vector<u32> PlannedFaults(const World& world) {
  std::vector<u32> rows;
  for (u32 f = 1; f < world.Used<Fault>(); ++f) {
    const Fault& fault = world.At<Fault>(f);
    if (fault.born != 0 && !fault.noise) rows.push_back(f);
  }
  return rows;
}

RootCause TruthOf(const Sim& sim, const Fault& fault) { return KindOf(fault).truth(sim, fault); }

std::vector<RepairStep> RepairOf(const Sim& sim, const Fault& fault) {
  if (!WasInjected(fault)) return {};  // nothing was saved that a repair could go by
  return KindOf(fault).repair(sim, fault);
}

std::vector<ObjectRef> CauseObjects(const Sim& sim, const Fault& fault) {
  std::vector<ObjectRef> objects;
  const auto add = [&](ObjectKind kind, u32 row) {
    const auto same = [&](const ObjectRef& o) { return o.kind == kind && o.row == row; };
    if (row != 0 && std::none_of(objects.begin(), objects.end(), same)) {
      objects.push_back({kind, row});
    }
  };
  const RootCause cause = TruthOf(sim, fault);
  add(cause.kind, cause.row);
  if (cause.entity == EntityKind::kWorkload) add(ObjectKind::kDeployment, cause.entity_row);
  if (cause.entity == EntityKind::kService) add(ObjectKind::kService, cause.entity_row);
  for (const RepairStep& step : RepairOf(sim, fault)) {
    if (step.entity == EntityKind::kWorkload) add(ObjectKind::kDeployment, step.row);
    if (step.entity == EntityKind::kService) add(ObjectKind::kService, step.row);
  }
  return objects;
}

}  // namespace wt
