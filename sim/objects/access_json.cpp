// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"

namespace wt {

const Json* Find(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(key);
  return at == object.end() || at->is_null() ? nullptr : &*at;
}

Json* Find(Json& object, std::string_view key) {
  return const_cast<Json*>(Find(static_cast<const Json&>(object), key));
}

const Json* At(const Json& object, std::initializer_list<std::string_view> path) {
  const Json* at = &object;
  for (const std::string_view key : path) {
    at = Find(*at, key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string_view Text(const Json& object, std::string_view key) {
  const Json* value = Find(object, key);
  return value == nullptr ? std::string_view() : TextOf(*value);
}

i64 Int(const Json& object, std::string_view key) {
  const Json* value = Find(object, key);
  return value != nullptr && value->is_number_integer() ? value->get<i64>() : 0;
}

bool Flag(const Json& object, std::string_view key) {
  const Json* value = Find(object, key);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

const Json& List(const Json& object, std::string_view key) {
  static const Json kEmpty = Json::array();
  const Json* value = Find(object, key);
  return value != nullptr && value->is_array() ? *value : kEmpty;
}

const Json& Map(const Json& object, std::string_view key) {
  static const Json kEmpty = Json::object();
  const Json* value = Find(object, key);
  return value != nullptr && value->is_object() ? *value : kEmpty;
}

std::string_view TextOf(const Json& value) {
  return value.is_string() ? std::string_view(value.get_ref<const std::string&>())
                           : std::string_view();
}

}  // namespace wt
