// SPDX-License-Identifier: Apache-2.0
// The shop behind the simulated API, and what tests ask of it.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/cluster/sim_kube_api.h"
#include "tests/sim/cluster/shop.h"

namespace wt {

inline constexpr const char* kDeployments = "/apis/apps/v1/namespaces/shop/deployments";

Json Body(const ApiReply& reply);

class KubeApiOfTheShop : public testing::Test {
 protected:
  KubeApiOfTheShop() { cluster_.Attach(&api_); }

  ApiReply Get(const std::string& path, const std::string& query = "");
  ApiReply Merge(const std::string& path, const Json& patch, const std::string& query = "");
  ApiReply Delete(const std::string& path, const Json& options);
  ApiReply Delete(const std::string& path);
  std::string PodPath();  // of the first pod
  std::unique_ptr<ApiWatch> Watch(const std::string& path, const std::string& query = "");
  static std::vector<Json> Drain(ApiWatch& watch);
  // Names of a list and their resourceVersions.
  std::map<std::string, std::string> Versions(const std::string& path);

  SimCluster cluster_ = TheShop().StartCluster(7);
  SimKubeApi api_{cluster_.View()};
};

}  // namespace wt
