// SPDX-License-Identifier: Apache-2.0
#include "realcluster/replay/open_cluster.h"

#include <fmt/format.h>

#include "realcluster/kube/api_status.h"
#include "realcluster/kube/api_status.h"
#include "realcluster/kube/credentials.h"
#include "realcluster/kube/json_scan.h"

namespace wt {
namespace {

constexpr const char* kAsked = "/api/v1/namespaces/kube-system";  // not open to everybody

std::string FilesOf(const std::string& kubeconfig) {
  return kubeconfig.empty() ? "the kubeconfig" : kubeconfig;
}

}  // namespace

Result<std::unique_ptr<RestKubeApi>> OpenCluster(const KubeTarget& target,
                                                 const std::string& kubeconfig, bool on_testbed) {
  Result<std::unique_ptr<RestKubeApi>> api = RestKubeApi::Open(target);
  if (!api) return api;
  const Result<ApiReply> reply = (*api)->Call({.path = kAsked});
  if (!reply) {
    Error error = reply.error();
    if (on_testbed) {
      error.what += "; it is the testbed of this machine: `wavetank testbed status` says how it is";
    }
    return error;
  }
  if (reply->status != 401) return api;
  const bool expired = HasExpired((*api)->target().client_cert_pem);
  return Error{ErrorCode::kEnvironment, FilesOf(kubeconfig),
               fmt::format("{} does not accept its credentials (context {}): {} (401)",
                           target.server, target.context,
                           expired ? "the client certificate has expired"
                                   : "they are wrong or have expired")};
}

Result<ClusterId> ReadClusterId(KubeApi& api, const std::string& server) {
  const Result<ApiReply> reply = api.Call({.path = kAsked});
  if (!reply) return reply.error();
  if (reply->status == 403 || reply->status == 404) return ClusterId{"", server};
  const Result<std::string> body = SuccessBody(*reply, server + kAsked);
  if (!body) return body.error();
  return ClusterId{StringValue(FindMember(FindMember(*body, "metadata"), "uid")), server};
}

}  // namespace wt
