// SPDX-License-Identifier: Apache-2.0
// What a DELETE asks for: its body, DeleteOptions, or its query when there is no body.
// Sources, Kubernetes v1.35: apiserver pkg/endpoints/handlers/delete.go,
// pkg/registry/rest/delete.go (BeforeDelete), apimachinery pkg/apis/meta/v1/validation.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/api/ints.h"
#include "sim/api/result.h"
#include "sim/cluster/api_path.h"
#include "sim/objects/json_fwd.h"
#include "sim/objects/kinds.h"

namespace wt {

struct DeleteOptions {
  bool dry_run = false;
  i32 grace_s = -1;                                  // of pods; -1 = what the pod says
  std::optional<std::string> uid, resource_version;  // preconditions
};

// With a body the query's parameters do not count, as on a real server. Errors: kBadRequest for a
// body that is no DeleteOptions; kInvalidObject for an unknown dryRun and for every
// propagationPolicy but Background, the only one that is simulated.
Result<DeleteOptions> ReadDeleteOptions(std::string_view body, const ApiQuery& query);

// `object` as rendered. Error: kConflict, a precondition does not hold.
Status CheckPreconditions(const DeleteOptions& options, const KindInfo& kind, const Json& object);

// True for kinds whose DELETE answers the object rather than a Status.
bool AnswersDeletedObject(const KindInfo& kind);

}  // namespace wt
