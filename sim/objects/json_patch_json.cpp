// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "sim/objects/access.h"
#include "sim/objects/patch.h"

namespace wt {
namespace {

Error Missing(std::string_view op, std::string_view path) {
  return {
      ErrorCode::kInvalidObject, "",
      fmt::format("{} operation does not apply: doc is missing path: {}: missing value", op, path)};
}

Error BadIndex(std::string_view op, std::string_view path) {
  return {ErrorCode::kInvalidObject, "",
          fmt::format("error in {} for path: '{}': invalid index referenced", op, path)};
}

std::string Unescape(std::string_view part) {
  std::string out;
  for (std::size_t k = 0; k < part.size(); ++k) {
    const bool escape = part[k] == '~' && k + 1 < part.size();
    if (escape && (part[k + 1] == '0' || part[k + 1] == '1')) {
      out += part[++k] == '0' ? '~' : '/';
    } else {
      out += part[k];
    }
  }
  return out;
}

// An array position; negative ones count from the end. Valid: [-size, size).
std::optional<std::size_t> Position(std::string_view key, std::size_t size) {
  if (key.starts_with('+')) key.remove_prefix(1);
  i64 index = 0;
  const auto [end, failed] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (failed != std::errc() || end != key.data() + key.size()) return std::nullopt;
  const i64 length = static_cast<i64>(size);
  if (index >= length || index < -length) return std::nullopt;
  return static_cast<std::size_t>(index < 0 ? index + length : index);
}

// The container a pointer ends in, and the last key. container is nullptr if there is none.
struct Spot {
  Json* container = nullptr;
  std::string key;
};

// Walks with the schema, so that members Go always encodes are there to be found.
class Walker {
 public:
  Walker(Json& document, TypeIndex type) : document_(document), type_(type) {}

  Spot Locate(std::string_view path) {
    std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return {};
    Json* at = &document_;
    TypeIndex type = type_;
    path.remove_prefix(slash + 1);
    while ((slash = path.find('/')) != std::string_view::npos) {
      at = Step(at, Unescape(path.substr(0, slash)), type);
      if (at == nullptr || !at->is_structured()) return {};
      path.remove_prefix(slash + 1);
    }
    Spot spot{at, Unescape(path)};
    if (at->is_object()) Fill(*at, spot.key, FindField(type, spot.key));
    return spot;
  }

 private:
  static void Fill(Json& object, const std::string& key, const SchemaField* field) {
    if (field == nullptr || object.contains(key) || !AlwaysEncoded(*field)) return;
    object[key] = Json::object();
  }

  static Json* Step(Json* at, const std::string& key, TypeIndex& type) {
    if (at->is_array()) {
      const std::optional<std::size_t> index = Position(key, at->size());
      return index ? &(*at)[*index] : nullptr;
    }
    const SchemaField* field = FindField(type, key);
    Fill(*at, key, field);
    type = field == nullptr ? kNoType : field->target;
    const auto found = at->find(key);
    return found == at->end() ? nullptr : &*found;
  }

