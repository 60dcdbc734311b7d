// SPDX-License-Identifier: Apache-2.0
// A Pod's JSON as the STATUS column of `kubectl get pods` tells it.
#pragma once

#include <string>

#include "sim/objects/json_fwd.h"

namespace wt {

// The rules of printPod, kubernetes v1.35 pkg/printers/internalversion/printers.go: "Running",
// "Init:0/1", "CrashLoopBackOff", "Terminating". What has no status yet is "Pending". A pod that is
// being deleted is Terminating until it is gone, also once its containers have ended: whether a
// watch still sees that is a race. O(containers).
std::string StatusColumn(const Json& pod);

}  // namespace wt
