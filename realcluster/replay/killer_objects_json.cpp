// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "realcluster/replay/killer_objects.h"

namespace wt {
namespace {

using Json = nlohmann::json;

constexpr const char* kRbac = "rbac.authorization.k8s.io";
constexpr const char* kChaosGroup = "chaos-mesh.org";

Json Metadata(const std::string& name, std::string_view ns) {
  return {{"name", name}, {"namespace", ns}};
}

Json Rule(const char* group, const char* resource, std::vector<std::string> verbs) {
  return {{"apiGroups", Json::array({group})},
          {"resources", Json::array({resource})},
          {"verbs", std::move(verbs)}};
}

Json Binding(const std::string& name, std::string_view ns, const char* role_kind,
             const std::string& account_ns) {
  return {{"apiVersion", std::string(kRbac) + "/v1"},
          {"kind", "RoleBinding"},
          {"metadata", Metadata(name, ns)},
          {"roleRef", {{"apiGroup", kRbac}, {"kind", role_kind}, {"name", name}}},
          {"subjects", Json::array({{{"kind", "ServiceAccount"},
                                     {"name", "default"},
                                     {"namespace", account_ns}}})}};
}

}  // namespace

std::vector<std::string> KillerObjects(const std::string& ns, const std::string& rogue,
                                       const std::string& victim_selector, double interval_s) {
  Json reads = Rule("", "configmaps", {"get"});
  reads["resourceNames"] = Json::array({rogue});
  const Json objects[] = {
      {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", kKillerNamespace}}}},
      {{"apiVersion", "v1"},
       {"kind", "ConfigMap"},
       {"metadata", Metadata(rogue, kKillerNamespace)},
       {"data",
        {{"namespace", ns},
         {"selector", victim_selector},
         {"interval_s", fmt::format("{}", interval_s)}}}},
      {{"apiVersion", std::string(kRbac) + "/v1"},
       {"kind", "Role"},
       {"metadata", Metadata(rogue, kKillerNamespace)},
       {"rules", Json::array({reads, Rule(kChaosGroup, "podchaos", {"create"})})}},
      Binding(rogue, kKillerNamespace, "Role", ns),
      {{"apiVersion", std::string(kRbac) + "/v1"},
       {"kind", "ClusterRole"},
       {"metadata", {{"name", rogue}}},
       {"rules", Json::array({Rule("", "pods", {"get", "list", "delete"}),
                              Rule(kChaosGroup, "podchaos", {"create"})})}},
      Binding(rogue, ns, "ClusterRole", ns),
  };
  std::vector<std::string> out;
  for (const Json& object : objects) out.push_back(object.dump());
  return out;
}

}  // namespace wt
