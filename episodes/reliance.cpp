// SPDX-License-Identifier: Apache-2.0
#include "episodes/reliance.h"

#include <algorithm>

#include "episodes/ground_truth.h"
#include "faults/fault_schedule.h"
#include "sim/kubelet/config.h"
#include "sim/objects/content_hash.h"

namespace wt {
namespace {

ObjectKind KindOfConfig(const Object& object) {
  if (object.kind == kConfigMapKind) return ObjectKind::kConfigMap;
  return object.kind == kSecretKind ? ObjectKind::kSecret : ObjectKind::kNone;
}

std::vector<StrId> KeysWithValues(const Sim& sim, const Object& object) {
  const u32 empty = ContentId("");
  std::vector<StrId> out;
  const auto& data = sim.Typed<ConfigData>(object.doc);
  for (const ConfigData::Entry& entry : Items(&data, data.entries)) {
    if (entry.content != empty) out.push_back(entry.key);
  }
  return out;
}

u8 ProbesOf(const ContainerSpec& container) {
  u8 out = 0;
  for (int type = 0; type < kProbeTypes; ++type) {
    if (container.probes[type].kind != ProbeKind::kNone) out |= static_cast<u8>(1u << type);
  }
  return out;
}

std::vector<Reliance::Guards> GuardsOf(const Sim& sim, const Deployment& row) {
  std::vector<Reliance::Guards> out;
  const auto& tmpl = sim.Typed<PodTemplate>(row.tmpl);
  for (const ContainerSpec& container : Items(&tmpl, tmpl.containers)) {
    out.push_back({container.name, ProbesOf(container), container.memory_limit > 0});
  }
  return out;
}

bool IsThere(const Pod& pod, u32 born) {
  return pod.born == born && pod.stage != PodStage::kTerminating;
}

u16 GraphServiceOf(const Sim& sim, const Pod& pod) {
  const u32 deployment = pod.owner == 0 ? 0 : sim.At<ReplicaSet>(pod.owner).deployment;
  return deployment == 0 ? u16{0} : sim.At<Deployment>(deployment).service;
}

void AddCopies(const Sim& sim, Reliance& out) {
  for (u32 p = 1; p < sim.world.Used<Pod>(); ++p) {
    const Pod& pod = sim.At<Pod>(p);
    if (pod.born == 0 || !pod.ready || !IsThere(pod, pod.born)) continue;
    const u16 service = GraphServiceOf(sim, pod);
    if (service == 0 || !sim.blueprint.graph.services[service - 1u].is_store) continue;
    if (sim.Typed<PodTemplate>(pod.spec).outlived != 0) continue;
    out.copies.push_back({static_cast<u16>(service - 1), p, pod.born});
  }
}

template <class T>
bool Contains(const std::vector<T>& values, T value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool IsWritten(std::span<const WrittenObject> written, ObjectKind kind, u32 born) {
  return std::ranges::any_of(written, [&](const WrittenObject& w) {
    return w.kind == kind && w.born == born;
  });
}

// Something outside of `service` (of the graph) calls it, or asks it at its start or for its
// health; clients count.
bool IsReliedOn(const Sim& sim, u32 service) {
  const ServiceGraph& graph = sim.blueprint.graph;
  for (const GraphEntry& entry : graph.entries) {
    if (graph.operations[entry.operation].service == service) return true;
  }
  for (const GraphOperation& operation : graph.operations) {
    if (operation.service == service) continue;
    for (u32 c = 0; c < operation.calls; ++c) {
      const u32 callee = graph.calls[operation.first_call + c].callee;
      if (graph.operations[callee].service == service) return true;
    }
  }
  for (u32 s = 0; s < sim.blueprint.runtime.size(); ++s) {
    const ServiceRuntime& runtime = sim.blueprint.runtime[s];
    if (s == service) continue;
    if (Contains(runtime.needs_services, service)) return true;
    if (Contains(runtime.health_depends, service)) return true;
  }
  return false;
}

bool IsFaceReliedOn(const Sim& sim, const Reliance::Face& face) {
  const auto& services = sim.blueprint.graph.services;
  for (u32 s = 0; s < services.size(); ++s) {
    if (services[s].kube_service == face.name && services[s].ns == face.ns) {
      return IsReliedOn(sim, s);
    }
  }
  return false;
}

// Some workload reads this key of the object, or all of it.
bool IsRead(const Sim& sim, ObjectKind kind, const Object& object, StrId key) {
  const RefKind wanted = kind == ObjectKind::kSecret ? RefKind::kSecret : RefKind::kConfigMap;
  const auto reads = [&](const ConfigRef& ref) {
    return ref.kind == wanted && ref.name == object.name && (ref.key == 0 || ref.key == key);
  };
  for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
    const Deployment& row = sim.At<Deployment>(d);
    if (row.born == 0 || row.deleting || row.ns != object.ns) continue;
    const auto& tmpl = sim.Typed<PodTemplate>(row.tmpl);
    for (const ContainerSpec& container : Items(&tmpl, tmpl.containers)) {
      if (std::ranges::any_of(Items(&tmpl, container.refs), reads)) return true;
    }
    if (row.service == 0) continue;
    if (std::ranges::any_of(sim.blueprint.runtime[row.service - 1u].needs, reads)) return true;
  }
  return false;
}

// A fault took this key.
bool IsTakenByFault(const Sim& sim, ObjectKind kind, u32 row, StrId key) {
  for (const u32 fault : PlannedFaults(sim.world)) {
    const RootCause truth = TruthOf(sim, sim.At<Fault>(fault));
    if (truth.kind != kind || truth.row != row || !truth.field.starts_with("data.")) continue;
    if (std::string_view(truth.field).substr(5) == sim.Text(key)) return true;
  }
  return false;
}

bool LostSetting(const Sim& sim, const Reliance::Settings& before) {
  const Object& object = sim.At<Object>(before.row);
  const bool there = object.born == before.born && !object.deleting;
  if (!there) return true;
  const std::vector<StrId> now = KeysWithValues(sim, object);
  return std::ranges::any_of(before.keys, [&](StrId key) {
    return !Contains(now, key) && IsRead(sim, before.kind, object, key) &&
           !IsTakenByFault(sim, before.kind, before.row, key);
  });
}

bool IsStopped(const Sim& sim, const Reliance::Workload& before) {
  const Deployment& row = sim.At<Deployment>(before.row);
  return row.born != before.born || row.deleting || row.replicas == 0;
}

bool LostFace(const Sim& sim, const Reliance::Face& before) {
  const Service& row = sim.At<Service>(before.row);
  if (row.born != before.born || row.deleting) return true;
  if (row.endpoints > 0) return false;
  const auto& was = sim.Typed<ServiceSpec>(before.doc);
  const auto& is = sim.Typed<ServiceSpec>(row.doc);
  return !std::ranges::equal(Items(&was, was.selector), Items(&is, is.selector),
                             [](const LabelPair& a, const LabelPair& b) {
                               return a.key == b.key && a.value == b.value;
                             });
}

}  // namespace

Reliance RelianceOf(const Sim& sim) {
  Reliance out;
  for (u32 o = 1; o < sim.world.Used<Object>(); ++o) {
    const Object& object = sim.At<Object>(o);
    const ObjectKind kind = KindOfConfig(object);
    if (object.born == 0 || object.deleting || kind == ObjectKind::kNone) continue;
    out.settings.push_back({kind, o, object.born, KeysWithValues(sim, object)});
  }
  for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
    const Deployment& row = sim.At<Deployment>(d);
    if (row.born == 0 || row.deleting) continue;
    out.workloads.push_back({d, row.born, row.replicas, row.service, GuardsOf(sim, row)});
  }
  for (u32 s = 1; s < sim.world.Used<Service>(); ++s) {
    const Service& row = sim.At<Service>(s);
    if (row.born == 0 || row.deleting || row.endpoints == 0) continue;
    out.faces.push_back({s, row.born, row.doc, row.name, row.ns});
  }
  AddCopies(sim, out);
  return out;
}

