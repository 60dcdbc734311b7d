// SPDX-License-Identifier: Apache-2.0
// A Service's selector wants a label that no pod has: endpoints empty, connections refused.
#include <fmt/format.h>

#include "faults/all_faults.h"
#include "faults/common.h"
#include "faults/values.h"
#include "sim/cluster/entities.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr Parameter kParameters[] = {{"label", ParameterType::kText, 0, 0, "",
                                      "KEY=VALUE that joins the selector or replaces its KEY"}};

Fit FitTarget(const Sim& sim, u32 row) {
  const Service& service = sim.At<Service>(row);
  if (service.born == 0 || service.deleting) return Fit::kNo;
  const auto& spec = sim.Typed<ServiceSpec>(service.doc);
  if (spec.selector.count == 0) return Fit::kNo;
  const u32 graph = GraphOfService(sim, row);
  if (graph == 0) return Fit::kWeak;
  const bool noticed = ClientImpact(sim.blueprint.graph, graph - 1) >= kNoticedImpact &&
                       sim.world.Rows<FlowServiceRow>()[graph - 1].rate > 0;
  return noticed ? Fit::kGood : Fit::kWeak;
}

// The workload whose pods callers mean; 0 = none.
u32 WorkloadBehind(const Sim& sim, u32 service) {
  const StrId ns = sim.At<Service>(service).ns;
  const u32 graph = GraphOfService(sim, service);
  if (graph != 0) return FindDeployment(sim, ns, sim.blueprint.graph.services[graph - 1].workload);
  return FindDeployment(sim, ns, sim.At<Service>(service).name);
}

// Some workload beside the Service has the label.
bool IsWorn(const Sim& sim, StrId ns, std::string_view label) {
  const std::size_t equals = label.find('=');
  for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
    const Deployment& row = sim.At<Deployment>(d);
    if (row.born == 0 || row.ns != ns) continue;
    const auto& tmpl = sim.Typed<PodTemplate>(row.tmpl);
    for (const LabelPair& pair : Items(&tmpl, tmpl.labels)) {
      if (sim.Text(pair.key) == label.substr(0, equals) &&
          sim.Text(pair.value) == label.substr(equals + 1)) {
        return true;
      }
    }
  }
  return false;
}

// with[0] the label
Status Draw(Sim& sim, Fault& fault, u32 number, const ParameterValues& given) {
  const Service& target = sim.At<Service>(fault.target_row);
  const auto& selector = sim.Typed<ServiceSpec>(target.doc).selector;
  const LabelPair first = Items(&sim.Typed<ServiceSpec>(target.doc), selector)[0];
  fault.with[0] = DrawText(
      sim, number, given[0], LabelsLike(sim.Text(first.key), sim.Text(first.value)),
      [&](const std::string& label) { return !IsWorn(sim, fault.target_ns, label); });
  const std::string_view label = sim.Text(fault.with[0]);
  const std::size_t equals = label.find('=');
  if (equals == 0 || equals == std::string_view::npos) {
    return Error{ErrorCode::kInvalidInput, "",
                 fmt::format("{} is not a label; expected KEY=VALUE", label)};
  }
  const u32 workload = WorkloadBehind(sim, fault.target_row);
  if (workload == 0) return Ok{};
  const auto& tmpl = sim.Typed<PodTemplate>(sim.At<Deployment>(workload).tmpl);
  for (const LabelPair& pair : Items(&tmpl, tmpl.labels)) {
    if (sim.Text(pair.key) != label.substr(0, equals)) continue;
    if (sim.Text(pair.value) != label.substr(equals + 1)) continue;
    return Error{ErrorCode::kInvalidInput, "",
                 fmt::format("the pods have the label {}; expected one that none has", label)};
  }
  return Ok{};
}

FaultEdit EditOf(const Sim&, const Fault& fault) {
  return {EditOp::kAddSelector, 0, fault.with[0]};
}

RootCause Truth(const Sim& sim, const Fault& fault) {
  return TargetTruth(sim, fault, "spec.selector");
}

std::vector<RepairStep> Repair(const Sim& sim, const Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  const u32 workload = row == 0 ? 0 : WorkloadBehind(sim, row);
  if (workload == 0) return {};
  return {{EntityKind::kService, row, Verb::kFixSelector, sim.At<Deployment>(workload).name}};
}

// The selector picks the pods of the workload that callers mean.
// Of a Service that no call goes to: it selects every workload again that it selected before.
bool SelectsAsBefore(const Sim& sim, const Service& service, const Fault& fault) {
  const auto& before = sim.Typed<ServiceSpec>(fault.saved[0]);
  const auto& now = sim.Typed<ServiceSpec>(service.doc);
  bool any = false;
  for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
    const Deployment& row = sim.At<Deployment>(d);
    if (row.born == 0 || row.ns != service.ns) continue;
    if (!SelectsTemplate(sim, before, row.tmpl)) continue;
    if (!SelectsTemplate(sim, now, row.tmpl)) return false;
    any = true;
  }
  return any;
}

bool CauseGone(const Sim& sim, const Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  if (row == 0) return false;
  const Service& service = sim.At<Service>(row);
  const u32 workload = WorkloadBehind(sim, row);
  if (workload == 0) return SelectsAsBefore(sim, service, fault);
  return SelectsTemplate(sim, sim.Typed<ServiceSpec>(service.doc),
                         sim.At<Deployment>(workload).tmpl);
}

void Edits(Blueprint& blueprint, std::vector<WantedEdits>& out) {
  for (const LoadedObject& object : blueprint.objects) {
    if (static_cast<ObjectKind>(object.kind) != ObjectKind::kService) continue;
    const auto& spec = blueprint.Typed<ServiceSpec>(object.doc);
    if (spec.selector.count == 0) continue;
    const LabelPair first = Items(&spec, spec.selector)[0];
    for (const std::string& label : LabelsLike(blueprint.strings.Text(first.key),
                                               blueprint.strings.Text(first.value))) {
      out.push_back({ObjectKind::kService, object.ns, object.name,
                     {{EditOp::kAddSelector, 0, blueprint.strings.Add(label)}}});
    }
  }
}

}  // namespace

const FaultKind kServiceSelectorNoMatch{
    .id = "service-selector-no-match",
    .title = "Service selector matches nothing",
    .layer = "network",
    .parameters = kParameters,
    .target = ObjectKind::kService,
    .fit = FitTarget,
    .draw = Draw,
    .edit = EditOf,
    .inject = InjectOwnEdit,
    .revert = RevertSaved,
    .truth = Truth,
    .repair = Repair,
    .cause_gone = CauseGone,
    .to_real = RealOwnEdit,
    .edits = Edits,
};

}  // namespace wt
