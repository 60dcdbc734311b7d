// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/objects/access.h"
#include "sim/objects/canonical.h"
#include "sim/objects/kinds.h"
#include "sim/objects/quantity.h"
#include "tests/kubernetes_conformance/compare.h"

namespace wt::conformance {
namespace {

bool IsZero(const Json& v) {
  if (v.is_number()) return v.get<double>() == 0;
  if (v.is_boolean()) return !v.get<bool>();
  if (v.is_string()) return v.get_ref<const std::string&>().empty();
  return v.is_null() || v.empty();
}

void DropZeros(Json& value) {
  if (value.is_array()) {
    for (Json& element : value) DropZeros(element);
  }
  if (!value.is_object()) return;
  for (auto at = value.begin(); at != value.end();) {
    DropZeros(*at);
    at = IsZero(*at) ? value.erase(at) : std::next(at);
  }
}

std::string Show(const Json& value) {
  std::string text = Canonical(value);
  if (text.size() > 160) text = text.substr(0, 160) + "...";
  return text;
}

std::string FirstDifference(const Json& got, const Json& want, const std::string& path) {
  if (got == want) return "";
  if (got.is_object() && want.is_object()) {
    for (const auto& [key, value] : want.items()) {
      const auto at = got.find(key);
      if (at == got.end()) return fmt::format("{}.{}: absent, want {}", path, key, Show(value));
      std::string inner = FirstDifference(*at, value, path + "." + key);
      if (!inner.empty()) return inner;
    }
    for (const auto& [key, value] : got.items()) {
      if (want.contains(key)) continue;
      return fmt::format("{}.{}: got {}, want none", path, key, Show(value));
    }
  }
  if (got.is_array() && want.is_array() && got.size() == want.size()) {
    for (std::size_t k = 0; k < got.size(); ++k) {
      std::string inner = FirstDifference(got[k], want[k], fmt::format("{}[{}]", path, k));
      if (!inner.empty()) return inner;
    }
  }
  return fmt::format("{}: got {}, want {}", path, Show(got), Show(want));
}

void OneSpelling(Json& value) {
  if (!value.is_string() && !value.is_number()) return;
  const std::string text = value.is_string() ? value.get<std::string>() : Canonical(value);
  Result<Quantity> q = ParseQuantity(text);
  if (!q) return;
  q->literal.clear();
  q->format = QuantityFormat::kDecimalSI;
  value = CanonicalText(*q);
}

void SpellQuantities(Json& value, TypeIndex type);

void SpellField(Json& value, const SchemaField& field) {
  if (field.leaf != Leaf::kQuantity && field.leaf != Leaf::kStruct) return;
  const auto each = [&](Json& element) {
    field.leaf == Leaf::kQuantity ? OneSpelling(element) : SpellQuantities(element, field.target);
  };
  const bool many = field.shape == Shape::kList || field.shape == Shape::kMap;
  if (!many) return each(value);
  if (!value.is_structured()) return;
  for (Json& element : value) each(element);
}

void SpellQuantities(Json& value, TypeIndex type) {
  if (!value.is_object()) return;
  for (auto at = value.begin(); at != value.end(); ++at) {
    if (const SchemaField* field = FindField(type, at.key())) SpellField(*at, *field);
  }
}

std::string LostBelow(const Json& input, const Json& want, const Json& got,
                      const std::string& path) {
  if (input.is_object() && want.is_object()) {
    for (const auto& [key, value] : input.items()) {
      if (!want.contains(key)) continue;
      const std::string below = path + "." + key;
      if (!got.is_object() || !got.contains(key)) return below + ": lost";
      std::string inner = LostBelow(value, want[key], got[key], below);
      if (!inner.empty()) return inner;
    }
  }
  if (input.is_array() && want.is_array() && got.is_array()) {
    if (input.size() != want.size() || got.size() != want.size()) return "";
    for (std::size_t k = 0; k < want.size(); ++k) {
      std::string inner = LostBelow(input[k], want[k], got[k], fmt::format("{}[{}]", path, k));
      if (!inner.empty()) return inner;
    }
  }
  return "";
}

}  // namespace

std::string Difference(const Json& got, const Json& want) {
  return ObjectDifference(got, want, kNoType);
}

std::string ObjectDifference(const Json& got, const Json& want, TypeIndex type) {
  Json left = got;
  Json right = want;
  SpellQuantities(left, type);
  SpellQuantities(right, type);
  DropZeros(left);
  DropZeros(right);
  return FirstDifference(left, right, "");
}

std::string Lost(const Json& input, const Json& want, const Json& got) {
  return LostBelow(input, want, got, "");
}

TypeIndex TypeOfObject(const Json& object) {
  const KindInfo* kind = FindKind(Text(object, "apiVersion"), Text(object, "kind"));
  return kind == nullptr ? kNoType : FindType(kind->schema_type);
}

std::string TextDifference(std::string_view name, std::string_view got, std::string_view want) {
  if (got == want) return "";
  return fmt::format("{}: got \"{}\", want \"{}\"", name, got, want);
}

}  // namespace wt::conformance
