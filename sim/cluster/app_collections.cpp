// SPDX-License-Identifier: Apache-2.0
#include "sim/cluster/app_collections.h"

#include <array>

#include "sim/cluster/api_path.h"
#include "sim/cluster/entities.h"

namespace wt {

std::set<std::string> AppNamespaces(const Sim& sim) {
  std::set<std::string> out{std::string(sim.Text(sim.blueprint.app_namespace))};
  for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
    const Deployment& deployment = sim.At<Deployment>(d);
    if (deployment.born == 0 || IsSystemNamespace(sim.Text(deployment.ns))) continue;
    out.insert(std::string(sim.Text(deployment.ns)));
  }
  return out;
}

std::vector<std::string> AppCollections(const Sim& sim) {
  constexpr std::array<std::string_view, 7> kKinds{"ConfigMap",  "Secret", "Service", "Deployment",
                                                   "ReplicaSet", "Pod",    "Event"};
  const std::set<std::string> namespaces = AppNamespaces(sim);
  std::vector<std::string> out{CollectionPath(*FindKind("Node"), "")};
  for (const std::string_view kind : kKinds) {
    for (const std::string& ns : namespaces) out.push_back(CollectionPath(*FindKind(kind), ns));
  }
  return out;
}

}  // namespace wt
