// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "tests/sim/cluster/kube_api_shop.h"

namespace wt {

Json Body(const ApiReply& reply) { return Json::parse(reply.body); }

ApiReply KubeApiOfTheShop::Get(const std::string& path, const std::string& query) {
  return api_.Call({.method = "GET", .path = path, .query = query}).value();
}

ApiReply KubeApiOfTheShop::Merge(const std::string& path, const Json& patch,
                                 const std::string& query) {
  return api_.Call({"PATCH", path, query, "application/merge-patch+json", patch.dump()}).value();
}

ApiReply KubeApiOfTheShop::Delete(const std::string& path, const Json& options) {
  return api_.Call({"DELETE", path, "", "application/json", options.dump()}).value();
}

ApiReply KubeApiOfTheShop::Delete(const std::string& path) {
  return api_.Call({.method = "DELETE", .path = path}).value();
}

std::string KubeApiOfTheShop::PodPath() {
  const Json list = Body(Get("/api/v1/namespaces/shop/pods"));
  return "/api/v1/namespaces/shop/pods/" +
         list.at("items").at(0).at("metadata").at("name").get<std::string>();
}

std::unique_ptr<ApiWatch> KubeApiOfTheShop::Watch(const std::string& path,
                                                  const std::string& query) {
  auto watch = api_.Watch({.path = path, .query = query});
  EXPECT_TRUE(watch);
  return std::move(*watch);
}

std::vector<Json> KubeApiOfTheShop::Drain(ApiWatch& watch) {
  std::vector<Json> out;
  while (auto line = *watch.Next()) out.push_back(Json::parse(*line));
  return out;
}

std::map<std::string, std::string> KubeApiOfTheShop::Versions(const std::string& path) {
  std::map<std::string, std::string> out;
  const Json list = Body(Get(path));
  for (const Json& item : list.at("items")) {
    out[item.at("metadata").at("name")] = item.at("metadata").at("resourceVersion");
  }
  return out;
}

}  // namespace wt
