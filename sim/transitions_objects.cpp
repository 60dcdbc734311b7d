// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sim/controllers/controllers.h"
#include "sim/scheduler/queue.h"
#include "sim/transitions.h"

namespace wt {
namespace {

template <class T>
bool SameItems(const NodeSpec& a, RelArray<T> in_a, const NodeSpec& b, RelArray<T> in_b) {
  const auto x = Items(&a, in_a), y = Items(&b, in_b);
  const auto same = [](const T& p, const T& q) {
    return __builtin_memcmp(&p, &q, sizeof(T)) == 0;
  };
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), same);
}

u32 ChangesBetween(const NodeSpec& before, const NodeSpec& after) {
  u32 changes = 0;
  if (!SameItems(before, before.labels, after, after.labels)) changes |= kNodeLabels;
  if (!SameItems(before, before.taints, after, after.taints)) changes |= kNodeTaints;
  if (after.cpu_allocatable > before.cpu_allocatable ||
      after.memory_allocatable > before.memory_allocatable ||
      after.pods_allocatable > before.pods_allocatable) {
    changes |= kNodeAllocatable;
  }
  return changes;
}

}  // namespace

void MarkServiceInputsStale(Sim& sim, u32 service) {
  u32& stale = sim.world.header().inputs_stale;
  stale = std::max(stale, kSomeInputsStale);
  sim.At<Service>(service).inputs_fresh = 0;
}

void MarkPodInputsStale(Sim& sim, u32 pod) {
  const u32 used = sim.world.Used<Endpoint>();
  const Endpoint* endpoints = sim.world.Rows<Endpoint>();
  for (u32 e = 1; e < used; ++e) {
    if (endpoints[e].pod == pod) MarkServiceInputsStale(sim, endpoints[e].service);
  }
}

u32 CreateNode(Sim& sim, StrId name, RevId doc) {
  const u32 row = sim.world.Add<Node>();
  Node& node = sim.At<Node>(row);
  node.name = name;
  node.doc = doc;
  node.ready = 1;
  node.created_ms = sim.now_ms();
  if (sim.sink != nullptr) sim.sink->Changed(ObjectKind::kNode, row);
  RetryAfterNodeChange(sim, row, kNodeAdded);
  return row;
}

void SetNodeDoc(Sim& sim, u32 node, RevId doc, u32) {
  Node& row = sim.At<Node>(node);
  if (row.doc == doc) return;
  const u32 changes = ChangesBetween(sim.Typed<NodeSpec>(row.doc), sim.Typed<NodeSpec>(doc));
  row.doc = doc;
  Changed<Node>(sim, ObjectKind::kNode, node);
  MarkFlowDirty(sim);
  RetryAfterNodeChange(sim, node, changes);
}

void SetNodeUnschedulable(Sim& sim, u32 node, bool unschedulable, u32) {
  Node& row = sim.At<Node>(node);
  if (row.unschedulable == static_cast<u8>(unschedulable)) return;
  row.unschedulable = unschedulable;
  Changed<Node>(sim, ObjectKind::kNode, node);
  if (!unschedulable) RetryAfterNodeChange(sim, node, kNodeUncordoned);
}

namespace {

u16 CalledPort(const Sim& sim, StrId ns, StrId name) {
  for (const GraphService& graph : sim.blueprint.graph.services) {
    if (graph.kube_service == name && graph.ns == ns) return static_cast<u16>(graph.called_port);
  }
  return 0;
}

}  // namespace

u32 CreateService(Sim& sim, StrId ns, StrId name, RevId doc, u32 actor) {
  const u32 row = sim.world.Add<Service>();
  Service& service = sim.At<Service>(row);
  service.ns = ns;
  service.name = name;
  service.doc = doc;
  service.changed_by = actor;
  service.created_ms = service.changed_ms = sim.now_ms();
  service.cluster_ip = service.born;
  service.called_port = CalledPort(sim, ns, name);
  if (sim.sink != nullptr) sim.sink->Changed(ObjectKind::kService, row);
  WakeService(sim, row);
  MarkFlowDirty(sim);
  return row;
}

void SetServiceDoc(Sim& sim, u32 service, RevId doc, u32 actor) {
  Service& row = sim.At<Service>(service);
  if (row.doc == doc) return;
  row.doc = doc;
  row.changed_by = actor;
  row.changed_ms = sim.now_ms();
  Changed<Service>(sim, ObjectKind::kService, service);
  WakeService(sim, service);
  MarkServiceInputsStale(sim, service);
  MarkSolveNeeded(sim);
}

void DeleteService(Sim& sim, u32 service, u32 actor) {
  Service& row = sim.At<Service>(service);
  if (row.deleting) return;
  if (sim.sink != nullptr) sim.sink->Deleting(ObjectKind::kService, service);
  ++sim.world.header().resource_version;
  row.deleting = 1;
  ++sim.world.header().entity_changes;
  row.changed_by = actor;
  WakeService(sim, service);
  MarkFlowDirty(sim);
}

u32 CreateObject(Sim& sim, u16 kind, StrId ns, StrId name, RevId doc, u32 actor) {
  const u32 row = sim.world.Add<Object>();
  Object& object = sim.At<Object>(row);
  object.kind = kind;
  object.ns = ns;
  object.name = name;
  object.doc = doc;
  object.changed_by = actor;
  object.created_ms = object.changed_ms = sim.now_ms();
  if (sim.sink != nullptr) sim.sink->Changed(ObjectKind::kOther, row);
  MarkFlowDirty(sim);
  return row;
}

void SetObjectDoc(Sim& sim, u32 object, RevId doc, u32 actor) {
  Object& row = sim.At<Object>(object);
  if (row.doc == doc) return;
  row.doc = doc;
  row.changed_by = actor;
  row.changed_ms = sim.now_ms();
  Changed<Object>(sim, ObjectKind::kOther, object);
  MarkFlowDirty(sim);
}

void DeleteObject(Sim& sim, u32 object, u32) {
  if (sim.sink != nullptr) sim.sink->Deleting(ObjectKind::kOther, object);
  ++sim.world.header().resource_version;
  sim.world.Free<Object>(object);
  MarkFlowDirty(sim);
}

u32 FindDeployment(const Sim& sim, StrId ns, StrId name) {
  for (u32 i = 1; i < sim.world.Used<Deployment>(); ++i) {
    const Deployment& row = sim.At<Deployment>(i);
    if (row.born != 0 && row.name == name && row.ns == ns && !row.deleting) return i;
  }
  return 0;
}

u32 FindService(const Sim& sim, StrId ns, StrId name) {
  for (u32 i = 1; i < sim.world.Used<Service>(); ++i) {
    const Service& row = sim.At<Service>(i);
    if (row.born != 0 && row.name == name && row.ns == ns && !row.deleting) return i;
  }
  return 0;
}

u32 FindObject(const Sim& sim, u16 kind, StrId ns, StrId name) {
  for (u32 i = 1; i < sim.world.Used<Object>(); ++i) {
    const Object& row = sim.At<Object>(i);
    if (row.born != 0 && row.kind == kind && row.name == name && row.ns == ns) return i;
  }
  return 0;
}

u32 FindNode(const Sim& sim, StrId name) {
  for (u32 i = 1; i < sim.world.Used<Node>(); ++i) {
    if (sim.At<Node>(i).born != 0 && sim.At<Node>(i).name == name) return i;
  }
  return 0;
}

}  // namespace wt
