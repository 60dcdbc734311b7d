// SPDX-License-Identifier: Apache-2.0
// Where in an object a check stands, and the list of complaints it writes to. A path is a chain of
// stack values that costs nothing until a complaint turns it into text.
// REQUIRES: a parent path outlives its children. Name children that are kept:
//   const FieldPath ports = path.Child("ports");
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/ints.h"
#include "sim/objects/json_fwd.h"
#include "sim/objects/names.h"
#include "sim/objects/validation.h"

namespace wt {

class FieldPath {
 public:
  explicit FieldPath(std::string_view name) : name_(name) {}

  FieldPath Child(std::string_view name) const { return {this, name, -1, false}; }
  FieldPath Index(std::size_t index) const { return {this, {}, static_cast<i64>(index), false}; }
  FieldPath Key(std::string_view key) const { return {this, key, -1, true}; }

  std::string Text() const;

 private:
  FieldPath(const FieldPath* parent, std::string_view name, i64 index, bool key)
      : parent_(parent), name_(name), index_(index), key_(key) {}

  const FieldPath* parent_ = nullptr;
  std::string_view name_;
  i64 index_ = -1;
  bool key_ = false;
};

// A value as Go's field errors print it: text quoted, numbers plain, the rest as JSON, "null" when
// it is nullptr.
std::string Shown(const Json* value);
std::string Shown(std::string_view text);
std::string Shown(i64 number);

class Checker {
 public:
  explicit Checker(const ValidationOptions& chosen) : options(chosen) {}

  void Required(const FieldPath& path, std::string_view detail = {});
  void Invalid(const FieldPath& path, std::string_view shown, std::string_view detail);
  void Forbidden(const FieldPath& path, std::string_view detail);
  void Duplicate(const FieldPath& path, std::string_view shown);
  void NotFound(const FieldPath& path, std::string_view shown);
  void TooLong(const FieldPath& path, std::string_view detail);
  void NotSupported(const FieldPath& path, std::string_view shown,
                    std::initializer_list<std::string_view> supported);

  // One Invalid for each complaint about the value.
  void Each(const FieldPath& path, std::string_view text, const Complaints& complaints);
  void Each(const FieldPath& path, i64 number, const Complaints& complaints);

  // Required when empty, NotSupported when none of the list. True when supported.
  bool OneOf(const FieldPath& path, std::string_view value,
             std::initializer_list<std::string_view> supported);

  // Invalid when the integer member is there and below zero.
  void NonNegative(const Json& object, std::string_view key, const FieldPath& parent);

  const ValidationOptions& options;
  std::vector<FieldCause> causes;

 private:
  void Add(const FieldPath& path, std::string_view reason, std::string_view kind,
           std::string_view shown, std::string_view detail);
};

}  // namespace wt
