// SPDX-License-Identifier: Apache-2.0
// A workload scaled to zero: 0/0, no endpoints, nobody answers.
#include "faults/all_faults.h"
#include "faults/common.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr u32 kScaleOptionMax = 3;  // the largest scale that is a move

Status Draw(Sim&, Fault&, u32, const ParameterValues&) { return Ok{}; }

// saved[0] replicas before
bool Inject(Sim& sim, Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  if (row == 0) return false;
  fault.saved[0] = static_cast<u32>(sim.At<Deployment>(row).replicas);
  if (fault.saved[0] == 0) return false;
  return ApplyEdit(sim, {ObjectKind::kDeployment, row}, EditOp::kSetReplicas, 0, 0, kFaultActor)
      .ok();
}

void Revert(Sim& sim, Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  if (row == 0 || sim.At<Deployment>(row).replicas != 0) return;
  SetDeploymentReplicas(sim, row, static_cast<i32>(fault.saved[0]), kFaultActor);
}

RootCause Truth(const Sim& sim, const Fault& fault) {
  return TargetTruth(sim, fault, "spec.replicas");
}

std::vector<RepairStep> Repair(const Sim& sim, const Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  if (row == 0) return {};
  const u32 wanted = fault.saved[0] < kScaleOptionMax ? fault.saved[0] : kScaleOptionMax;
  return {{EntityKind::kWorkload, row, Verb::kScale, wanted}};
}

bool CauseGone(const Sim& sim, const Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  return row != 0 && sim.At<Deployment>(row).replicas > 0;
}

std::vector<RealChange> ToReal(const Sim& sim, const Fault& fault) {
  return {RealEdit(sim, {ObjectKind::kDeployment, fault.target_row}, EditOp::kSetReplicas, 0, 0)};
}

}  // namespace

const FaultKind kReplicasZero{
    .id = "replicas-zero",
    .title = "Workload scaled to zero",
    .layer = "platform",
    .target = ObjectKind::kDeployment,
    .fit = FitWorkload,
    .draw = Draw,
    .inject = Inject,
    .revert = Revert,
    .truth = Truth,
    .repair = Repair,
    .cause_gone = CauseGone,
    .to_real = ToReal,
};

}  // namespace wt
