// SPDX-License-Identifier: Apache-2.0
// What Go's defaulting functions do to a field, on JSON: a pointer field is unset when absent or
// null, any other also when it holds its zero value. REQUIRES: object is a JSON object.
#pragma once

#include <string_view>

#include "sim/api/ints.h"
#include "sim/objects/json_fwd.h"

namespace wt {

bool IsUnset(const Json& object, std::string_view key);  // absent or null
bool IsZero(const Json& object, std::string_view key);   // or "", 0, false

void DefaultPointer(Json& object, std::string_view key, std::string_view text);
void DefaultPointer(Json& object, std::string_view key, const char* text);
void DefaultPointer(Json& object, std::string_view key, i64 number);
void DefaultPointer(Json& object, std::string_view key, int number);
void DefaultPointer(Json& object, std::string_view key, bool flag);
void DefaultValue(Json& object, std::string_view key, std::string_view text);
void DefaultValue(Json& object, std::string_view key, i64 number);

// The member, made an empty object when it is unset; nullptr when it holds something else.
Json* DefaultObject(Json& object, std::string_view key);

// The member's elements or, for anything but an array (object), nullptr.
Json* MutableList(Json& object, std::string_view key);
Json* MutableObject(Json& object, std::string_view key);

}  // namespace wt
