// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "realcluster/fidelity/json_members.h"

namespace wt {

const Json& MemberOf(const Json& object, const char* key) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

std::string TextAt(const Json& object, const char* key) {
  const Json& member = MemberOf(object, key);
  return member.is_string() ? member.get<std::string>() : "";
}

i64 IntegerAt(const Json& object, const char* key, i64 otherwise) {
  const Json& member = MemberOf(object, key);
  return member.is_number_integer() ? member.get<i64>() : otherwise;
}

bool FlagAt(const Json& object, const char* key) {
  const Json& member = MemberOf(object, key);
  return member.is_boolean() && member.get<bool>();
}

const Json& ListAt(const Json& object, const char* key) {
  static const Json none = Json::array();
  const Json& member = MemberOf(object, key);
  return member.is_array() ? member : none;
}

}  // namespace wt
