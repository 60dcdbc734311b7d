// SPDX-License-Identifier: Apache-2.0
// The first call to a cluster, with errors for the person who named it.
#pragma once

#include <memory>
#include <string>

#include "realcluster/kube/rest_kube_api.h"
#include "realcluster/replay/deployment.h"

namespace wt {

// `kubeconfig`: the file that `target` was read from, for errors; `on_testbed`: it is the testbed
// of this machine. Errors: kEnvironment: no answer; the credentials are not accepted (401), said
// with the file and whether the client certificate has expired; those of RestKubeApi::Open.
Result<std::unique_ptr<RestKubeApi>> OpenCluster(const KubeTarget& target,
                                                 const std::string& kubeconfig, bool on_testbed);

// Which cluster answers at `server`; without a uid when it may not be read (403) or is not there
// (404). Errors: of the call; any other refusal.
Result<ClusterId> ReadClusterId(KubeApi& api, const std::string& server);

}  // namespace wt
