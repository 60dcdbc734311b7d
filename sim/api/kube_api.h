// SPDX-License-Identifier: Apache-2.0
// The seam between whoever speaks Kubernetes and clusters: REST calls, and watches of collections.
// The simulator (sim/cluster/sim_kube_api.h) and a real cluster implement it. Policies do not use
// it: they see sim/api/cluster.h. One KubeApi, one thread; strings, not for the step path.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sim/api/result.h"

namespace wt {

struct ApiRequest {
  std::string method = "GET";     // GET, PATCH, DELETE
  std::string path;               // "/apis/apps/v1/namespaces/shop/deployments/web"
  std::string query = {};         // "labelSelector=app%3Dweb", percent-encoded
  std::string content_type = {};  // of the body: application/merge-patch+json, ...
  std::string body = {};
};

// What the API server answers: an object, a list, or a Status that says what it refuses and why.
struct ApiReply {
  int status = 0;    // HTTP: 200, 404, 409, 422, ...
  std::string body;  // JSON
};

// The changes of one collection from a resourceVersion on.
class ApiWatch {
 public:
  virtual ~ApiWatch() = default;
  // The next line, {"type": "ADDED" | "MODIFIED" | "DELETED" | "ERROR", "object": ...}; nothing
  // when none has come yet. After ERROR (410: what was asked for is no longer kept) list again.
  virtual Result<std::optional<std::string>> Next() = 0;
};

class KubeApi {
 public:
  virtual ~KubeApi() = default;
  // An answer of the API, refusals included. Error: kEnvironment, the API cannot be reached.
  virtual Result<ApiReply> Call(const ApiRequest& request) = 0;
  // `request.path` names a collection, all namespaces or one; `query` may hold resourceVersion,
  // labelSelector and fieldSelector. Errors: kBadRequest, kNotFound (no such collection).
  virtual Result<std::unique_ptr<ApiWatch>> Watch(const ApiRequest& request) = 0;
};

}  // namespace wt
