// SPDX-License-Identifier: Apache-2.0
// Reading a document whose members may be missing or of another type: such a member reads as its
// zero value, as it would after Go decoded it. Lookups are O(log members).
#pragma once

#include <initializer_list>
#include <string_view>

#include "sim/api/ints.h"
#include "sim/objects/json_fwd.h"

namespace wt {

// The member, or nullptr: object is no object, the member is absent or null.
const Json* Find(const Json& object, std::string_view key);
Json* Find(Json& object, std::string_view key);

// Through several objects: At(pod, {"spec", "containers"}).
const Json* At(const Json& object, std::initializer_list<std::string_view> path);

// "", 0, false when absent or of another type.
std::string_view Text(const Json& object, std::string_view key);
i64 Int(const Json& object, std::string_view key);
bool Flag(const Json& object, std::string_view key);

// An empty array (object) when absent or of another type. The reference lives as long as object.
const Json& List(const Json& object, std::string_view key);
const Json& Map(const Json& object, std::string_view key);

// The text of a string value, "" for any other.
std::string_view TextOf(const Json& value);

}  // namespace wt
