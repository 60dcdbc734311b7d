// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "sim/objects/access.h"
#include "sim/objects/canonical.h"
#include "sim/objects/field_path.h"
#include "sim/objects/kinds.h"
#include "sim/objects/quantity.h"
#include "sim/objects/schema.h"

namespace wt {
namespace {

std::string_view JsonTypeName(const Json& value) {
  if (value.is_boolean()) return "bool";
  if (value.is_number()) return "number";
  return value.is_string() ? "string" : (value.is_array() ? "array" : "object");
}

std::string_view ShortName(std::string_view type) { return type.substr(type.rfind('.') + 1); }

std::string GoTypeName(const SchemaField& field) {
  std::string element;
  switch (field.leaf) {
    case Leaf::kInt32:
      element = "int32";
      break;
    case Leaf::kInt64:
      element = "int64";
      break;
    case Leaf::kBoolean:
      element = "bool";
      break;
    case Leaf::kByte:
      element = "[]uint8";
      break;
    case Leaf::kStruct:
      element = ShortName(AllTypes()[field.target].name);
      break;
    default:
      element = "string";
  }
  if (field.shape == Shape::kList) return "[]" + element;
  return field.shape == Shape::kMap ? "map[string]" + element : element;
}

// Base64 of standard alphabet with padding; white space is no part of it.
std::optional<std::size_t> IllegalBase64(std::string_view text) {
  std::size_t data = text.size();
  while (data > 0 && text.size() - data < 2 && text[data - 1] == '=') --data;
  for (std::size_t k = 0; k < data; ++k) {
    const char c = text[k];
    const bool legal = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       c == '+' || c == '/';
    if (!legal) return k;
  }
  if (text.size() % 4 != 0) return text.size() - text.size() % 4;
  return std::nullopt;
}

bool LooksLikeTime(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < kShape.size() + 1) return false;
  for (std::size_t k = 0; k < kShape.size(); ++k) {
    const bool digit = text[k] >= '0' && text[k] <= '9';
    if (kShape[k] == 'd' ? !digit : text[k] != kShape[k]) return false;
  }
  const char zone = text.back();
  return zone == 'Z' || (zone >= '0' && zone <= '9');
}

class Decoder {
 public:
  // Stops at the first value of a wrong type: `broken`. Unknown fields are all collected.
  bool Map(const Json& value, TypeIndex type, const FieldPath* path) {
    for (auto at = value.begin(); at != value.end(); ++at) {
      const FieldPath here = path == nullptr ? FieldPath(at.key()) : path->Child(at.key());
      const SchemaField* field = FindField(type, at.key());
      if (field == nullptr) {
        unknown.push_back(here.Text());
      } else if (!Field(*at, *field, here)) {
        return false;
      }
    }
    return true;
  }

  std::vector<std::string> unknown;
  Error broken;

 private:
  bool Wrong(const Json& value, const SchemaField& field, const FieldPath& path,
             std::string_view note = {}) {
    std::string name(JsonTypeName(value));
    if (!note.empty()) name.append(" ").append(note);
    return Break(
        path, fmt::format("json: cannot unmarshal {} into Go struct field {}.{} of type {}", name,
                          ShortName(field.type), path.Text(), GoTypeName(field)));
  }

  bool Break(const FieldPath& path, std::string what) {
    broken = {ErrorCode::kBadRequest, path.Text(), std::move(what)};
    return false;
  }

  bool Field(const Json& value, const SchemaField& field, const FieldPath& path) {
    if (value.is_null()) return true;
    if (field.shape == Shape::kList) {
      if (!value.is_array()) return Wrong(value, field, path);
      for (std::size_t k = 0; k < value.size(); ++k) {
        if (!Element(value[k], field, path.Index(k))) return false;
      }
      return true;
    }
    if (field.shape == Shape::kMap) {
      if (!value.is_object()) return Wrong(value, field, path);
      for (auto at = value.begin(); at != value.end(); ++at) {
        if (!Element(*at, field, path.Key(at.key()))) return false;
      }
      return true;
    }
    return Element(value, field, path);
  }

  bool Integer(const Json& value, const SchemaField& field, const FieldPath& path) {
    if (!value.is_number()) return Wrong(value, field, path);
    const bool fits =
        value.is_number_integer() &&
        (field.leaf == Leaf::kInt64 || (value.get<i64>() >= std::numeric_limits<i32>::min() &&
                                        value.get<i64>() <= std::numeric_limits<i32>::max()));
    return fits || Wrong(value, field, path, Canonical(value));
  }

  bool Time(const Json& value, const SchemaField& field, const FieldPath& path) {
    if (!value.is_string()) return Wrong(value, field, path);
    const std::string_view text = TextOf(value);
    if (LooksLikeTime(text)) return true;
    return Break(path, fmt::format("parsing time \"{}\" as \"2006-01-02T15:04:05Z07:00\": cannot "
                                   "parse \"{}\" as \"2006\"",
                                   text, text));
  }

  bool Amount(const Json& value, const SchemaField& field, const FieldPath& path) {
    if (!value.is_string() && !value.is_number()) return Wrong(value, field, path);
    const Result<Quantity> amount =
        value.is_string() ? ParseQuantity(TextOf(value)) : ParseQuantity(Canonical(value));
    return amount.ok() || Break(path, amount.error().what);
  }

  bool Bytes(const Json& value, const SchemaField& field, const FieldPath& path) {
    if (!value.is_string()) return Wrong(value, field, path);
    const std::optional<std::size_t> bad = IllegalBase64(TextOf(value));
    return !bad || Break(path, fmt::format("illegal base64 data at input byte {}", *bad));
  }

  bool Element(const Json& value, const SchemaField& field, const FieldPath& path) {
    if (value.is_null()) return true;
    switch (field.leaf) {
      case Leaf::kStruct:
        return value.is_object() ? Map(value, field.target, &path) : Wrong(value, field, path);
      case Leaf::kString:
        return value.is_string() || Wrong(value, field, path);
      case Leaf::kBoolean:
        return value.is_boolean() || Wrong(value, field, path);
      case Leaf::kInt32:
      case Leaf::kInt64:
        return Integer(value, field, path);
      case Leaf::kIntOrString:
        return value.is_string() || value.is_number_integer() || Wrong(value, field, path);
      case Leaf::kTime:
      case Leaf::kMicroTime:
        return Time(value, field, path);
      case Leaf::kQuantity:
        return Amount(value, field, path);
      case Leaf::kByte:
        return Bytes(value, field, path);
      case Leaf::kRaw:
        return true;
    }
    return true;
  }
};

}  // namespace

Status CheckDecoding(const Json& object) {
  if (!object.is_object()) {
    return Error{ErrorCode::kBadRequest, "", "the document is not an object"};
  }
  const KindInfo* kind = FindKind(Text(object, "apiVersion"), Text(object, "kind"));
  if (kind == nullptr) return Ok{};
  Decoder decoder;
  if (!decoder.Map(object, FindType(kind->schema_type), nullptr)) {
    return std::move(decoder.broken);
  }
  if (decoder.unknown.empty()) return Ok{};
  std::string what = "strict decoding error: ";
  for (const std::string& field : decoder.unknown) {
    if (&field != &decoder.unknown.front()) what += ", ";
    what += fmt::format("unknown field \"{}\"", field);
  }
  return Error{ErrorCode::kBadRequest, decoder.unknown[0], std::move(what)};
}

}  // namespace wt
