// SPDX-License-Identifier: Apache-2.0
// What a Kubernetes client may rely on when it speaks to the simulated API.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "sim/cluster/api_path.h"
#include "sim/cluster/sim_kube_api.h"
#include "tests/sim/cluster/shop.h"

namespace wt {
namespace {

constexpr const char* kDeployments = "/apis/apps/v1/namespaces/shop/deployments";

Json Body(const ApiReply& reply) { return Json::parse(reply.body); }

class KubeApiOfTheShop : public testing::Test {
 protected:
  KubeApiOfTheShop() { cluster_.Attach(&api_); }

  ApiReply Get(const std::string& path, const std::string& query = "") {
    return api_.Call({.method = "GET", .path = path, .query = query}).value();
  }
  ApiReply Merge(const std::string& path, const Json& patch, const std::string& query = "") {
    return api_.Call({"PATCH", path, query, "application/merge-patch+json", patch.dump()}).value();
  }
  std::unique_ptr<ApiWatch> Watch(const std::string& path, const std::string& query = "") {
    auto watch = api_.Watch({.path = path, .query = query});
    EXPECT_TRUE(watch);
    return std::move(*watch);
  }
  static std::vector<Json> Drain(ApiWatch& watch) {
    std::vector<Json> out;
    while (auto line = *watch.Next()) out.push_back(Json::parse(*line));
    return out;
  }
  // Names of a list and their resourceVersions.
  std::map<std::string, std::string> Versions(const std::string& path) {
    std::map<std::string, std::string> out;
    const Json list = Body(Get(path));
    for (const Json& item : list.at("items")) {
      out[item.at("metadata").at("name")] = item.at("metadata").at("resourceVersion");
    }
    return out;
  }

  SimCluster cluster_ = TheShop().StartCluster(7);
  SimKubeApi api_{cluster_.View()};
};

TEST_F(KubeApiOfTheShop, ListsAndGetsObjectsAsTheyAre) {
  const Json list = Body(Get(kDeployments));
  EXPECT_EQ(list.at("kind"), "DeploymentList");
  EXPECT_EQ(list.at("apiVersion"), "apps/v1");
  EXPECT_EQ(list.at("items").size(), 4u);
  const Json web = Body(Get(std::string(kDeployments) + "/web"));
  EXPECT_EQ(web.at("metadata").at("name"), "web");
  EXPECT_GT(web.at("status").at("readyReplicas"), 0);
  EXPECT_FALSE(Body(Get("/api/v1/nodes")).at("items").empty());
  EXPECT_EQ(Body(Get("/api/v1/pods")), Body(Get("/api/v1/namespaces/shop/pods")));
}

TEST_F(KubeApiOfTheShop, SelectorsSelect) {
  const Json web = Body(Get(std::string(kDeployments) + "/web"));
  const Json labels = web.at("spec").at("selector").at("matchLabels");
  ASSERT_EQ(labels.size(), 1u);
  const std::string label =
      labels.begin().key() + "%3D" + labels.begin().value().get<std::string>();
  const Json pods = Body(Get("/api/v1/namespaces/shop/pods", "labelSelector=" + label));
  ASSERT_EQ(pods.at("items").size(), web.at("spec").at("replicas"));
  const std::string node = pods.at("items")[0].at("spec").at("nodeName");
  const Json there = Body(Get("/api/v1/pods", "fieldSelector=spec.nodeName%3D" + node));
  EXPECT_FALSE(there.at("items").empty());
  for (const Json& pod : there.at("items")) {
    EXPECT_EQ(pod.at("spec").at("nodeName"), node);
  }
  EXPECT_EQ(Get("/api/v1/pods", "fieldSelector=spec.colour%3Dred").status, 400);
}

TEST_F(KubeApiOfTheShop, RefusesWithAStatusAsTheServerDoes) {
  const ApiReply missing = Get(std::string(kDeployments) + "/nobody");
  EXPECT_EQ(missing.status, 404);
  EXPECT_EQ(Body(missing).at("message"), "deployments.apps \"nobody\" not found");
  EXPECT_EQ(Body(missing).at("reason"), "NotFound");
  const std::string web = std::string(kDeployments) + "/web";
  const ApiReply invalid = Merge(web, {{"spec", {{"replicas", -1}}}});
  EXPECT_EQ(invalid.status, 422);
  EXPECT_EQ(Body(invalid).at("reason"), "Invalid");
  EXPECT_EQ(Get("/apis/apps/v1/namespaces/shop/gadgets").status, 404);
  EXPECT_EQ(Get("/nonsense").status, 404);
  EXPECT_EQ(Get("").status, 404);
  EXPECT_EQ(api_.Call({.method = "POST", .path = kDeployments, .body = "{}"}).value().status, 405);
  EXPECT_EQ(api_.Call({"PATCH", web, "", "text/plain", "{}"}).value().status, 415);
  EXPECT_EQ(api_.Call({"PATCH", web, "", "application/json-patch+json", "{"}).value().status, 400);
}

TEST_F(KubeApiOfTheShop, AWatchSeesAPatchAndARolloutInOrder) {
  const std::string rv = Body(Get("/api/v1/pods")).at("metadata").at("resourceVersion");
  const auto pods = Watch("/api/v1/pods", "resourceVersion=" + rv);
  const auto deployments = Watch(kDeployments, "resourceVersion=" + rv);
  EXPECT_TRUE(Drain(*pods).empty());
  const ApiReply reply = Merge(std::string(kDeployments) + "/web", {{"spec", {{"replicas", 5}}}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(Body(reply).at("spec").at("replicas"), 5);
  cluster_.Advance(2 * kMinute);

  std::map<std::string, std::string> phases;
  u64 last = std::stoull(rv);
  for (const Json& line : Drain(*pods)) {
    const Json& pod = line.at("object");
    const u64 version = std::stoull(pod.at("metadata").at("resourceVersion").get<std::string>());
    EXPECT_GE(version, last);
    last = version;
    const std::string name = pod.at("metadata").at("name");
    if (phases.contains(name)) {
      EXPECT_EQ(line.at("type"), "MODIFIED") << line;
    }
    phases[name] = pod.at("status").value("phase", "");
  }
  EXPECT_GE(phases.size(), 1u);
  for (const auto& [name, phase] : phases) EXPECT_EQ(phase, "Running") << name;
  const std::vector<Json> changes = Drain(*deployments);
  ASSERT_FALSE(changes.empty());
  EXPECT_EQ(changes.back().at("object").at("status").at("readyReplicas"), 5);
}

TEST_F(KubeApiOfTheShop, WhatAWatchTellsAddsUpToTheList) {
  const auto watch = Watch("/api/v1/namespaces/shop/pods");
  std::map<std::string, std::string> known;
  const auto follow = [&] {
    for (const Json& line : Drain(*watch)) {
      const Json& metadata = line.at("object").at("metadata");
      const std::string name = metadata.at("name");
      if (line.at("type") == "DELETED") {
        EXPECT_EQ(known.erase(name), 1u) << name;
      } else {
        EXPECT_EQ(line.at("type") == "ADDED", !known.contains(name)) << line;
        known[name] = metadata.at("resourceVersion");
      }
    }
  };
  follow();
  EXPECT_EQ(known, Versions("/api/v1/namespaces/shop/pods"));
  for (const char* image : {"shop/web:9", "shop/web:10"}) {
    const Json containers = {{{"name", "web"}, {"image", image}}};
    const Json patch = {{"spec", {{"template", {{"spec", {{"containers", containers}}}}}}}};
    EXPECT_EQ(api_.Call({"PATCH", std::string(kDeployments) + "/web", "",
                         "application/strategic-merge-patch+json", patch.dump()})
                  .value()
                  .status,
              200);
    for (int step = 0; step < 8; ++step) {
      cluster_.Advance(7 * kSecond);
      follow();
      EXPECT_EQ(known, Versions("/api/v1/namespaces/shop/pods"));
    }
  }
}

TEST_F(KubeApiOfTheShop, AnObjectThatLeavesTheSelectorIsDeletedForItsWatch) {
  const Json pods = Body(Get("/api/v1/pods")).at("items");
  const std::string name = pods[0].at("metadata").at("name");
  const Json labels = pods[0].at("metadata").at("labels");
  const std::string path = "/api/v1/namespaces/shop/pods/" + name;
  ASSERT_EQ(Merge(path, {{"metadata", {{"labels", {{"mark", "on"}}}}}}).status, 200);
  const auto watch = Watch("/api/v1/pods", "labelSelector=mark%3Don");
  EXPECT_EQ(Drain(*watch).size(), 1u);
  ASSERT_EQ(Merge(path, {{"metadata", {{"labels", {{"mark", "off"}}}}}}).status, 200);
  const std::vector<Json> lines = Drain(*watch);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].at("type"), "DELETED");
}

TEST_F(KubeApiOfTheShop, AWatchFromBeforeTheHistoryIsToldToListAgain) {
  const auto watch = Watch("/api/v1/pods", "resourceVersion=1");
  const std::vector<Json> lines = Drain(*watch);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].at("type"), "ERROR");
  EXPECT_EQ(lines[0].at("object").at("code"), 410);
}

