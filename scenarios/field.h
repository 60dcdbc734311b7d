// SPDX-License-Identifier: Apache-2.0
// A cursor over a document read by yaml.h: the only way loaders look at JSON, so that they need
// no json.hpp and every complaint carries its place and field path. Complaints go to a list and
// reading goes on: one run shows all of them.
//
// Form of a complaint:  FILE:LINE:COL: field: what; expected ...; did you mean "X"?
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/yaml.h"
#include "sim/api/result.h"

namespace wt {

// All errors as one: the first one's place and code, one line each. REQUIRES: not empty.
Error JoinErrors(const std::vector<Error>& errors);

class Field {
 public:
  // The root of a document. Both must outlive the Field.
  Field(const YamlDocument& document, std::vector<Error>& errors);

  // Absent and null are the same to a reader.
  bool present() const;
  bool IsMap() const;
  bool IsList() const;
  bool IsString() const;
  bool IsNumber() const;
  bool IsBool() const;
  bool IsScalar() const { return IsString() || IsNumber() || IsBool(); }

  // The value under `key`; absent when there is none or this is no map.
  Field operator[](std::string_view key) const;
  std::vector<Field> Elements() const;    // of a list; empty otherwise
  std::vector<std::string> Keys() const;  // of a map, sorted; empty otherwise

  // A scalar as text: strings as they are, numbers and booleans as JSON writes them.
  std::string ScalarText() const;
  f64 Number() const;                  // REQUIRES: IsNumber
  bool Bool() const;                   // REQUIRES: IsBool
  std::optional<i64> Integer() const;  // a whole number that fits
  // The name of this value in its parent: the key, or the index.
  const std::string& name() const { return name_; }

  const std::string& path() const { return path_; }  // "spec.faults[0].kind"
  std::string PlaceText() const;                     // "FILE:LINE:COL"
  Place place() const { return document_->Of(pointer_); }
  const std::string& file() const { return document_->file; }
  const nlohmann::json* json() const { return value_; }

  // Complaints. `what` includes the expectation.
  void Fail(const std::string& what) const;
  void FailAtKey(const std::string& what) const;
  // "unknown ...; expected one of ...; did you mean": for a scalar that must be one of words.
  void FailWord(const std::string& kind_of_word, std::span<const std::string> words) const;
  // Complains about each key that is not in `allowed`, at the key. No map: complains of that.
  // Returns true when this is a map.
  bool ExpectMap(std::span<const std::string> allowed) const;
  // A map with free keys.
  bool ExpectMap() const;
  bool ExpectList() const;

  // Typed readers: the fallback when absent; a complaint and the fallback when of another type.
  std::string Text(const std::string& fallback = "") const;
  bool Flag(bool fallback) const;
  i64 Whole(i64 fallback, i64 low, i64 high) const;
  f64 Real(f64 fallback, f64 low, f64 high) const;
  std::vector<std::string> Texts() const;  // a list of strings; a single string is a list of one
  // One of words; index into words, or `fallback` when absent.
  size_t Word(const std::string& kind_of_word, std::span<const std::string> words,
              size_t fallback) const;

  std::vector<Error>& errors() const { return *errors_; }

 private:
  const nlohmann::json* value_ = nullptr;
  const YamlDocument* document_ = nullptr;
  std::vector<Error>* errors_ = nullptr;
  std::string pointer_, path_, name_;
};

}  // namespace wt
