// SPDX-License-Identifier: Apache-2.0
// A cluster of one node, one Deployment, one Service and one ConfigMap, in which nothing has run
// yet: what the write path needs and no more.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "sim/objects/json_fwd.h"
#include "sim/objects/write.h"

namespace wt {

class SmallCluster {
 public:
  SmallCluster();

  Sim& sim() { return *sim_; }
  Blueprint& blueprint() { return *blueprint_; }
  Json Get(ObjectRef object);
  // A pod of the Deployment's template, as its ReplicaSet would make it.
  ObjectRef AddPod();
  StrId Id(std::string_view text) { return InternString(*sim_, text); }

  ObjectRef deployment, service, config, node;

 private:
  std::unique_ptr<Blueprint> blueprint_;
  WorldPool pool_;
  World world_;
  std::unique_ptr<Sim> sim_;
};

}  // namespace wt
