// SPDX-License-Identifier: Apache-2.0
// The seam between whoever speaks Kubernetes and clusters: REST calls, and watches of collections.
// The simulator (sim/cluster/sim_kube_api.h) and a real cluster implement it. Policies do not use
// it: they see sim/api/cluster.h. One KubeApi, one thread; strings, not for the step path.
// Objects alone: no /version, discovery, OpenAPI, logs, exec or Tables. Methods, kinds and
// parameters that an implementation does not serve it refuses with a Status, never with an empty
// answer; which those are its header says.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sim/api/result.h"

namespace wt {

struct ApiRequest {
  std::string method = "GET";     // GET, POST, PATCH, DELETE
  std::string path;               // "/apis/apps/v1/namespaces/shop/deployments/web"
  std::string query = {};         // "labelSelector=app%3Dweb", percent-encoded
  std::string content_type = {};  // of the body: application/merge-patch+json, ...
  std::string body = {};          // an object, a patch; of DELETE: DeleteOptions, or nothing
};

// What the API server answers: an object, a list, or a Status that says what it refuses and why.
struct ApiReply {
  int status = 0;    // HTTP: 200, 404, 409, 422, ...
  std::string body;  // JSON
};

// The changes of one collection from a resourceVersion on. Must not outlive its KubeApi.
class ApiWatch {
 public:
  virtual ~ApiWatch() = default;
  // The next line, {"type": "ADDED" | "MODIFIED" | "DELETED" | "ERROR", "object": ...}; nothing
  // when none has come yet. ERROR is the last line; its object is a Status: 410, what was asked for
  // is no longer kept, list again; 504, that resourceVersion is not reached yet.
  virtual Result<std::optional<std::string>> Next() = 0;
};

class KubeApi {
 public:
  virtual ~KubeApi() = default;
  // An answer of the API, refusals included. Error: kEnvironment, the API cannot be reached.
  virtual Result<ApiReply> Call(const ApiRequest& request) = 0;
  // `request.path` names a collection, all namespaces or one; `query` may hold resourceVersion,
  // labelSelector and fieldSelector. Errors, to be answered as an HTTP status: kBadRequest (400),
  // kNotFound (404: no such collection), kInvalidObject (422: sendInitialEvents is not served, the
  // client lists and watches instead).
  virtual Result<std::unique_ptr<ApiWatch>> Watch(const ApiRequest& request) = 0;
};

}  // namespace wt
