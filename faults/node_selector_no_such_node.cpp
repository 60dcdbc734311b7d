// SPDX-License-Identifier: Apache-2.0
// A workload's nodeSelector names a host that the cluster does not have: new pods stay Pending,
// FailedScheduling says that no node matched.
#include <fmt/format.h>

#include <algorithm>

#include "faults/all_faults.h"
#include "faults/common.h"
#include "faults/values.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr Parameter kParameters[] = {
    {"hostname", ParameterType::kText, 0, 0, "", "the node that does not exist"}};

bool SomeNodeMatches(const Sim& sim, const PodTemplate& tmpl) {
  for (u32 n = 1; n < sim.world.Used<Node>(); ++n) {
    if (sim.At<Node>(n).born == 0) continue;
    const auto& node = sim.Typed<NodeSpec>(sim.At<Node>(n).doc);
    bool all = true;
    for (const LabelPair& wanted : Items(&tmpl, tmpl.node_selector)) {
      bool has = false;
      for (const LabelPair& label : Items(&node, node.labels)) {
        has |= label.key == wanted.key && label.value == wanted.value;
      }
      all &= has;
    }
    if (all) return true;
  }
  return false;
}

// with[0] the host
Status Draw(Sim& sim, Fault& fault, u32 number, const ParameterValues& given) {
  std::vector<std::string> nodes;
  for (u32 n = 1; n < sim.world.Used<Node>(); ++n) {
    if (sim.At<Node>(n).born != 0) nodes.emplace_back(sim.Text(sim.At<Node>(n).name));
  }
  fault.with[0] = DrawText(sim, number, given[0], HostsLike(nodes), [&](const std::string& host) {
    return std::find(nodes.begin(), nodes.end(), host) == nodes.end();
  });
  if (FindNode(sim, fault.with[0]) == 0) return Ok{};
  return Error{ErrorCode::kInvalidInput, "",
               fmt::format("the cluster has a node {}; expected a name that it has not",
                           sim.Text(fault.with[0]))};
}

FaultEdit EditOf(const Sim&, const Fault& fault) {
  return {EditOp::kSetNodeSelector, 0, fault.with[0]};
}

RootCause Truth(const Sim& sim, const Fault& fault) {
  return TargetTruth(sim, fault, "spec.template.spec.nodeSelector");
}

bool CauseGone(const Sim& sim, const Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  return row != 0 &&
         SomeNodeMatches(sim, sim.Typed<PodTemplate>(sim.At<Deployment>(row).tmpl));
}

void Edits(Blueprint& blueprint, std::vector<WantedEdits>& out) {
  std::vector<std::string> nodes;
  for (const LoadedObject& object : blueprint.objects) {
    if (static_cast<ObjectKind>(object.kind) != ObjectKind::kNode) continue;
    nodes.push_back(blueprint.strings.Text(object.name));
  }
  for (const LoadedWorkload& workload : LoadedWorkloads(blueprint)) {
    for (const std::string& host : HostsLike(nodes)) {
      out.push_back({ObjectKind::kDeployment, workload.object->ns, workload.object->name,
                     {{EditOp::kSetNodeSelector, 0, blueprint.strings.Add(host)}}});
    }
  }
}

}  // namespace

const FaultKind kNodeSelectorNoSuchNode{
    .id = "node-selector-no-such-node",
    .title = "nodeSelector for a node that does not exist",
    .layer = "platform",
    .parameters = kParameters,
    .target = ObjectKind::kDeployment,
    .fit = FitRollout,
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
