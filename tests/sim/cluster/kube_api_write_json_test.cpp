// SPDX-License-Identifier: Apache-2.0
// What DELETE and a dry run do and leave alone.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "sim/cluster/entities.h"
#include "sim/objects/kinds.h"
#include "sim/transitions.h"
#include "tests/sim/cluster/kube_api_shop.h"

namespace wt {
namespace {

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

TEST_F(KubeApiOfTheShop, ADryRunOfAPatchAnswersWhatTheObjectWouldBe) {
  const u64 before = HashWorld(cluster_.world());
  const std::string path = std::string(kDeployments) + "/web";
  const Json old = Body(Get(path));
  const auto watch = Watch(kDeployments);
  Drain(*watch);
  const Json planned = Body(Merge(path, {{"spec", {{"replicas", 5}}}}, "dryRun=All"));
  EXPECT_EQ(planned.at("spec").at("replicas"), 5);
  EXPECT_EQ(planned.at("metadata").at("resourceVersion"), old.at("metadata").at("resourceVersion"));
  EXPECT_EQ(planned.at("metadata").at("generation").get<int>(),
            old.at("metadata").at("generation").get<int>() + 1);
  EXPECT_EQ(planned.at("status"), old.at("status"));
  EXPECT_EQ(Body(Get(path)), old);
  EXPECT_TRUE(Drain(*watch).empty());
  EXPECT_EQ(HashWorld(cluster_.world()), before);
}

TEST_F(KubeApiOfTheShop, ADeleteHonoursItsOptions) {
  const std::string web = std::string(kDeployments) + "/web";
  const u64 before = HashWorld(cluster_.world());
  EXPECT_EQ(
      Delete(web, {{"kind", "DeleteOptions"}, {"apiVersion", "v1"}, {"dryRun", {"All"}}}).status,
      200);
  const ApiReply other = Delete(web, {{"preconditions", {{"uid", "0-0"}}}});
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(Body(other).at("reason"), "Conflict");
  EXPECT_EQ(Body(other).at("details"),
            Json({{"name", "web"}, {"group", "apps"}, {"kind", "Deployment"}}));
  const std::string uid = Body(Get(web)).at("metadata").at("uid");
  EXPECT_EQ(Body(other).at("message"),
            "Operation cannot be fulfilled on Deployment.apps \"web\": the UID in the precondition "
            "(0-0) does not match the UID in record (" +
                uid + "). The object might have been deleted and then recreated");
  EXPECT_EQ(Delete(web, {{"preconditions", {{"resourceVersion", "1"}}}}).status, 409);
  for (const char* policy : {"Foreground", "Orphan", "Sideways"}) {
    const ApiReply refused = Delete(web, {{"propagationPolicy", policy}});
    EXPECT_EQ(refused.status, 422) << policy;
    EXPECT_EQ(Body(refused).at("details").at("causes")[0].at("field"), "propagationPolicy");
    EXPECT_EQ(api_.Call({"DELETE", web, std::string("propagationPolicy=") + policy}).value().status,
              422);
  }
  EXPECT_EQ(Delete(web, {{"dryRun", {"Some"}}}).status, 422);
  EXPECT_EQ(Delete(web, {{"kind", "Pod"}}).status, 400);
  EXPECT_EQ(Delete(web, {{"gracePeriodSeconds", "soon"}}).status, 400);
  EXPECT_EQ(Delete(web, {1, 2}).status, 400);
  EXPECT_EQ(api_.Call({"DELETE", web, "", "", "{"}).value().status, 400);
  EXPECT_EQ(HashWorld(cluster_.world()), before);

  const ApiReply done =
      Delete(web, {{"propagationPolicy", "Background"}, {"preconditions", {{"uid", uid}}}});
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(Body(done),
            Json({{"kind", "Status"},
                  {"apiVersion", "v1"},
                  {"metadata", Json::object()},
                  {"status", "Success"},
                  {"details",
                   {{"name", "web"}, {"group", "apps"}, {"kind", "deployments"}, {"uid", uid}}}}));
  EXPECT_EQ(Get(web).status, 404);
}

TEST_F(KubeApiOfTheShop, ADeletedPodTerminatesForAsLongAsItWasGranted) {
  const std::string pod = PodPath();
  const Json before = Body(Get(pod));
  const ApiReply dry = Delete(pod, {{"dryRun", {"All"}}, {"gracePeriodSeconds", 5}});
  EXPECT_TRUE(Body(dry).at("metadata").contains("deletionTimestamp"));
  EXPECT_EQ(Body(Get(pod)), before);
  const ApiReply going = Delete(pod, {{"gracePeriodSeconds", 3600}});
  EXPECT_TRUE(Body(going).at("metadata").contains("deletionTimestamp"));
  EXPECT_EQ(Body(going), Body(Get(pod)));
  const auto watch =
      Watch("/api/v1/pods",
            "resourceVersion=" +
                Body(Get("/api/v1/pods")).at("metadata").at("resourceVersion").get<std::string>());
  const Json last = Body(Delete(pod, {{"gracePeriodSeconds", 0}}));
  EXPECT_EQ(Get(pod).status, 404);
  const std::vector<Json> lines = Drain(*watch);
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines[0].at("type"), "DELETED");
  EXPECT_EQ(lines[0].at("object"), last);
}

TEST_F(KubeApiOfTheShop, APostMakesAnObjectThatLivesAsAnyOther) {
  const auto post = [this](const std::string& path, const Json& object) {
    return api_.Call({.method = "POST", .path = path, .body = object.dump()}).value();
  };
  Json made = {{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"metadata", {{"name", "new"}}}};
  const Json labels = {{"app", "new"}};
  made["spec"] = {{"replicas", 2}, {"selector", {{"matchLabels", labels}}}};
  made["spec"]["template"] = Body(Get(std::string(kDeployments) + "/web"))["spec"]["template"];
  made["spec"]["template"]["metadata"] = {{"labels", labels}};

  Json elsewhere = made;
  elsewhere["metadata"]["namespace"] = "other";
  EXPECT_EQ(post(kDeployments, elsewhere).status, 400);
  EXPECT_EQ(post("/apis/apps/v1/namespaces/nowhere/deployments", made).status, 404);
  EXPECT_EQ(post("/api/v1/namespaces/shop/services", made).status, 400);
  Json wrong = made;
  wrong["spec"]["selector"]["matchLabels"]["app"] = "another";
  EXPECT_EQ(post(kDeployments, wrong).status, 422);

  const ApiReply reply = post(kDeployments, made);
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(Body(reply)["spec"]["strategy"]["type"], "RollingUpdate") << "defaulted";
  const ApiReply again = post(kDeployments, made);
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(Body(again)["reason"], "AlreadyExists");
  cluster_.Advance(kMinute);
  EXPECT_EQ(Body(Get(std::string(kDeployments) + "/new"))["status"]["readyReplicas"], 2);
}

// What programs read of a ConfigMap is compiled from its document, whoever wrote it.
TEST_F(KubeApiOfTheShop, APatchedConfigMapHasItsKeysForPods) {
  const Json list = Body(Get("/api/v1/namespaces/shop/configmaps"));
  ASSERT_FALSE(list.at("items").empty());
  const std::string name = list.at("items")[0].at("metadata").at("name");
  const std::string path = "/api/v1/namespaces/shop/configmaps/" + name;
  EXPECT_EQ(Merge(path, {{"data", {{"never-seen", "1"}}}}).status, 200);
  const Sim sim = cluster_.View();
  const u32 row = FindObject(sim, static_cast<u16>(FindKind("ConfigMap") - AllKinds().data()),
                             FindString(sim, "shop"), FindString(sim, name));
  ASSERT_NE(row, 0u);
  const auto& data = sim.Typed<ConfigData>(sim.At<Object>(row).doc);
  std::set<std::string> keys, wanted;
  for (const auto& entry : Items(&data, data.entries)) keys.emplace(sim.Text(entry.key));
  const Json shown = Body(Get(path));
  for (const auto& [key, value] : shown.at("data").items()) wanted.insert(key);
  EXPECT_EQ(keys, wanted);
  EXPECT_TRUE(keys.contains("never-seen"));
}

}  // namespace
}  // namespace wt
