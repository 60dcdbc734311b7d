// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/schema.h"

#include <algorithm>
#include <array>

namespace wt {
namespace {

struct Row {
  std::string_view type, field, shape, target, required, list_type, list_map_keys;
  std::string_view patch_strategy, patch_merge_key;
};

constexpr Row kRows[] = {
#include "schema_rows.inc"
};
constexpr std::size_t kRowCount = std::size(kRows);

constexpr std::size_t CountTypes() {
  std::size_t count = 0;
  for (std::size_t k = 0; k < kRowCount; ++k) {
    if (k == 0 || kRows[k].type != kRows[k - 1].type) ++count;
  }
  return count;
}

constexpr auto kTypes = [] {
  std::array<SchemaType, CountTypes()> types{};
  std::size_t at = 0;
  for (std::size_t k = 0; k < kRowCount; ++k) {
    if (k == 0 || kRows[k].type != kRows[k - 1].type) {
      types[at++] = {kRows[k].type, static_cast<u16>(k), 0};
    }
    ++types[at - 1].fields;
  }
  return types;
}();

constexpr bool Sorted() {
  for (std::size_t k = 1; k < kRowCount; ++k) {
    if (kRows[k].type < kRows[k - 1].type) return false;
    if (kRows[k].type == kRows[k - 1].type && kRows[k].field <= kRows[k - 1].field) return false;
  }
  return true;
}
static_assert(Sorted(), "schema.tsv is sorted by type and field, without duplicates");

constexpr Shape ShapeOf(std::string_view word) {
  if (word == "object") return Shape::kObject;
  if (word == "list") return Shape::kList;
  return word == "map" ? Shape::kMap : Shape::kScalar;
}

constexpr Leaf LeafOf(std::string_view word) {
  constexpr struct {
    std::string_view word;
    Leaf leaf;
  } kWords[] = {{"string", Leaf::kString},     {"int32", Leaf::kInt32},
                {"int64", Leaf::kInt64},       {"boolean", Leaf::kBoolean},
                {"Time", Leaf::kTime},         {"MicroTime", Leaf::kMicroTime},
                {"byte", Leaf::kByte},         {"IntOrString", Leaf::kIntOrString},
                {"Quantity", Leaf::kQuantity}, {"RawExtension", Leaf::kRaw},
                {"FieldsV1", Leaf::kRaw}};
  for (const auto& w : kWords) {
    if (w.word == word) return w.leaf;
  }
  return Leaf::kStruct;
}

constexpr std::string_view Package(std::string_view type) {
  return type.substr(0, type.rfind('.'));
}

// Targets are written without their package: the same package wins, else the first match.
constexpr TypeIndex TargetOf(const Row& row) {
  TypeIndex found = kNoType;
  for (std::size_t k = 0; k < kTypes.size(); ++k) {
    const std::string_view name = kTypes[k].name;
    if (name.size() <= row.target.size() || !name.ends_with(row.target)) continue;
    if (name[name.size() - row.target.size() - 1] != '.') continue;
    if (Package(name) == Package(row.type)) return static_cast<TypeIndex>(k);
    if (found == kNoType) found = static_cast<TypeIndex>(k);
  }
  return found;
}

constexpr ListType ListTypeOf(std::string_view word) {
  if (word == "atomic") return ListType::kAtomic;
  if (word == "map") return ListType::kMap;
  return word == "set" ? ListType::kSet : ListType::kNone;
}

constexpr bool Has(std::string_view list, std::string_view word) {
  return list.find(word) != std::string_view::npos;
}

constexpr auto kFields = [] {
  std::array<SchemaField, kRowCount> fields{};
  for (std::size_t k = 0; k < kRowCount; ++k) {
    const Row& row = kRows[k];
    SchemaField& f = fields[k];
    f.type = row.type;
    f.name = row.field;
    f.shape = ShapeOf(row.shape);
    f.leaf = LeafOf(row.target);
    f.target = f.leaf == Leaf::kStruct ? TargetOf(row) : kNoType;
    f.required = row.required == "required";
    f.list_type = ListTypeOf(row.list_type);
    f.list_map_keys = row.list_map_keys;
    f.patch_merge = Has(row.patch_strategy, "merge");
    f.patch_replace = Has(row.patch_strategy, "replace");
    f.patch_retain_keys = Has(row.patch_strategy, "retainKeys");
    f.patch_merge_key = row.patch_merge_key;
  }
  return fields;
}();

}  // namespace

std::span<const SchemaType> AllTypes() { return kTypes; }

std::span<const SchemaField> FieldsOf(TypeIndex type) {
  const SchemaType& t = kTypes[type];
  return std::span(kFields).subspan(t.first_field, t.fields);
}

TypeIndex FindType(std::string_view name) {
  const auto at = std::lower_bound(
      kTypes.begin(), kTypes.end(), name,
      [](const SchemaType& t, std::string_view wanted) { return t.name < wanted; });
  if (at == kTypes.end() || at->name != name) return kNoType;
  return static_cast<TypeIndex>(at - kTypes.begin());
}

const SchemaField* FindField(TypeIndex type, std::string_view name) {
  if (type == kNoType) return nullptr;
  const std::span<const SchemaField> fields = FieldsOf(type);
  const auto at = std::lower_bound(
      fields.begin(), fields.end(), name,
      [](const SchemaField& f, std::string_view wanted) { return f.name < wanted; });
  return at == fields.end() || at->name != name ? nullptr : &*at;
}

}  // namespace wt
