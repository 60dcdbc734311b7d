// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/canonical.h"
#include "sim/objects/field_path.h"

namespace wt {

std::string FieldPath::Text() const {
  std::string out = parent_ == nullptr ? std::string() : parent_->Text();
  if (index_ >= 0) return out + "[" + std::to_string(index_) + "]";
  if (key_) return out.append("[").append(name_).append("]");
  if (!out.empty()) out += '.';
  return out.append(name_);
}

std::string Shown(const Json* value) { return value == nullptr ? "null" : Canonical(*value); }

std::string Shown(std::string_view text) { return Canonical(Json(text)); }

std::string Shown(i64 number) { return std::to_string(number); }

void Checker::Add(const FieldPath& path, std::string_view reason, std::string_view kind,
                  std::string_view shown, std::string_view detail) {
  std::string message(kind);
  if (!shown.empty()) message.append(": ").append(shown);
  if (!detail.empty()) message.append(": ").append(detail);
  causes.push_back({path.Text(), std::string(reason), std::move(message)});
}

void Checker::Required(const FieldPath& path, std::string_view detail) {
  Add(path, "FieldValueRequired", "Required value", "", detail);
}

void Checker::Invalid(const FieldPath& path, std::string_view shown, std::string_view detail) {
  Add(path, "FieldValueInvalid", "Invalid value", shown, detail);
}

void Checker::Forbidden(const FieldPath& path, std::string_view detail) {
  Add(path, "FieldValueForbidden", "Forbidden", "", detail);
}

void Checker::Duplicate(const FieldPath& path, std::string_view shown) {
  Add(path, "FieldValueDuplicate", "Duplicate value", shown, "");
}

void Checker::NotFound(const FieldPath& path, std::string_view shown) {
  Add(path, "FieldValueNotFound", "Not found", shown, "");
}

void Checker::TooLong(const FieldPath& path, std::string_view detail) {
  Add(path, "FieldValueTooLong", "Too long", "", detail);
}

void Checker::NotSupported(const FieldPath& path, std::string_view shown,
                           std::initializer_list<std::string_view> supported) {
  std::string list;
  for (const std::string_view word : supported) {
    list += list.empty() ? "supported values: " : ", ";
    list += Shown(word);
  }
  Add(path, "FieldValueNotSupported", "Unsupported value", shown, list);
}

void Checker::Each(const FieldPath& path, std::string_view text, const Complaints& complaints) {
  for (const std::string& complaint : complaints) Invalid(path, Shown(text), complaint);
}

void Checker::Each(const FieldPath& path, i64 number, const Complaints& complaints) {
  for (const std::string& complaint : complaints) Invalid(path, Shown(number), complaint);
}

bool Checker::OneOf(const FieldPath& path, std::string_view value,
                    std::initializer_list<std::string_view> supported) {
  for (const std::string_view word : supported) {
    if (word == value) return true;
  }
  if (value.empty()) {
    Required(path);
  } else {
    NotSupported(path, Shown(value), supported);
  }
  return false;
}

void Checker::NonNegative(const Json& object, std::string_view key, const FieldPath& parent) {
  const i64 value = Int(object, key);
  if (value < 0) {
    Invalid(parent.Child(key), Shown(value), "must be greater than or equal to 0");
  }
}

}  // namespace wt
