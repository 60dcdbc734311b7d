// SPDX-License-Identifier: Apache-2.0
// What the API server refuses: fields and types the schema does not know (400) and values that the
// kind's rules forbid (422), in upstream's words. Source: pkg/apis/*/validation, Kubernetes v1.35,
// default feature gates; strict field validation.
//
// The order of a create is: CheckDecoding, ApplyDefaults, PrepareForCreate (prepare.h), Validate.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/api/result.h"
#include "sim/objects/json_fwd.h"

namespace wt {

// One entry of a Status' details.causes.
struct FieldCause {
  std::string field;    // "spec.containers[0].name"
  std::string reason;   // "FieldValueInvalid"
  std::string message;  // without the field
};

struct ValidationOptions {
  bool allow_privileged = true;  // kube-apiserver --allow-privileged
};

// Strict decoding by the schema. Error: kBadRequest, `where` is the first offending field, `what`
// upstream's text. An object of an unknown kind passes. O(size * log fields).
Status CheckDecoding(const Json& object);

// REQUIRES: decoded and defaulted. `old` is the stored object on an update, nullptr on a create.
// Kinds without rules here get the checks of metadata alone. O(size).
std::vector<FieldCause> Validate(const Json& object, const Json* old,
                                 const ValidationOptions& options = {});

// "Deployment.apps "web" is invalid: spec.x: ..." as in the message of a 422 Status.
std::string InvalidMessage(const Json& object, const std::vector<FieldCause>& causes);

// Validate as a Status of ErrorCode::kInvalidObject with that message.
Status CheckValid(const Json& object, const Json* old, const ValidationOptions& options = {});

}  // namespace wt
