// SPDX-License-Identifier: Apache-2.0
// How far an app on a cluster has come, and what is in its way.
#pragma once

#include <string>
#include <vector>

#include "realcluster/replay/app_plan.h"
#include "sim/api/kube_api.h"

namespace wt {

struct Progress {
  int pods = 0, ready_pods = 0;        // that Deployments want, and single Pods
  std::vector<std::string> not_ready;  // paths of Deployments and Pods, in order of the plan
  std::vector<std::string>
      unobserved;  // Deployments whose last write the cluster does not know yet
};

// Rolled out as `kubectl rollout status` has it (kubectl pkg/polymorphichelpers/rollout_status.go):
// the last generation observed, every pod updated and available, none of another revision left.
// One list of Deployments, and one of Pods where the app has single ones, per namespace.
Result<Progress> ReadProgress(KubeApi& api, const AppPlan& plan);

// "Deployment hotel/search: 2 of 4 pods available; pod search-5d9 is CrashLoopBackOff (...); last
// warning: BackOff: ..." per line; at most five, then how many more.
struct Reasons {
  std::string text;
  bool image_missing = false;  // of one that is named: no node has it, none can pull it
};
Reasons WhyNotReady(KubeApi& api, const AppPlan& plan, const Progress& progress);

}  // namespace wt
