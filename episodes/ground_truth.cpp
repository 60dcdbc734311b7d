// SPDX-License-Identifier: Apache-2.0
#include "episodes/ground_truth.h"

#include "episodes/draw_scenario.h"
#include "faults/all_faults.h"
#include "faults/fault_schedule.h"
#include "sim/objects/kinds.h"

namespace wt {
namespace {

// The object that stands for an entity of this kind.
ObjectKind ObjectOf(EntityKind kind) {
  switch (kind) {
    case EntityKind::kService: return ObjectKind::kService;
    case EntityKind::kWorkload: return ObjectKind::kDeployment;
    case EntityKind::kNode: return ObjectKind::kNode;
    case EntityKind::kCluster:
    case EntityKind::kCount: break;
  }
  return ObjectKind::kNone;
}

CausePlace PlaceOf(const Sim& sim, const Fault& fault) {
  const RootCause truth = TruthOf(sim, fault);
  return {truth.entity, truth.entity_row, CauseObjects(sim, fault)};
}

bool IsObjectOf(const Sim& sim, const Fault& fault, const Answer& answer) {
  const RootCause truth = TruthOf(sim, fault);
  const std::string& ns = answer.object_namespace;
  return truth.kind == ObjectKindNamed(answer.object_kind) &&
         sim.Text(truth.name) == answer.object_name && (ns.empty() || sim.Text(truth.ns) == ns);
}

}  // namespace

bool HasFault(const World& world) { return !PlannedFaults(world).empty(); }

SimTime FirstFaultAt(const World& world) {
  SimTime first = 0;
  for (const u32 row : PlannedFaults(world)) {
    const SimTime at = world.At<Fault>(row).at_ns;
    if (first == 0 || at < first) first = at;
  }
  return first;
}

bool AllCausesGone(const Sim& sim) {
  for (u32 row = 1; row < sim.world.Used<Fault>(); ++row) {  // each step: no list
    const Fault& fault = sim.At<Fault>(row);
    if (fault.born == 0 || fault.noise) continue;
    if (!WasInjected(fault) || !CauseGone(sim, fault)) return false;
  }
  return true;
}

bool IsPartOfCause(const Sim& sim, ObjectKind kind, u32 row, u32 born) {
  for (const u32 fault : PlannedFaults(sim.world)) {
    const Fault& f = sim.At<Fault>(fault);
    if (f.target_row == row && f.target_born == born && KindOf(f).target == kind) return true;
    for (const ObjectRef& object : CauseObjects(sim, f)) {
      if (object.kind == kind && object.row == row) return true;
    }
  }
  return false;
}

std::vector<CausePlace> CausePlaces(const Sim& sim) {
  std::vector<CausePlace> out;
  for (const u32 fault : PlannedFaults(sim.world)) {
    out.push_back(PlaceOf(sim, sim.At<Fault>(fault)));
  }
  return out;
}

bool LiesIn(const CausePlace& place, EntityKind kind, u32 row) {
  if (place.entity == kind && place.entity_row == row) return true;
  const ObjectKind object = ObjectOf(kind);
  for (const ObjectRef& part : place.objects) {
    if (part.kind == object && part.row == row) return true;
  }
  return false;
}

bool IsCauseEntity(const Sim& sim, EntityKind kind, u32 row) {
  for (const u32 fault : PlannedFaults(sim.world)) {
    if (LiesIn(PlaceOf(sim, sim.At<Fault>(fault)), kind, row)) return true;
  }
  return false;
}

std::string_view CauseName(const Sim& sim) {
  for (const u32 row : PlannedFaults(sim.world)) {
    const RootCause truth = TruthOf(sim, sim.At<Fault>(row));
    if (truth.entity_row == 0) return sim.Text(truth.name);
    return sim.Text(truth.entity == EntityKind::kService
                        ? sim.At<Service>(truth.entity_row).name
                        : sim.At<Deployment>(truth.entity_row).name);
  }
  return "";
}

NamedCause CauseNamedBy(const Sim& sim, const Answer& answer, u32 entity_row) {
  NamedCause named;
  for (const u32 row : PlannedFaults(sim.world)) {
    const Fault& fault = sim.At<Fault>(row);
    const bool here = answer.kind != EntityKind::kCluster
                          ? entity_row != 0 && LiesIn(PlaceOf(sim, fault), answer.kind, entity_row)
                          : !answer.object_name.empty() && IsObjectOf(sim, fault, answer);
    const bool kind = !answer.fault_kind.empty() && answer.fault_kind == KindOf(fault).id;
    const bool field = !answer.field.empty() && answer.field == TruthOf(sim, fault).field;
    named.localized |= here;
    named.analysed |= here && (kind || field);
  }
  return named;
}

}  // namespace wt
