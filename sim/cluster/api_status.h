// SPDX-License-Identifier: Apache-2.0
// Status objects: what the API server answers in place of an object.
// Source: apimachinery pkg/api/errors/errors.go and pkg/apis/meta/v1/types.go, Kubernetes v1.35.
#pragma once

#include <string_view>
#include <vector>

#include "sim/api/kube_api.h"
#include "sim/objects/json_fwd.h"
#include "sim/objects/kinds.h"
#include "sim/objects/validation.h"

namespace wt {

// A failure; `details` may be null.
Json StatusJson(int code, std::string_view reason, std::string_view message, const Json& details);

ApiReply Refused(int code, std::string_view reason, std::string_view message);

// With status.details where upstream has them: NotFound and Conflict name the object by its
// resource, Invalid by its kind and with causes. Without `causes` the field of the error is the
// one cause. `kind` may be nullptr: a resource that is not served.
ApiReply Refused(const Error& error, const KindInfo* kind = nullptr, std::string_view name = {},
                 const std::vector<FieldCause>& causes = {});

// 405 with upstream's text.
ApiReply MethodNotAllowed();

// 504: a client knows a version that this cluster has not reached.
Json TooLargeVersionJson(u64 asked, u64 current);

// 422 of a parameter or body that is no part of an object: ListOptions, DeleteOptions.
Error InvalidOptionsError(std::string_view options, std::string field, std::string_view message);

// Success without an object: what was deleted.
Json DeletedJson(const KindInfo& kind, std::string_view name, std::string_view uid);

}  // namespace wt
