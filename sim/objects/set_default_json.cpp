// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/set_default.h"

namespace wt {
namespace {

template <class Value>
void Set(Json& object, std::string_view key, Value value) {
  object[std::string(key)] = value;
}

}  // namespace

bool IsUnset(const Json& object, std::string_view key) { return Find(object, key) == nullptr; }

bool IsZero(const Json& object, std::string_view key) {
  const Json* value = Find(object, key);
  if (value == nullptr) return true;
  if (value->is_string()) return TextOf(*value).empty();
  if (value->is_number()) return *value == 0;
  return value->is_boolean() && !value->get<bool>();
}

void DefaultPointer(Json& object, std::string_view key, std::string_view text) {
  if (IsUnset(object, key)) Set(object, key, text);
}

void DefaultPointer(Json& object, std::string_view key, const char* text) {
  DefaultPointer(object, key, std::string_view(text));
}

void DefaultPointer(Json& object, std::string_view key, i64 number) {
  if (IsUnset(object, key)) Set(object, key, number);
}

void DefaultPointer(Json& object, std::string_view key, int number) {
  DefaultPointer(object, key, i64{number});
}

void DefaultPointer(Json& object, std::string_view key, bool flag) {
  if (IsUnset(object, key)) Set(object, key, flag);
}

void DefaultValue(Json& object, std::string_view key, std::string_view text) {
  if (IsZero(object, key)) Set(object, key, text);
}

void DefaultValue(Json& object, std::string_view key, i64 number) {
  if (IsZero(object, key)) Set(object, key, number);
}

Json* DefaultObject(Json& object, std::string_view key) {
  if (IsUnset(object, key)) Set(object, key, Json::object());
  return MutableObject(object, key);
}

Json* MutableList(Json& object, std::string_view key) {
  Json* value = Find(object, key);
  return value != nullptr && value->is_array() ? value : nullptr;
}

Json* MutableObject(Json& object, std::string_view key) {
  Json* value = Find(object, key);
  return value != nullptr && value->is_object() ? value : nullptr;
}

}  // namespace wt
