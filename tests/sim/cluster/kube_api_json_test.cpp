// SPDX-License-Identifier: Apache-2.0
// What a Kubernetes client may rely on when it speaks to the simulated API.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "sim/cluster/api_path.h"
#include "tests/sim/cluster/kube_api_shop.h"

namespace wt {
namespace {

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
  EXPECT_EQ(api_.Call({.method = "PUT", .path = web, .body = "{}"}).value().status, 405);
  EXPECT_EQ(api_.Call({"PATCH", web, "", "text/plain", "{}"}).value().status, 415);
  EXPECT_EQ(api_.Call({"PATCH", web, "", "application/json-patch+json", "{"}).value().status, 400);
  EXPECT_EQ(Body(api_.Call({"PATCH", web, "", "text/plain", "{}"}).value()).at("message"),
            "the body of the request was in an unknown format - accepted media types include: "
            "application/json-patch+json, application/merge-patch+json, "
            "application/strategic-merge-patch+json, application/apply-patch+yaml");
  EXPECT_EQ(api_.Call({"PATCH", web, "", "application/apply-patch+yaml", "{}"}).value().status,
            415);
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

TEST_F(KubeApiOfTheShop, KindsThatNobodyModelsAreMissingResources) {
  for (const char* path :
       {"/api/v1/endpoints", "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices",
        "/apis/coordination.k8s.io/v1/leases", "/api/v1/namespaces/shop/serviceaccounts"}) {
    const ApiReply reply = Get(path);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_EQ(Body(reply).at("message"), "the server could not find the requested resource");
    const auto watch = api_.Watch({.path = path});
    ASSERT_FALSE(watch);
    EXPECT_EQ(watch.error().code, ErrorCode::kNotFound);
  }
  EXPECT_EQ(Get("/apis/networking.k8s.io/v1/ingresses").status, 200);
}

TEST_F(KubeApiOfTheShop, NamespacesAreThoseThatObjectsLiveIn) {
  EXPECT_EQ(Body(Get("/api/v1/namespaces/shop")).at("status").at("phase"), "Active");
  EXPECT_EQ(Get("/api/v1/namespaces/elsewhere").status, 404);
  EXPECT_EQ(Delete("/api/v1/namespaces/elsewhere").status, 404);
  bool found = false;
  const Json list = Body(Get("/api/v1/namespaces"));
  for (const Json& item : list.at("items")) found |= item.at("metadata").at("name") == "shop";
  EXPECT_TRUE(found);
}

TEST_F(KubeApiOfTheShop, EventsOfAPodAreFoundByItsName) {
  const std::string pod = PodPath();
  ASSERT_EQ(Delete(pod).status, 200);
  cluster_.Advance(kMinute);
  const std::string name = pod.substr(pod.rfind('/') + 1);
  const Json list = Body(Get("/api/v1/namespaces/shop/events",
                             "fieldSelector=involvedObject.name%3D" + name + ",reason%3DKilling"));
  EXPECT_EQ(list.at("kind"), "EventList");
  ASSERT_EQ(list.at("items").size(), 1u);
  const Json& event = list.at("items")[0];
  EXPECT_EQ(event.at("involvedObject").at("kind"), "Pod");
  EXPECT_EQ(event.at("involvedObject").at("namespace"), "shop");
  EXPECT_EQ(event.at("source").at("component"), "kubelet");
  EXPECT_EQ(event.at("type"), "Normal");
  EXPECT_EQ(event.at("count"), 1);
  EXPECT_TRUE(event.at("message").get<std::string>().starts_with("Stopping container "));
  EXPECT_LE(event.at("firstTimestamp"), event.at("lastTimestamp"));
  std::map<std::string, int> names;
  const Json all = Body(Get("/api/v1/events"));
  for (const Json& item : all.at("items")) ++names[item.at("metadata").at("name")];
  EXPECT_EQ(names.size(), all.at("items").size());
  EXPECT_FALSE(api_.Watch({.path = "/api/v1/events"}));
}

TEST_F(KubeApiOfTheShop, AResourceVersionIsANumberThatTheClusterHasReached) {
  EXPECT_EQ(Get("/api/v1/pods", "resourceVersion=new").status, 400);
  EXPECT_EQ(Get("/api/v1/pods", "resourceVersion=-1").status, 400);
  const ApiReply future = Get("/api/v1/pods", "resourceVersion=4000000000");
  EXPECT_EQ(future.status, 504);
  EXPECT_EQ(Body(future).at("reason"), "Timeout");
  const auto wrong = api_.Watch({.path = "/api/v1/pods", .query = "resourceVersion=new"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kBadRequest);
  const auto watch = Watch("/api/v1/pods", "resourceVersion=4000000000");
  const std::vector<Json> lines = Drain(*watch);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].at("type"), "ERROR");
  EXPECT_EQ(lines[0].at("object").at("details").at("causes")[0].at("reason"),
            "ResourceVersionTooLarge");
  const auto streamed = api_.Watch({.path = "/api/v1/pods", .query = "sendInitialEvents=true"});
  ASSERT_FALSE(streamed);
  EXPECT_EQ(streamed.error().code, ErrorCode::kInvalidObject);
  EXPECT_EQ(Get("/api/v1/pods", "sendInitialEvents=true").status, 422);
}

TEST_F(KubeApiOfTheShop, AStatusNamesItsObjectAndItsCauses) {
  const std::string web = std::string(kDeployments) + "/web";
  EXPECT_EQ(Body(Get(std::string(kDeployments) + "/nobody")).at("details"),
            Json({{"name", "nobody"}, {"group", "apps"}, {"kind", "deployments"}}));
  const Json one = Body(Merge(web, {{"spec", {{"replicas", -1}}}})).at("details");
  EXPECT_EQ(one.at("kind"), "Deployment");
  EXPECT_EQ(one.at("causes"),
            Json({{{"field", "spec.replicas"},
                   {"reason", "FieldValueInvalid"},
                   {"message", "Invalid value: -1: must be greater than or equal to 0"}}}));
  const Json two =
      Body(Merge(web, {{"spec", {{"replicas", -1}, {"minReadySeconds", -1}}}})).at("details");
  EXPECT_EQ(two.at("causes").size(), 2u);
  const Json stale = Body(Merge(web, {{"metadata", {{"resourceVersion", "1"}}}}));
  EXPECT_EQ(stale.at("reason"), "Conflict");
  EXPECT_EQ(stale.at("details").at("kind"), "deployments");
}

TEST_F(KubeApiOfTheShop, AGetByNameAsksForNoSelector) {
  const std::string web = std::string(kDeployments) + "/web";
  EXPECT_EQ(Get(web, "labelSelector=app%3Dnobody&fieldSelector=spec.colour%3Dred").status, 200);
}

TEST_F(KubeApiOfTheShop, AChangeCarriesItsOwnResourceVersionInOrder) {
  const auto pods = Watch("/api/v1/pods");
  const auto sets = Watch("/apis/apps/v1/replicasets");
  Drain(*pods);
  Drain(*sets);
  const std::string last = std::to_string(cluster_.world().header().resource_version);
  ASSERT_EQ(Delete(std::string(kDeployments) + "/web").status, 200);
  ASSERT_EQ(Delete(PodPath(), {{"gracePeriodSeconds", 0}}).status, 200);
  cluster_.Advance(2 * kMinute);
  for (ApiWatch* watch : {pods.get(), sets.get()}) {
    u64 version = std::stoull(last);
    const std::vector<Json> lines = Drain(*watch);
    EXPECT_FALSE(lines.empty());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const Json& metadata = lines[i].at("object").at("metadata");
      const std::string text = metadata.at("resourceVersion");
      EXPECT_GT(std::stoull(text), version);
      version = std::stoull(text);
      // Taken up from here, the rest comes again and nothing else.
      const auto rest = Watch(watch == pods.get() ? "/api/v1/pods" : "/apis/apps/v1/replicasets",
                              "resourceVersion=" + text);
      const std::vector<Json> again = Drain(*rest);
      if (again.size() == 1 && again[0].at("type") == "ERROR") continue;  // too long ago
      EXPECT_EQ(again, std::vector<Json>(lines.begin() + static_cast<long>(i) + 1, lines.end()));
    }
  }
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
