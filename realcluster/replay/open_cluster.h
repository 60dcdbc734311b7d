// SPDX-License-Identifier: Apache-2.0
// The first call to a cluster, with errors for the person who named it.
#pragma once

#include <memory>
#include <string>

#include "realcluster/kube/rest_kube_api.h"

namespace wt {

// `kubeconfig`: the file that `target` was read from, for errors; `on_testbed`: it is the testbed
// of this machine. Errors: kEnvironment: no answer; the credentials are not accepted (401), said
// with the file and whether the client certificate has expired; those of RestKubeApi::Open.
Result<std::unique_ptr<RestKubeApi>> OpenCluster(const KubeTarget& target,
                                                 const std::string& kubeconfig, bool on_testbed);

}  // namespace wt
