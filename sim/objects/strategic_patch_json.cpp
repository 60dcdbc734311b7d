// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "sim/objects/access.h"
#include "sim/objects/canonical.h"
#include "sim/objects/patch.h"

namespace wt {
namespace {

constexpr std::string_view kPatch = "$patch";
constexpr std::string_view kRetainKeys = "$retainKeys";
constexpr std::string_view kOrderPrefix = "$setElementOrder/";
constexpr std::string_view kDeletePrefix = "$deleteFromPrimitiveList/";

Error Bad(std::string what) { return {ErrorCode::kBadRequest, "", std::move(what)}; }

Error NoMergeKey(const Json& element, std::string_view key) {
  return Bad(
      fmt::format("map: {} does not contain declared merge key: {}", Canonical(element), key));
}

// How a list field merges; for a field without schema lists are replaced.
struct ListRule {
  bool merge = false;
  std::string key;  // of maps; empty for scalars
  TypeIndex element = kNoType;
};

ListRule RuleOf(const SchemaField* field) {
  if (field == nullptr) return {};
  return {field->patch_merge, std::string(field->patch_merge_key), field->target};
}

bool Equal(const Json& a, const Json& b, const std::string& key) {
  if (key.empty()) return a == b;
  const auto left = a.find(key);
  const auto right = b.find(key);
  return left != a.end() && right != b.end() && *left == *right;
}

std::optional<std::size_t> IndexIn(const Json& list, const Json& element, const std::string& key) {
  for (std::size_t k = 0; k < list.size(); ++k) {
    if (Equal(list[k], element, key)) return k;
  }
  return std::nullopt;
}

// All elements are maps with the merge key, or, without one, none is a container.
Status CheckElements(const Json& list, const std::string& key) {
  for (const Json& element : list) {
    if (key.empty()) {
      if (element.is_structured()) return Bad("cannot merge lists without merge key");
    } else if (!element.is_object()) {
      return Bad("list elements must all be maps");
    } else if (!element.contains(key)) {
      return NoMergeKey(element, key);
    }
  }
  return Ok{};
}

void SortBy(Json& list, const Json& order, const std::string& key) {
  auto& elements = list.get_ref<Json::array_t&>();
  std::stable_sort(elements.begin(), elements.end(), [&](const Json& a, const Json& b) {
    const std::size_t none = order.size();
    return IndexIn(order, a, key).value_or(none) < IndexIn(order, b, key).value_or(none);
  });
}

// Elements that the patch names go in the patch's order, the others keep the server's order; the
// two runs are zipped by the server's order where both elements were there before.
Json Ordered(const Json& merged, const Json& patch_order, const Json& server_order,
             const std::string& key) {
  Json named = Json::array();
  Json others = Json::array();
  for (const Json& element : merged) {
    (IndexIn(patch_order, element, key) ? named : others).push_back(element);
  }
  SortBy(named, patch_order, key);
  SortBy(others, server_order, key);
  Json out = Json::array();
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < others.size() && j < named.size()) {
    const auto left = IndexIn(server_order, others[i], key);
    const auto right = IndexIn(server_order, named[j], key);
    const bool left_first = left && right && *left < *right;
    out.push_back(left_first ? others[i++] : named[j++]);
  }
  while (i < others.size()) out.push_back(others[i++]);
  while (j < named.size()) out.push_back(named[j++]);
  return out;
}

// A value that is taken over whole: nulls vanish, and so does every map with a $patch directive.
// False: nothing is left of it.
bool Absorb(Json& value) {
  if (value.is_array()) {
    Json kept = Json::array();
    for (Json& element : value) {
      if (Absorb(element)) kept.push_back(std::move(element));
    }
    value = std::move(kept);
  }
  if (!value.is_object()) return true;
  if (value.contains(kPatch)) return false;
  for (auto at = value.begin(); at != value.end();) {
    at = at->is_null() || !Absorb(*at) ? value.erase(at) : std::next(at);
  }
  return true;
}

Status MergeMap(Json& original, const Json& patch, TypeIndex type);

// Acts on elements with a $patch directive; collects the others.
Status Directives(Json& original, const Json& patch, const std::string& key, Json& plain) {
  bool replace = false;
  for (const Json& element : patch) {
    if (!element.is_object()) return Bad("list elements must all be maps");
    const auto directive = element.find(kPatch);
    if (directive == element.end()) {
      plain.push_back(element);
    } else if (*directive == "replace") {
      replace = true;
    } else if (*directive != "delete") {
      return Bad(fmt::format("unknown patch type: {} in map: {}", Canonical(*directive),
                             Canonical(element)));
    } else if (!element.contains(key)) {
      return NoMergeKey(element, key);
    } else {
      std::erase_if(original.get_ref<Json::array_t&>(),
                    [&](const Json& item) { return Equal(item, element, key); });
    }
  }
  if (replace) original = std::exchange(plain, Json::array());
  return Ok{};
}

Status MergeMaps(Json& original, const Json& patch, const ListRule& rule) {
  Json plain = Json::array();
  Status status = Directives(original, patch, rule.key, plain);
  if (!status) return status;
  const Json server_order = original;
  for (const Json& element : plain) {
    if (!element.contains(rule.key)) return NoMergeKey(element, rule.key);
    if (const auto index = IndexIn(original, element, rule.key)) {
      status = MergeMap(original[*index], element, rule.element);
      if (!status) return status;
      continue;
    }
    Json fresh = element;
    if (Absorb(fresh)) original.push_back(std::move(fresh));
  }
  status = CheckElements(original, rule.key);
  if (status) original = Ordered(original, plain, server_order, rule.key);
  return status;
}

Status MergeList(Json& original, const Json& patch, const ListRule& rule, bool remove) {
  if (!rule.merge && !remove) {
    original = patch;
    return Ok{};
  }
  if (original.empty() && patch.empty()) return Ok{};
  const bool maps = (original.empty() ? patch : original)[0].is_object();
  if (maps && !remove) {
    if (rule.key.empty()) return Bad("cannot merge lists without merge key");
    return MergeMaps(original, patch, rule);
  }
  Json merged = Json::array();
  for (const Json& element : original) {
    const bool gone = remove && IndexIn(patch, element, "");
    if (!gone && !IndexIn(merged, element, "")) merged.push_back(element);
  }
  if (remove) {
    original = std::move(merged);
    return Ok{};
  }
  for (const Json& element : patch) {
    if (!IndexIn(merged, element, "")) merged.push_back(element);
  }
  original = Ordered(merged, patch, original, "");
  return Ok{};
}

// The patch's own list must run in the order that the directive gives.
Status CheckOrder(const Json& list, const Json& order, const std::string& key) {
  std::size_t at = 0;
  for (const Json& element : list) {
    if (!key.empty() && element.is_object() && element.contains(kPatch)) continue;
    while (at < order.size() && !Equal(element, order[at], key)) ++at;
    if (at++ >= order.size()) {
      return Bad(
          fmt::format("The order in patch list:\n{}\n doesn't match $setElementOrder "
                      "list:\n{}\n",
                      Canonical(list), Canonical(order)));
    }
  }
  return Ok{};
}

// $setElementOrder/NAME together with the patch's NAME.
Status ApplyOrder(Json& original, const Json& patch, const std::string& name, const Json& order,
                  const SchemaField* field) {
  if (!order.is_array()) return Bad(fmt::format("$setElementOrder/{} is not a list", name));
  const Json* patch_list = Find(patch, name);
  const auto found = original.find(name);
  if (patch_list != nullptr && !patch_list->is_array()) {
    return Bad(fmt::format("{} is not a list", name));
  }
  const ListRule rule = RuleOf(field);
  Status status = CheckElements(order, rule.key);
  if (status && patch_list != nullptr) status = CheckOrder(*patch_list, order, rule.key);
  if (!status) return status;
  if (found == original.end()) {
    if (patch_list == nullptr) return Ok{};
    Json fresh = *patch_list;
    Absorb(fresh);
    original[name] = Ordered(fresh, order, Json::array(), rule.key);
    return Ok{};
  }
  if (!found->is_array()) return Bad(fmt::format("{} is not a list", name));
  const Json server_order = *found;
  if (patch_list != nullptr) {
    status = MergeList(*found, *patch_list, rule, false);
    if (!status) return status;
  }
  *found = Ordered(*found, order, server_order, rule.key);
  return Ok{};
}

Status ApplyRetainKeys(Json& original, const Json& patch) {
  const Json* keys = Find(patch, kRetainKeys);
  if (keys == nullptr) return Ok{};
  if (!keys->is_array()) return Bad("invalid patch format of retainKeys");
  const auto kept = [&](const std::string& name) {
    return std::find(keys->begin(), keys->end(), name) != keys->end();
  };
  for (const auto& [name, value] : patch.items()) {
    if (value.is_null() || name == kRetainKeys) continue;
    if (name.starts_with(kOrderPrefix) || name.starts_with(kDeletePrefix)) continue;
    if (!kept(name)) return Bad("invalid patch format of retainKeys");
  }
  for (auto at = original.begin(); at != original.end();) {
    at = kept(at.key()) ? std::next(at) : original.erase(at);
  }
  return Ok{};
}

Status MergeMember(Json& original, const std::string& name, const Json& value,
                   const SchemaField* field, bool remove_from_list) {
  if (value.is_null()) {
    original.erase(name);
    return Ok{};
  }
  auto found = original.find(name);
  if (found == original.end() && field != nullptr && value.is_object() && AlwaysEncoded(*field)) {
    found = original.emplace(name, Json::object()).first;
  }
  const bool same = found != original.end() && ((found->is_object() && value.is_object()) ||
                                                (found->is_array() && value.is_array()));
  if (remove_from_list) {
    return same ? MergeList(*found, value, RuleOf(field), true) : Status(Ok{});
  }
  if (!same) {
    Json fresh = value;
    if (Absorb(fresh)) {
      original[name] = std::move(fresh);
    } else {
      original.erase(name);
    }
    return Ok{};
  }
  if (found->is_array()) return MergeList(*found, value, RuleOf(field), false);
  if (field != nullptr && field->patch_replace) {
    *found = value;
    return Ok{};
  }
  const bool is_struct = field != nullptr && field->shape == Shape::kObject;
  return MergeMap(*found, value, is_struct ? field->target : kNoType);
}

Status MergeMap(Json& original, const Json& patch, TypeIndex type) {
  if (const Json* directive = Find(patch, kPatch)) {
    if (*directive == "replace") {
      original = patch;
      original.erase(std::string(kPatch));
      return Ok{};
    }
    if (*directive == "delete") {
      original = Json::object();
      return Ok{};
    }
    return Bad(
        fmt::format("unknown patch type: {} in map: {}", Canonical(*directive), Canonical(patch)));
  }
  Status status = ApplyRetainKeys(original, patch);
  for (auto at = patch.begin(); status && at != patch.end(); ++at) {
    if (!at.key().starts_with(kOrderPrefix)) continue;
    const std::string name = at.key().substr(kOrderPrefix.size());
    status = ApplyOrder(original, patch, name, *at, FindField(type, name));
  }
  for (auto at = patch.begin(); status && at != patch.end(); ++at) {
    if (at.key().starts_with(kOrderPrefix) || at.key() == kRetainKeys) continue;
    if (at->is_array() && patch.contains(std::string(kOrderPrefix) + at.key())) continue;
    const bool remove = at.key().starts_with(kDeletePrefix);
    const std::string name = remove ? at.key().substr(kDeletePrefix.size()) : at.key();
    status = MergeMember(original, name, *at, FindField(type, name), remove);
  }
  return status;
}

}  // namespace

Status ApplyStrategicPatch(Json& object, const Json& patch, TypeIndex type) {
  return MergeMap(object, patch, type);
}

}  // namespace wt
