// SPDX-License-Identifier: Apache-2.0
// A container's memory limit lies below what its program needs to start: OOMKilled, crash loop.
#include <fmt/format.h>

#include "faults/all_faults.h"
#include "faults/common.h"

namespace wt {
namespace {

constexpr Parameter kParameters[] = {
    {"fraction", ParameterType::kNumber, 0.01, 0.95, "",
     "the limit as a share of what the program needs"},
    {"limit", ParameterType::kQuantity, 1, 1e15, "", "the limit itself, in place of fraction"}};
constexpr f64 kFractions[] = {0.3, 0.4, 0.5, 0.6, 0.7};
constexpr f64 kMiB = 1 << 20;
constexpr u32 kSmallestMiB = 2;

f64 NeedOf(const Sim& sim, u32 deployment) {
  const u16 graph = sim.At<Deployment>(deployment).service;
  if (graph == 0) return 0;
  return static_cast<f64>(sim.blueprint.graph.services[graph - 1u].memory_base_bytes);
}

u32 LimitMiB(f64 need, f64 fraction) {
  const u32 mib = static_cast<u32>(need * fraction / kMiB);
  return mib > kSmallestMiB ? mib : kSmallestMiB;
}

Fit FitTarget(const Sim& sim, u32 row) {
  const Fit fit = FitRollout(sim, row);
  if (fit == Fit::kNo || MainContainerSpec(sim, row) == nullptr) return Fit::kNo;
  return NeedOf(sim, row) > 2 * kSmallestMiB * kMiB ? fit : Fit::kNo;
}

// with[0] the limit in MiB
Status Draw(Sim& sim, Fault& fault, u32 number, const ParameterValues& given) {
  const f64 need = NeedOf(sim, fault.target_row);
  const f64 drawn = kFractions[DrawValue(sim, number, std::size(kFractions))];
  fault.with[0] = LimitMiB(need, given[0].given ? given[0].number : drawn);
  if (given[1].given) fault.with[0] = LimitMiB(given[1].number, 1);
  if (fault.with[0] * kMiB < need) return Ok{};
  return Error{ErrorCode::kInvalidInput, "",
               fmt::format("a limit of {}Mi is enough for {}, which needs {:.0f}Mi",
                           fault.with[0], sim.Text(fault.target_name), need / kMiB)};
}

FaultEdit EditOf(const Sim& sim, const Fault& fault) {
  return {EditOp::kSetMemoryLimit, MainIndex(sim, fault), fault.with[0]};
}

RootCause Truth(const Sim& sim, const Fault& fault) {
  return TargetTruth(sim, fault,
                     ContainerField(MainIndex(sim, fault)) + ".resources.limits.memory");
}

// No limit, or one that the program can start under.
bool CauseGone(const Sim& sim, const Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  const ContainerSpec* container = MainContainerSpec(sim, row);
  if (container == nullptr) return false;
  return container->memory_limit == 0 ||
         static_cast<f64>(container->memory_limit) >= NeedOf(sim, row);
}

void Edits(Blueprint& blueprint, std::vector<WantedEdits>& out) {
  for (const LoadedWorkload& workload : LoadedWorkloads(blueprint)) {
    if (workload.graph == nullptr) continue;
    for (const f64 fraction : kFractions) {
      const u32 limit = LimitMiB(static_cast<f64>(workload.graph->memory_base_bytes), fraction);
      out.push_back({ObjectKind::kDeployment, workload.object->ns, workload.object->name,
                     {{EditOp::kSetMemoryLimit, workload.container, limit}}});
    }
  }
}

}  // namespace

const FaultKind kMemoryLimitTooSmall{
    .id = "memory-limit-too-small",
    .title = "Memory limit too small",
    .layer = "platform",
    .parameters = kParameters,
    .target = ObjectKind::kDeployment,
    .fit = FitTarget,
    .draw = Draw,
    .edit = EditOf,
    .inject = InjectOwnEdit,
    .revert = RevertSaved,
    .truth = Truth,
    .repair = UndoRepair,
    .cause_gone = CauseGone,
    .to_real = RealOwnEdit,
    .edits = Edits,
};

}  // namespace wt
