// SPDX-License-Identifier: Apache-2.0
// The steps of ResolveBehaviour, each in its file; internal to scenarios/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/behaviour.h"
#include "scenarios/field.h"

namespace wt {

inline constexpr u32 kNoIndex = ~u32{0};

// What is known while a Behaviour is being made. Parallel lists by service index.
struct BehaviourBuild {
  const ManifestSet* manifests = nullptr;
  AppObjects objects;
  Behaviour result;
  std::vector<size_t> workload_of;           // index into objects.workloads
  std::vector<std::optional<Field>> fields;  // its entry in behaviour.yaml, if it has one
  std::vector<Error> errors;

  std::vector<AppService>& services() { return result.services; }
  // Index of the service of this logical name, else of the one behind this Service; kNoIndex.
  u32 FindService(const std::string& name) const;
  std::vector<std::string> ServiceNames() const;
  // Index of the service whose pods a Kubernetes Service selects; kNoIndex.
  u32 BehindKubeService(size_t kube_service) const;
  // The Service that callers of a service use; null when there is none.
  const KubeService* FaceOf(const AppService& service) const;
  // How many backends of Ingresses name this port.
  int IngressesTo(const KubeService& kube, const KubeServicePort& port) const;
};

// Step 1: one service per workload, with all that the manifests say about it.
void InferServices(BehaviourBuild& build);
// Step 2: names and figures of behaviour.yaml. `services` is its map of services.
void ApplyServices(const Field& services, BehaviourBuild& build);
// Step 3: operations and calls, as written where behaviour.yaml has them, else inferred.
void ReadOperations(BehaviourBuild& build);
void InferOperationCalls(BehaviourBuild& build);
// Of a Service with several ports, the one that most callers (or an Ingress) name is what its
// program serves, unless behaviour.yaml says which.
void InferCalledPorts(BehaviourBuild& build);
// Step 4: no operation may need itself.
void RefuseCycles(BehaviourBuild& build);
// Step 5: mixes as written, else all operations of the entry points in equal shares.
void ReadMixes(const Field& load, BehaviourBuild& build);
void MarkRequestPath(Behaviour& behaviour);

// Service port through which callers reach what the service listens on; 0 if there is none.
i32 PortOfKubeService(const KubeService& kube, const Workload& workload, i32 listen_port);

// A log-normal law of durations by its mean and squared coefficient of variation.
Distribution WorkLaw(SimTime mean, f64 squared_variation);
Distribution DefaultWork(ServiceRole role);
std::vector<OperationSpec> DefaultOperations(ServiceRole role);

}  // namespace wt
