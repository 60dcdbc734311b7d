// SPDX-License-Identifier: Apache-2.0
// The fields of every Kubernetes v1.35 API type: shape, target, list keys, patch strategy.
// Source: schema.tsv beside this file (columns as in its first line), turned into a constant table
// at build time; nothing is read at run time. Types and fields are sorted, lookups are binary
// searches. Type names are those of the OpenAPI document, e.g. "api.core.v1.PodSpec".
#pragma once

#include <span>
#include <string_view>

#include "sim/api/ints.h"

namespace wt {

enum class Shape : u8 { kScalar, kObject, kList, kMap };

// What a leaf (or a list's or map's element) holds; kStruct: see `target`.
enum class Leaf : u8 {
  kStruct,
  kString,
  kInt32,
  kInt64,
  kBoolean,
  kTime,
  kMicroTime,
  kIntOrString,
  kQuantity,
  kByte,
  kRaw
};

enum class ListType : u8 { kNone, kAtomic, kMap, kSet };

using TypeIndex = u16;
inline constexpr TypeIndex kNoType = 0xffff;

struct SchemaField {
  std::string_view type;
  std::string_view name;
  Shape shape = Shape::kScalar;
  Leaf leaf = Leaf::kString;
  TypeIndex target = kNoType;  // when leaf is kStruct
  bool required = false;
  ListType list_type = ListType::kNone;
  std::string_view list_map_keys;  // comma-separated
  bool patch_merge = false;
  bool patch_replace = false;
  bool patch_retain_keys = false;
  std::string_view patch_merge_key;
};

struct SchemaType {
  std::string_view name;
  u16 first_field = 0;
  u16 fields = 0;
};

std::span<const SchemaType> AllTypes();

// All fields of a type, sorted by name. REQUIRES: type is an index into AllTypes().
std::span<const SchemaField> FieldsOf(TypeIndex type);

// kNoType when there is none.
TypeIndex FindType(std::string_view name);

// nullptr when the type has no such field, or type is kNoType.
const SchemaField* FindField(TypeIndex type, std::string_view name);

}  // namespace wt
