// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "realcluster/mirror/written_part.h"
#include "sim/objects/access.h"
#include "sim/objects/split.h"

namespace wt {

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
