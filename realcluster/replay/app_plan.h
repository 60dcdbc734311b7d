// SPDX-License-Identifier: Apache-2.0
// What ApplyApp is going to send: an app's manifests as calls, made and checked before the first
// one is sent.
#pragma once

#include <string>
#include <vector>

#include "realcluster/replay/deployment.h"
#include "sim/objects/json_fwd.h"

namespace wt {

struct PlannedObject {
  std::string kind, name;
  std::string name_space = {};
  std::string collection = {}, path = {};  // where it is created, where it is then
  std::string body = {};  // as `kubectl apply` sends it; of a Deployment: first revision, no pods
  // Merge patches of a Deployment, each to its next revision, the last to what its manifest says.
  std::vector<std::string> patches = {};

  std::string Label() const;  // "Deployment hotel/search"
};

struct AppPlan {
  std::vector<PlannedObject> objects;  // in the order of creation: namespaces first
  std::vector<std::string> warnings;   // what is left out or changed
};

// `api` is asked for nothing but the resources of groups that are not built in.
// Errors: kInvalidInput, FILE:LINE with the API's text; two objects that would be one.
Result<AppPlan> PlanApp(KubeApi& api, const App& app, const Ownership& ownership);

}  // namespace wt
