// SPDX-License-Identifier: Apache-2.0
// YAML (and JSON, which is YAML) as kubectl reads it: several documents in a stream, plain scalars
// resolved by YAML 1.1 (yes, on, 0777, 1_000, ~), quoted scalars always strings, `<<` merged,
// aliases expanded, map keys turned into strings. Unlike kubectl, a key given twice is an error.
// Source: sigs.k8s.io/yaml over go-yaml v2, goyaml.v2/resolve.go; YAML 1.1 type repository (merge).
//
// Every value keeps its place, so that a later check can name FILE:LINE:COL.
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sim/api/ints.h"
#include "sim/api/result.h"

namespace wt {

// A place in a text, both counted from 1; {0, 0} means unknown.
struct Place {
  u32 line = 0;
  u32 column = 0;
};

// Where a value and the key that names it stand. List elements have no key.
struct ValuePlace {
  Place value;
  Place key;
};

// One document of a stream. `value` is never null as a pointer; it may hold a JSON null.
struct YamlDocument {
  std::string file;
  std::shared_ptr<const nlohmann::json> value;
  std::map<std::string, ValuePlace, std::less<>> places;  // by JSON pointer; "" is the root

  // Place of the value at `pointer`, or of its nearest ancestor that has one. O(depth log n).
  Place Of(std::string_view pointer) const;
  // Place of the key that names the value, or Of(pointer) when it has none.
  Place OfKey(std::string_view pointer) const;
};

// "FILE:LINE:COL"; just FILE when the place is unknown.
std::string PlaceText(const std::string& file, Place place);

struct YamlLimits {
  size_t bytes_max = 64u << 20;   // of the text
  size_t values_max = 2'000'000;  // after aliases are expanded, over all documents
  u32 depth_max = 100;
};

// All documents of the text that are not empty (nothing, a comment, or null). Errors:
// kInvalidInput, at the place: bad UTF-8, broken YAML, a key given twice, a bound exceeded, a
// merge of something that is no map, a tag that is not known. O(size of the expanded text).
Result<std::vector<YamlDocument>> ReadYaml(std::string_view text, const std::string& file,
                                           const YamlLimits& limits = {});

// The same for a file. A file that cannot be read is kInvalidInput too.
Result<std::vector<YamlDocument>> ReadYamlFile(const std::string& path,
                                               const YamlLimits& limits = {});

// Whole file as text, at most bytes_max bytes. Errors: kInvalidInput.
Result<std::string> ReadTextFile(const std::string& path, size_t bytes_max);

}  // namespace wt
