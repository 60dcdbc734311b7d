// SPDX-License-Identifier: Apache-2.0
// The comparison rules of the vectors. "exact": both sides first drop, bottom up, object members
// that are null, 0, "", false, [] or {}; array elements are never dropped. Quantities (fields of
// that type in the schema) compare by value.
#pragma once

#include <string>
#include <string_view>

#include "sim/objects/json_fwd.h"
#include "sim/objects/schema.h"

namespace wt::conformance {

// "" when equal, else "PATH: got X, want Y" of the first difference.
std::string Difference(const Json& got, const Json& want);

// As Difference, for API objects of a schema type (kNoType: no quantities).
std::string ObjectDifference(const Json& got, const Json& want, TypeIndex type);

// Every member that stands in both input and want stands in got: "" or the first lost path.
std::string Lost(const Json& input, const Json& want, const Json& got);

// The schema type of an object by its apiVersion and kind.
TypeIndex TypeOfObject(const Json& object);

// "NAME: got X, want Y" unless equal.
std::string TextDifference(std::string_view name, std::string_view got, std::string_view want);

}  // namespace wt::conformance