  Json& document_;
  TypeIndex type_;
};

// nullptr: an array has no such position. An absent member reads as null.
const Json* Get(const Spot& spot) {
  static const Json kNull;
  if (spot.container->is_object()) {
    const auto found = spot.container->find(spot.key);
    return found == spot.container->end() ? &kNull : &*found;
  }
  const std::optional<std::size_t> index = Position(spot.key, spot.container->size());
  return index ? &(*spot.container)[*index] : nullptr;
}

Status Add(const Spot& spot, Json value, std::string_view op, std::string_view path) {
  if (spot.container == nullptr) return Missing(op, path);
  if (spot.container->is_object()) {
    (*spot.container)[spot.key] = std::move(value);
    return Ok{};
  }
  const std::size_t size = spot.container->size();
  const std::optional<std::size_t> index = spot.key == "-" ? size : Position(spot.key, size + 1);
  if (!index) return BadIndex(op, path);
  spot.container->insert(spot.container->begin() + static_cast<std::ptrdiff_t>(*index),
                         std::move(value));
  return Ok{};
}

Status Remove(const Spot& spot, std::string_view op, std::string_view path) {
  if (spot.container == nullptr) return Missing(op, path);
  if (spot.container->is_object()) {
    return spot.container->erase(spot.key) == 1 ? Status(Ok{}) : Missing(op, path);
  }
  const std::optional<std::size_t> index = Position(spot.key, spot.container->size());
  if (!index) return BadIndex(op, path);
  spot.container->erase(*index);
  return Ok{};
}

Status Replace(const Spot& spot, Json value, std::string_view path) {
  if (spot.container == nullptr) return Missing("replace", path);
  if (spot.container->is_object()) {
    (*spot.container)[spot.key] = std::move(value);
    return Ok{};
  }
  const std::optional<std::size_t> index = Position(spot.key, spot.container->size());
  if (!index) return BadIndex("replace", path);
  (*spot.container)[*index] = std::move(value);
  return Ok{};
}

Status Test(const Json* found, const Json& value, std::string_view path) {
  if (found != nullptr && *found == value) return Ok{};
  return Error{ErrorCode::kInvalidObject, "",
               fmt::format("testing value {} failed: test failed", path)};
}

Status WholeDocument(Json& document, std::string_view op, const Json& value) {
  if (op == "test") return Test(&document, value, "");
  if (op != "replace" || !value.is_structured()) return Missing(op, "");
  document = value;
  return Ok{};
}

Status Apply(Json& document, const Json& operation, TypeIndex type) {
  static const Json kNull;
  const std::string_view op = Text(operation, "op");
  const Json* path_member = Find(operation, "path");
  if (path_member == nullptr || !path_member->is_string()) return Missing(op, "");
  const std::string_view path = TextOf(*path_member);
  const Json* value_member = Find(operation, "value");
  const Json& value = value_member == nullptr ? kNull : *value_member;
  if (path.empty()) return WholeDocument(document, op, value);
  Walker walker(document, type);
  if (op == "move" || op == "copy") {
    const std::string_view from = Text(operation, "from");
    const Spot source = walker.Locate(from);
    if (source.container == nullptr) return Missing(op, from);
    const Json* found = Get(source);
    if (found == nullptr) return BadIndex(op, from);
    Json moved = *found;
    if (op == "move") {
      Status removed = Remove(source, op, from);
      if (!removed) return removed;
    }
    return Add(walker.Locate(path), std::move(moved), op, path);
  }
  const Spot spot = walker.Locate(path);
  if (op == "add") return Add(spot, value, op, path);
  if (op == "remove") return Remove(spot, op, path);
  if (op == "replace") return Replace(spot, value, path);
  if (op != "test") {
    return Error{ErrorCode::kBadRequest, "", fmt::format("Unexpected kind: {}", op)};
  }
  return spot.container == nullptr ? Status(Missing(op, path)) : Test(Get(spot), value, path);
}

}  // namespace

std::string EscapePointer(std::string_view key) {
  std::string escaped;
  for (const char c : key) {
    if (c == '~') {
      escaped += "~0";
    } else if (c == '/') {
      escaped += "~1";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

Status ApplyJsonPatch(Json& object, const Json& patch, TypeIndex type) {
  if (!patch.is_array()) return Error{ErrorCode::kBadRequest, "", "the patch is not an array"};
  if (patch.size() > kJsonPatchOperationsMax) {
    return Error{ErrorCode::kBadRequest, "",
                 fmt::format("The allowed maximum operations in a JSON patch is {}, got {}",
                             kJsonPatchOperationsMax, patch.size())};
  }
  for (const Json& operation : patch) {
    Status done = Apply(object, operation, type);
    if (!done) return done;
    if (!object.is_object()) {
      return Error{ErrorCode::kInvalidObject, "", "the patched document is not an object"};
    }
  }
  return Ok{};
}

}  // namespace wt