TEST_F(KubeApiOfTheShop, ADryRunChangesNothing) {
  const u64 before = HashWorld(cluster_.world());
  EXPECT_EQ(
      Merge(std::string(kDeployments) + "/web", {{"spec", {{"replicas", 5}}}}, "dryRun=All").status,
      200);
  EXPECT_EQ(api_.Call({.method = "DELETE",
                       .path = std::string(kDeployments) + "/web",
                       .query = "dryRun=All"})
                .value()
                .status,
            200);
  EXPECT_EQ(HashWorld(cluster_.world()), before);
}

TEST_F(KubeApiOfTheShop, AWorldIsTheSameWithAndWithoutASink) {
  SimCluster alone = TheShop().StartCluster(7);
  SimKubeApi other(alone.View());
  for (SimKubeApi* api : {&api_, &other}) {
    api->Call({.method = "DELETE", .path = std::string(kDeployments) + "/cart"}).value();
  }
  cluster_.Advance(kMinute);
  alone.Advance(kMinute);
  EXPECT_EQ(HashWorld(cluster_.world()), HashWorld(alone.world()));
}

TEST(ApiPath, NamesKindNamespaceNameAndSubresource) {
  const Result<ApiPath> one = ReadApiPath("/apis/apps/v1/namespaces/shop/deployments/web/status");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->kind->kind, "Deployment");
  EXPECT_EQ(one->ns, "shop");
  EXPECT_EQ(one->name, "web");
  EXPECT_EQ(one->subresource, "status");
  EXPECT_EQ(ReadApiPath("/api/v1/namespaces/shop")->kind->kind, "Namespace");
  EXPECT_EQ(ReadApiPath("/api/v1/namespaces/shop")->name, "shop");
  EXPECT_EQ(ReadApiPath("/api/v1/pods")->ns, "");
  for (const char* wrong : {"/api", "/api/v1", "/apis/apps/v1", "/api/v2/pods", "/api/v1/pods/web",
                            "/api/v1/namespaces/a/nodes", "/api/v1/namespaces/a/pods/b/c/d"}) {
    EXPECT_FALSE(ReadApiPath(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace wt
