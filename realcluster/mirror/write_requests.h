// SPDX-License-Identifier: Apache-2.0
// What was written to a World as calls of the Kubernetes API: the difference of two Worlds that
// show the same cluster before and after.
#pragma once

#include <vector>

#include "sim/api/kube_api.h"
#include "sim/sim.h"

namespace wt {

// DELETE of what is gone, PATCH (merge) of spec, data, labels and annotations that differ, POST of
// what is new, in this order; pods are deleted, never patched or made. Rows are the same object
// while `born` is the same. Status is nobody's write. O(objects).
std::vector<ApiRequest> WriteRequests(const Sim& before, const Sim& after);

}  // namespace wt
