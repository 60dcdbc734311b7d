// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "realcluster/mirror/written_part.h"
#include "sim/objects/access.h"
#include "sim/objects/quantity.h"
#include "sim/objects/split.h"

namespace wt {
namespace {

bool IsNothing(const Json& value) {
  return value.is_null() || value == "" || value == false ||
         (value.is_structured() && value.empty());
}

// "0.5" and "500m", 1 and "1".
bool SameAmount(const Json& a, const Json& b) {
  const auto text_of = [](const Json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
  };
  const auto comparable = [](const Json& value) { return value.is_string() || value.is_number(); };
  if (!comparable(a) || !comparable(b)) return false;
  const Result<Quantity> first = ParseQuantity(text_of(a)), second = ParseQuantity(text_of(b));
  return first && second && CanonicalText(*first) == CanonicalText(*second);
}

}  // namespace

bool Shows(const Json& shown, const Json& written) {
  if (written.is_object() && (shown.is_object() || IsNothing(shown))) {
    for (const auto& [key, value] : written.items()) {
      const Json* own = shown.is_object() ? Find(shown, key) : nullptr;
      if (!Shows(own != nullptr ? *own : Json(), value)) return false;
    }
    return true;
  }
  if (written.is_array() && shown.is_array()) {
    if (written.size() != shown.size()) return false;
    for (std::size_t i = 0; i < written.size(); ++i) {
      if (!Shows(shown[i], written[i])) return false;
    }
    return true;
  }
  return shown == written || SameAmount(shown, written) || (IsNothing(shown) && IsNothing(written));
}

Json WrittenPart(const Json& object) {
  Json out = Json::object();
  for (const auto& [key, value] : object.items()) {
    const bool written = key != "apiVersion" && key != "kind" && key != "metadata" &&
                         key != "status" && !value.is_null();
    if (written) out[key] = value;
  }
  for (const char* key : {"labels", "annotations"}) {
    if (const Json* value = Find(Map(object, "metadata"), key)) out["metadata"][key] = *value;
  }
  if (Text(object, "kind") == "Deployment" && out.contains("metadata")) {
    if (Json* annotations = Find(out["metadata"], "annotations")) {
      annotations->erase(std::string(kRevisionAnnotation));
    }
  }
  if (Text(object, "kind") == "Node" && Map(out, "spec").contains("taints")) {
    Json taints = Json::array();
    for (const Json& taint : out["spec"]["taints"]) {
      if (Text(taint, "key") != kUnschedulableTaint) taints.push_back(taint);
    }
    out["spec"].erase("taints");
    if (!taints.empty()) out["spec"]["taints"] = std::move(taints);
  }
  return out;
}

Json MergePatch(const Json& from, const Json& to) {
  Json patch = Json::object();
  for (const auto& [key, value] : to.items()) {
    const Json* was = Find(from, key);
    if (was == nullptr || was->type() != value.type() || !value.is_object()) {
      if (was == nullptr || *was != value) patch[key] = value;
    } else if (Json inner = MergePatch(*was, value); !inner.empty()) {
      patch[key] = std::move(inner);
    }
  }
  for (const auto& [key, value] : from.items()) {
    if (!to.contains(key)) patch[key] = nullptr;
  }
  return patch;
}

}  // namespace wt
