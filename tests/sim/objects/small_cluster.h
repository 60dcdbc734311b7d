// SPDX-License-Identifier: Apache-2.0
// A cluster of one node, one Deployment, one Service and one ConfigMap, in which nothing has run
// yet: what the write path needs and no more.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "sim/objects/json_fwd.h"
#include "sim/objects/write.h"

namespace wt {

// Those of the cluster: node-1, shop/settings, shop/web, shop/web.
std::vector<Json> SmallManifests();

class SmallCluster {
 public:
  SmallCluster();
  // Of one manifest of each kind at most: Node, ConfigMap, Service, Deployment.
  // REQUIRES: the API server takes them in.
  explicit SmallCluster(std::span<const Json> manifests);

  Sim& sim() { return *sim_; }
  Blueprint& blueprint() { return *blueprint_; }
  Json Get(ObjectRef object);
  // A pod of the Deployment's template, as its ReplicaSet would make it.
  ObjectRef AddPod();
  // The one of the kind; of a Pod: a new one.
  ObjectRef Target(std::string_view kind);
  StrId Id(std::string_view text) { return InternString(*sim_, text); }

  ObjectRef deployment, service, config, node;

 private:
  std::unique_ptr<Blueprint> blueprint_;
  WorldPool pool_;
  World world_;
  std::unique_ptr<Sim> sim_;
};

}  // namespace wt
