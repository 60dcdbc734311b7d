// SPDX-License-Identifier: Apache-2.0
// The part of an object that clients write, and what changes one into another.
#pragma once

#include "sim/objects/json_fwd.h"

namespace wt {

// Without apiVersion, kind, status, and of metadata all but labels and annotations; without what
// controllers write beside clients: a Deployment's revision, the taint of a cordoned Node.
Json WrittenPart(const Json& object);

// RFC 7386: what made `from` into `to`; an empty object when they are equal.
Json MergePatch(const Json& from, const Json& to);

// `shown`, as the API has it, has everything that `written` says: members of `written` that are
// null or empty may be missing, quantities may be spelled otherwise (sim/objects/quantity.h), lists
// are of equal length. What a server adds does not matter.
bool Shows(const Json& shown, const Json& written);

}  // namespace wt
