// SPDX-License-Identifier: Apache-2.0
// Questions about workloads, pods and configuration that observing, investigating and repairing
// share. Read only; no allocation.
#pragma once

#include <span>
#include <string_view>

#include "sim/objects/write.h"
#include "sim/sim.h"

namespace wt {

// Namespaces of the cluster's own parts, whose objects are not entities of the observation.
bool IsSystemNamespace(std::string_view name);

// Every pod of a Deployment, newest ReplicaSet's first: fn(pod row). O(its pods).
template <class Fn>
void ForEachPod(const Sim& sim, u32 deployment, Fn&& fn) {
  u32 rs = sim.At<Deployment>(deployment).first_rs;
  for (; rs != 0; rs = sim.At<ReplicaSet>(rs).next) {
    for (u32 pod = sim.At<ReplicaSet>(rs).first_pod; pod != 0;) {
      const u32 next = sim.At<Pod>(pod).next_in_owner;
      fn(pod);
      pod = next;
    }
  }
}

// Deployment row that owns the pod, 0 = none.
u32 DeploymentOf(const Sim& sim, u32 pod);

// Restarts of all its containers.
u32 RestartsOf(const Sim& sim, u32 pod);

// The k-th worst pod of a Deployment: not ready first, then most restarts, then youngest, then
// latest born. 0 = it has fewer pods. O(pods * k).
u32 WorstPod(const Sim& sim, u32 deployment, u32 k);

// ReplicaSet with the k-th highest revision (0 = the highest); 0 = none. O(ReplicaSets * k).
u32 ReplicaSetByRevision(const Sim& sim, u32 deployment, u32 k);

// The container that carries the workload's program: index in its template.
u32 MainContainer(const Sim& sim, u32 deployment);

// Row of the k-th distinct ConfigMap that the Deployment's template refers to; 0 = none, or it
// does not exist.
u32 ConfigMapOf(const Sim& sim, u32 deployment, u32 k);

// Row of the ConfigMap or Secret; 0 = none.
u32 FindConfig(const Sim& sim, RefKind kind, StrId ns, StrId name);

// True when every pair of `selector` is among the labels, and there is one.
inline bool SelectsLabels(std::span<const LabelPair> selector,
                          std::span<const LabelPair> labels) {
  for (const LabelPair& wanted : selector) {
    bool found = false;
    for (const LabelPair& label : labels) {
      found |= label.key == wanted.key && label.value == wanted.value;
    }
    if (!found) return false;
  }
  return !selector.empty();
}
// The same of a Service and the labels of a template.
bool SelectsTemplate(const Sim& sim, const ServiceSpec& service, RevId tmpl);

// Letters that two names share from their start.
u32 CommonPrefix(std::string_view a, std::string_view b);

// Id of a name of some object, 0 = no object has it.
StrId FindString(const Sim& sim, std::string_view text);

// It runs a program that calls the cluster's API: the own one of such an image.
bool CallsApi(const Sim& sim, const ContainerSpec& container);

}  // namespace wt
