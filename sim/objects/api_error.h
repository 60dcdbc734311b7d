// SPDX-License-Identifier: Apache-2.0
// Failures of the Kubernetes API with upstream's texts: Error.what is the Status message,
// Error.where the field of the first cause ("" when there is none).
// Source: apimachinery pkg/api/errors/errors.go, Kubernetes v1.35.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/api/result.h"
#include "sim/objects/kinds.h"

namespace wt {

// A cause as metav1.StatusCause: "FIELD: MESSAGE".
struct FieldCause {
  std::string field;
  std::string reason;   // FieldValueInvalid, FieldValueForbidden, ...
  std::string message;  // 'Invalid value: "x": field is immutable'
};

Error NotFoundError(const KindInfo& kind, std::string_view name);
Error ConflictError(const KindInfo& kind, std::string_view name, std::string_view why);
Error BadRequestError(std::string message);
// REQUIRES: causes is not empty.
Error InvalidError(const KindInfo& kind, std::string_view name,
                   const std::vector<FieldCause>& causes);

}  // namespace wt
