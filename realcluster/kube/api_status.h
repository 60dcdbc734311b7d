// SPDX-License-Identifier: Apache-2.0
// What an API server says when it refuses: a Status object (apimachinery meta/v1 types.go) in
// words.
#pragma once

#include <string>
#include <string_view>

#include "sim/api/kube_api.h"
#include "sim/api/result.h"

namespace wt {

struct ApiRefusal {
  int code = 0;              // HTTP
  std::string reason;        // "NotFound", "Expired", ...; empty if the body is no Status
  std::string message;       // the server's words; never empty
  double retry_after_s = 0;  // details.retryAfterSeconds
};

// From an answer whose status is not 2xx. A body that is no Status (of a proxy, say) becomes the
// message, its first 200 bytes.
ApiRefusal ReadRefusal(int http_status, std::string_view body);

// "pods "a" not found (404 NotFound)", as kNotFound, kAlreadyExists, kConflict, kInvalidObject,
// kBadRequest, kForbidden; kEnvironment for all else.
Error RefusalError(const ApiRefusal& refusal, std::string where);

// Of a known request: 403 says which verb on which resource these credentials may not.
Error RefusalError(const ApiRefusal& refusal, std::string where, const ApiRequest& request);

// What RBAC calls a request: "create deployments in namespace shop", "get pods/log in ...".
// Of a GET without a name: list. REQUIRES: a path of an object, a subresource or a collection.
std::string VerbAndResource(const ApiRequest& request);

// An answer that must be a success: its body, or the refusal as an Error.
Result<std::string> SuccessBody(Result<ApiReply> reply, std::string where);
Result<std::string> SuccessBody(Result<ApiReply> reply, std::string where,
                                const ApiRequest& request);

// What ended a command, from the error channel of exec. Errors: kBadRequest, the server's words,
// when it did not run; kEnvironment when the text is no Status.
Result<int> ReadExecStatus(std::string_view status_json);

}  // namespace wt