void AddCopiesLeft(const Sim& sim, const Reliance& start, std::vector<u8>& out) {
  for (const Reliance::Copy& copy : start.copies) {
    out.push_back(IsThere(sim.At<Pod>(copy.pod), copy.born) ? 1 : 0);
  }
}

bool IsWeakened(const Sim& sim, const Reliance& start, std::span<const WrittenObject> written) {
  for (const Reliance::Settings& s : start.settings) {
    if (IsWritten(written, s.kind, s.born) && LostSetting(sim, s)) return true;
  }
  for (const Reliance::Workload& w : start.workloads) {
    if (w.replicas == 0 || w.service == 0) continue;
    if (!IsWritten(written, ObjectKind::kDeployment, w.born) || !IsStopped(sim, w)) continue;
    if (IsPartOfCause(sim, ObjectKind::kDeployment, w.row, w.born)) continue;
    if (IsReliedOn(sim, w.service - 1u)) return true;
  }
  for (const Reliance::Face& f : start.faces) {
    if (!IsWritten(written, ObjectKind::kService, f.born) || !LostFace(sim, f)) continue;
    if (IsPartOfCause(sim, ObjectKind::kService, f.row, f.born)) continue;
    if (IsFaceReliedOn(sim, f)) return true;
  }
  return false;
}

bool IsUnguarded(const Sim& sim, const Reliance& start, std::span<const WrittenObject> written) {
  for (const Reliance::Workload& w : start.workloads) {
    const Deployment& row = sim.At<Deployment>(w.row);
    if (!IsWritten(written, ObjectKind::kDeployment, w.born) || row.born != w.born) continue;
    if (row.deleting || IsPartOfCause(sim, ObjectKind::kDeployment, w.row, w.born)) continue;
    const std::vector<Reliance::Guards> now = GuardsOf(sim, row);
    for (const Reliance::Guards& was : w.guards) {
      const auto is = std::ranges::find(now, was.container, &Reliance::Guards::container);
      if (is == now.end() || (was.probes & ~is->probes) != 0) return true;
      if (was.memory_limit && !is->memory_limit) return true;
    }
  }
  return false;
}

}  // namespace wt
