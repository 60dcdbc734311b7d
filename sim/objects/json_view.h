// SPDX-License-Identifier: Apache-2.0
// access.h for files that also see the rows of a World, where `Object` is a row: the same
// functions, with Map for the object-valued member.
#pragma once

#include <string_view>

#include "sim/api/ints.h"
#include "sim/objects/json_fwd.h"

namespace wt {

const Json* Find(const Json& object, std::string_view key);
Json* Find(Json& object, std::string_view key);
std::string_view Text(const Json& object, std::string_view key);
i64 Int(const Json& object, std::string_view key);
bool Flag(const Json& object, std::string_view key);
const Json& List(const Json& object, std::string_view key);
std::string_view TextOf(const Json& value);

// An empty object when absent or of another type.
const Json& Map(const Json& object, std::string_view key);

}  // namespace wt
