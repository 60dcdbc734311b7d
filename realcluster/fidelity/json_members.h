// SPDX-License-Identifier: Apache-2.0
// Members of a JSON object that came from outside: what is not there, or is of another type, reads
// as nothing.
#pragma once

#include <string>

#include "sim/api/ints.h"
#include "sim/objects/json_fwd.h"

namespace wt {

const Json& MemberOf(const Json& object, const char* key);  // null
std::string TextAt(const Json& object, const char* key);    // ""
i64 IntegerAt(const Json& object, const char* key, i64 otherwise = 0);
bool FlagAt(const Json& object, const char* key);            // false
const Json& ListAt(const Json& object, const char* key);     // empty array

}  // namespace wt
