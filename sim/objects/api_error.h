// SPDX-License-Identifier: Apache-2.0
// Failures of the Kubernetes API with upstream's texts: Error.what is the Status message,
// Error.where the field of the first cause ("" when there is none).
// Source: apimachinery pkg/api/errors/errors.go, Kubernetes v1.35.
#pragma once

#include <string>
#include <string_view>

#include "sim/api/result.h"
#include "sim/objects/kinds.h"

namespace wt {

Error NoSuchResourceError();  // 404 of a path or an object that is gone
Error NotFoundError(const KindInfo& kind, std::string_view name);
Error ConflictError(const KindInfo& kind, std::string_view name, std::string_view why);
Error BadRequestError(std::string message);
Error InvalidFieldError(const KindInfo& kind, std::string_view name, std::string field,
                        std::string_view message);

}  // namespace wt
