// SPDX-License-Identifier: Apache-2.0
// A Service's targetPort names a port that its pods do not serve: endpoints list the wrong port,
// pods stay Ready, connections are refused.
#include <fmt/format.h>

#include <algorithm>

#include "faults/all_faults.h"
#include "faults/common.h"
#include "faults/values.h"
#include "sim/transitions.h"

namespace wt {
namespace {

constexpr Parameter kParameters[] = {
    {"port", ParameterType::kCount, 1, 65535, "", "the port that nothing serves"}};

// Index of the port that callers use in the Service's list; -1 = it is not there.
int CalledPort(const ServiceSpec& spec, const GraphService& graph) {
  const auto ports = Items(&spec, spec.ports);
  for (u32 i = 0; i < ports.size(); ++i) {
    if (ports[i].port == static_cast<u16>(graph.called_port)) return static_cast<int>(i);
  }
  return -1;
}

Fit FitTarget(const Sim& sim, u32 row) {
  const Service& service = sim.At<Service>(row);
  if (service.born == 0 || service.deleting) return Fit::kNo;
  const auto& spec = sim.Typed<ServiceSpec>(service.doc);
  if (spec.ports.count == 0 || spec.selector.count == 0) return Fit::kNo;
  const u32 graph = GraphOfService(sim, row);
  if (graph == 0 || spec.headless) return Fit::kWeak;  // callers of pods choose the port
  if (CalledPort(spec, sim.blueprint.graph.services[graph - 1]) < 0) return Fit::kNo;
  const bool noticed = ClientImpact(sim.blueprint.graph, graph - 1) >= kNoticedImpact &&
                       sim.world.Rows<FlowServiceRow>()[graph - 1].rate > 0;
  return noticed ? Fit::kGood : Fit::kWeak;
}

// Ports near the one that a Service leads to; of a named one near the Service's own port.
std::vector<u32> PortsLikeTarget(const ServicePort& port) {
  return PortsLike(port.target_port != 0 ? port.target_port : port.port);
}

bool IsServedOrDeclared(const Sim& sim, u32 graph, StrId ns, u32 port) {
  const auto& served = sim.blueprint.runtime[graph - 1].ports;
  if (std::find(served.begin(), served.end(), port) != served.end()) return true;
  const u32 row = FindDeployment(sim, ns, sim.blueprint.graph.services[graph - 1].workload);
  if (row == 0) return false;
  const auto& tmpl = sim.Typed<PodTemplate>(sim.At<Deployment>(row).tmpl);
  for (const ContainerSpec& container : Items(&tmpl, tmpl.containers)) {
    const auto ports = Items(&tmpl, container.ports);
    if (std::find(ports.begin(), ports.end(), port) != ports.end()) return true;
  }
  return false;
}

// with[0] port, with[1] its place in the list
Status Draw(Sim& sim, Fault& fault, u32 number, const ParameterValues& given) {
  const u32 graph = GraphOfService(sim, fault.target_row);
  const auto& spec = sim.Typed<ServiceSpec>(sim.At<Service>(fault.target_row).doc);
  const int port = graph == 0 ? 0 : CalledPort(spec, sim.blueprint.graph.services[graph - 1]);
  fault.with[1] = port < 0 ? 0u : static_cast<u32>(port);
  std::vector<u32> ports = PortsLikeTarget(Items(&spec, spec.ports)[fault.with[1]]);
  if (graph != 0) {
    std::erase_if(ports, [&](u32 p) { return IsServedOrDeclared(sim, graph, fault.target_ns, p); });
  }
  fault.with[0] = DrawNumber(sim, number, given[0], ports);
  if (fault.with[0] == 0) {
    return Error{ErrorCode::kInvalidInput, "", "every port near the right one is in use; give one"};
  }
  if (graph == 0) return Ok{};
  const auto& served = sim.blueprint.runtime[graph - 1].ports;
  if (std::find(served.begin(), served.end(), fault.with[0]) != served.end()) {
    return Error{ErrorCode::kInvalidInput, "",
                 fmt::format("port {} is served by this workload; expected one that is not",
                             fault.with[0])};
  }
  return Ok{};
}

FaultEdit EditOf(const Sim&, const Fault& fault) {
  return {EditOp::kSetTargetPort, static_cast<u16>(fault.with[1]), fault.with[0]};
}

RootCause Truth(const Sim& sim, const Fault& fault) {
  return TargetTruth(sim, fault, fmt::format("spec.ports[{}].targetPort", fault.with[1]));
}

// The number behind the saved targetPort: named ones resolve in the workload's template.
u32 SavedPort(const Sim& sim, const Fault& fault) {
  const auto& spec = sim.Typed<ServiceSpec>(fault.saved[0]);
  const ServicePort& port = Items(&spec, spec.ports)[fault.with[1]];
  if (port.target_name == 0) return port.target_port;
  const u32 graph = GraphOfService(sim, fault.target_row);
  return graph == 0 ? 0u : static_cast<u32>(sim.blueprint.graph.services[graph - 1].listen_port);
}

std::vector<RepairStep> Repair(const Sim& sim, const Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  if (row == 0) return {};
  return {{EntityKind::kService, row, Verb::kFixPort, SavedPort(sim, fault)}};
}

// The called port leads to one that the process listens on.
// Of a Service that no call goes to: its targetPort is again what it was.
bool SameTarget(const Sim& sim, RevId doc, const Fault& fault) {
  const auto& now = sim.Typed<ServiceSpec>(doc);
  const auto& before = sim.Typed<ServiceSpec>(fault.saved[0]);
  if (fault.with[1] >= now.ports.count) return false;
  const ServicePort& a = Items(&now, now.ports)[fault.with[1]];
  const ServicePort& b = Items(&before, before.ports)[fault.with[1]];
  return a.target_name == b.target_name && a.target_port == b.target_port;
}

bool CauseGone(const Sim& sim, const Fault& fault) {
  const u32 row = TargetRow(sim, fault);
  if (row == 0) return false;
  const Service& service = sim.At<Service>(row);
  const auto& spec = sim.Typed<ServiceSpec>(service.doc);
  const u32 graph = GraphOfService(sim, row);
  if (graph == 0) return SameTarget(sim, service.doc, fault);
  const GraphService& app = sim.blueprint.graph.services[graph - 1];
  const int at = CalledPort(spec, app);
  if (at < 0) return false;
  const ServicePort& port = Items(&spec, spec.ports)[static_cast<u32>(at)];
  u32 target = port.target_port;
  if (port.target_name != 0) {
    const u32 workload = FindDeployment(sim, service.ns, app.workload);
    if (workload == 0) return false;
    target = NamedPort(sim, sim.At<Deployment>(workload).tmpl, port.target_name);
  }
  const auto& served = sim.blueprint.runtime[graph - 1].ports;
  return std::find(served.begin(), served.end(), target) != served.end();
}

void Edits(Blueprint& blueprint, std::vector<WantedEdits>& out) {
  for (const LoadedObject& object : blueprint.objects) {
    if (static_cast<ObjectKind>(object.kind) != ObjectKind::kService) continue;
    const auto& spec = blueprint.Typed<ServiceSpec>(object.doc);
    for (u16 i = 0; i < spec.ports.count; ++i) {
      for (const u32 port : PortsLikeTarget(Items(&spec, spec.ports)[i])) {
        out.push_back({ObjectKind::kService, object.ns, object.name,
                       {{EditOp::kSetTargetPort, i, port}}});
      }
    }
  }
}

}  // namespace

const FaultKind kServiceTargetPortWrong{
    .id = "service-target-port-wrong",
    .title = "Service targetPort wrong",
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
