// SPDX-License-Identifier: Apache-2.0
// A liveness probe asks a port or path that is not served: healthy processes are killed every
// threshold x period, then wait in crash-loop back-off.
#include <fmt/format.h>

#include <algorithm>

#include "faults/all_faults.h"
#include "faults/common.h"
#include "faults/values.h"
#include "sim/kubelet/health_command.h"

namespace wt {
namespace {

constexpr Parameter kParameters[] = {
    {"port", ParameterType::kCount, 1, 65535, "", "the port that nothing serves"},
    {"path", ParameterType::kText, 0, 0, "",
     "the path that is not answered; for HTTP probes of programs that know their paths"}};

const ProbeSpec* ProbeOf(const Sim& sim, u32 deployment) {
  const ContainerSpec* container = MainContainerSpec(sim, deployment);
  return container == nullptr ? nullptr : &container->probes[kLivenessProbe];
}

bool HasPort(ProbeKind kind) {
  return kind == ProbeKind::kHttp || kind == ProbeKind::kTcp || kind == ProbeKind::kGrpc;
}

bool KnowsPaths(const ProbeSpec& probe, const ServiceRuntime* runtime) {
  return probe.kind == ProbeKind::kHttp && runtime != nullptr && !runtime->paths.empty();
}

template <class T, class V>
bool Contains(const std::vector<T>& values, V value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

Fit FitTarget(const Sim& sim, u32 row) {
  const Fit fit = FitWorkload(sim, row);
  if (fit == Fit::kNo) return fit;
  const ProbeSpec* probe = ProbeOf(sim, row);
  return probe != nullptr && HasPort(probe->kind) ? fit : Fit::kNo;
}

// with[0] port, 0 = the path; with[1] path
Status Draw(Sim& sim, Fault& fault, u32 number, const ParameterValues& given) {
  const ProbeSpec probe = *ProbeOf(sim, fault.target_row);
  const ServiceRuntime* runtime = RuntimeOf(sim, fault.target_row);
  const bool by_path = !given[0].given && (given[1].given || KnowsPaths(probe, runtime));
  if (!by_path) {
    std::vector<u32> ports = PortsLike(probe.port);
    std::erase_if(ports, [&](u32 p) { return runtime != nullptr && Contains(runtime->ports, p); });
    fault.with[0] = DrawNumber(sim, number, given[0], ports);
    if (fault.with[0] == 0) {
      return Error{ErrorCode::kInvalidInput, "",
                   "every port near the probe's is in use; give one"};
    }
    if (runtime == nullptr || !Contains(runtime->ports, fault.with[0])) return Ok{};
    return Error{ErrorCode::kInvalidInput, "",
                 fmt::format("port {} is served by {}; expected one that is not", fault.with[0],
                             sim.Text(fault.target_name))};
  }
  fault.with[1] = DrawText(sim, number, given[1], PathsLike(sim.Text(probe.path)),
                           [&](const std::string& path) {
                             return !KnowsPaths(probe, runtime) ||
                                    !Contains(runtime->paths, sim.blueprint.strings.Find(path));
                           });
  if (KnowsPaths(probe, runtime) && !Contains(runtime->paths, fault.with[1])) return Ok{};
  return Error{ErrorCode::kInvalidInput, "",
               fmt::format("{} answers the path {}; expected one that it does not answer, or port",
                           sim.Text(fault.target_name), sim.Text(fault.with[1]))};
}

u16 Detail(u32 container) { return static_cast<u16>(container * 4 + kLivenessProbe); }
EditOp OpOf(const Fault& fault) {
  return fault.with[0] != 0 ? EditOp::kSetProbePort : EditOp::kSetProbePath;
}
u32 ArgOf(const Fault& fault) { return fault.with[0] != 0 ? fault.with[0] : fault.with[1]; }

FaultEdit EditOf(const Sim& sim, const Fault& fault) {
  return {OpOf(fault), Detail(MainIndex(sim, fault)), ArgOf(fault)};
}

RootCause Truth(const Sim& sim, const Fault& fault) {
  return TargetTruth(sim, fault, ContainerField(MainIndex(sim, fault)) + ".livenessProbe");
}

// What an HTTP or TCP probe asks for is served.
bool IsServed(const Sim& sim, const Fault& fault, u32 row, const ProbeSpec& probe) {
  const ServiceRuntime* runtime = RuntimeOf(sim, row);
  if (runtime == nullptr) {  // nobody knows what it serves: the probe is again what it was
    const auto& before = sim.Typed<PodTemplate>(fault.saved[0]);
    const ProbeSpec& was =
        Items(&before, before.containers)[MainIndex(sim, fault)].probes[kLivenessProbe];
    return probe.port == was.port && (probe.kind != was.kind || probe.path == was.path);
  }
  if (!Contains(runtime->ports, probe.port)) return false;
  return !KnowsPaths(probe, runtime) || Contains(runtime->paths, probe.path);
}

// No such probe, or one that the container passes, of whatever kind it is.
bool CauseGone(const Sim& sim, const Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  const ContainerSpec* container = MainContainerSpec(sim, row);
  if (container == nullptr) return false;
  const ProbeSpec& probe = container->probes[kLivenessProbe];
  switch (probe.kind) {
    case ProbeKind::kNone: return true;
    case ProbeKind::kExec:
      return RunHealthCommand(sim, container->image, probe.path) == ProbeAnswer::kSuccess;
    case ProbeKind::kGrpc:
      return IsServed(sim, fault, row, probe) && SpeaksGrpc(sim, container->image, probe.port);
    case ProbeKind::kHttp:
    case ProbeKind::kTcp: break;
  }
  return IsServed(sim, fault, row, probe);
}

void Edits(Blueprint& blueprint, std::vector<WantedEdits>& out) {
  for (const LoadedWorkload& workload : LoadedWorkloads(blueprint)) {
    const ProbeSpec& probe = workload.spec->probes[kLivenessProbe];
    if (!HasPort(probe.kind)) continue;
    const auto add = [&](EditOp op, u32 arg) {
      out.push_back({ObjectKind::kDeployment, workload.object->ns, workload.object->name,
                     {{op, Detail(workload.container), arg}}});
    };
    if (!KnowsPaths(probe, workload.runtime)) {
      for (const u32 port : PortsLike(probe.port)) add(EditOp::kSetProbePort, port);
      continue;
    }
    for (const std::string& path : PathsLike(blueprint.strings.Text(probe.path))) {
      add(EditOp::kSetProbePath, blueprint.strings.Add(path));
    }
  }
}

}  // namespace

const FaultKind kLivenessWrongTarget{
    .id = "liveness-wrong-target",
    .title = "Liveness probe path or port wrong",
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
