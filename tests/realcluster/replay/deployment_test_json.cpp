// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "realcluster/replay/deployment.h"
#include "sim/objects/access.h"
#include "tests/realcluster/replay/test_cluster.h"

namespace wt {
namespace {

constexpr const char* kWeb = "/apis/apps/v1/namespaces/shop/deployments/web";

class Deploying : public testing::Test {
 protected:
  Deploying() {
    file_ = testing::TempDir() + "inventory-" + std::to_string(getpid()) + "-" +
            testing::UnitTest::GetInstance()->current_test_info()->name() + ".jsonl";
    std::filesystem::remove(file_);
  }
  ~Deploying() override { std::filesystem::remove(file_); }

  Inventory Open() {
    auto opened = Inventory::Open(file_);
    EXPECT_TRUE(opened) << opened.error().Text();
    return std::move(*opened);
  }
  static std::string Joined(const std::vector<std::string>& lines) {
    std::string out;
    for (const std::string& line : lines) out += line + "\n";
    return out;
  }
  static std::string TextOfStatus(const Status& status) {
    return status ? "" : status.error().Text();
  }

  std::string file_;
};

TEST_F(Deploying, AnAppIsReadyAtItsPresentRevisionAndGoneAfterwards) {
  TestCluster cluster;
  cluster.MarkAsTestbed();
  const auto before = cluster.Objects();
  Inventory inventory = Open();
  const Status applied = ApplyApp(cluster, SmallApp(), {}, inventory, cluster.Options());
  ASSERT_TRUE(applied) << applied.error().Text();
  EXPECT_EQ(cluster.lines.back(), "3 of 3 pods Ready");
  const Json web = Json::parse(cluster.Get(kWeb));
  EXPECT_EQ(web["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "2");
  EXPECT_EQ(web["status"]["availableReplicas"], 2);
  const std::string last =
      web["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"];
  EXPECT_EQ(last.find("RELEASE_REVISION"), last.npos);
  EXPECT_NE(last.find("\"replicas\":2"), last.npos);
  EXPECT_EQ(web["spec"]["template"]["spec"]["containers"][0]["env"].size(), 1u);
  const Json sets = Json::parse(cluster.Get("/apis/apps/v1/namespaces/shop/replicasets"))["items"];
  EXPECT_EQ(sets.size(), 4u);
  EXPECT_EQ(inventory.entries().size(), 10u);

  const Status cleaned = Cleanup(cluster, inventory, cluster.Options());
  ASSERT_TRUE(cleaned) << cleaned.error().Text();
  EXPECT_EQ(cluster.Objects(), before);
  EXPECT_TRUE(inventory.entries().empty());
  const size_t writes = cluster.writes.size();
  EXPECT_TRUE(Cleanup(cluster, inventory, cluster.Options()));
  EXPECT_EQ(cluster.writes.size(), writes);
}

TEST_F(Deploying, WhatTheAppNeedsIsThereBeforeItsPods) {
  TestCluster cluster;
  cluster.MarkAsTestbed();
  Inventory inventory = Open();
  ASSERT_TRUE(ApplyApp(cluster, SmallApp(), {}, inventory, cluster.Options()));
  std::vector<std::string> posts;
  for (const std::string& write : cluster.writes) {
    if (write.starts_with("POST")) posts.push_back(write.substr(write.rfind('/') + 1));
  }
  const std::vector<std::string> expected{
      "namespaces", "serviceaccounts", "roles",    "rolebindings", "configmaps",
      "secrets",    "services",        "services", "deployments",  "deployments"};
  EXPECT_EQ(posts, expected);
}

TEST_F(Deploying, AResumedRunCreatesNothingTwice) {
  TestCluster cluster;
  cluster.MarkAsTestbed();
  {
    Inventory inventory = Open();
    ASSERT_TRUE(ApplyApp(cluster, SmallApp(), {}, inventory, cluster.Options()));
  }
  const auto before = cluster.Objects();
  cluster.writes.clear();
  Inventory inventory = Open();
  const Status applied = ApplyApp(cluster, SmallApp(), {}, inventory, cluster.Options());
  ASSERT_TRUE(applied) << applied.error().Text();
  EXPECT_EQ(cluster.Objects(), before);
  for (const std::string& write : cluster.writes) EXPECT_FALSE(write.starts_with("POST")) << write;
}

TEST_F(Deploying, AnObjectThatIsThereAndNotOursIsAnErrorAndStays) {
  TestCluster cluster;
  cluster.MarkAsTestbed();
  cluster.Post("/api/v1/namespaces",
               R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}})");
  const std::string strange = cluster.Post(
      "/api/v1/namespaces/shop/configmaps",
      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"},"data":{"a":"b"}})");
  const auto before = cluster.Objects();
  Inventory inventory = Open();
  const Status applied = ApplyApp(cluster, SmallApp(), {}, inventory, cluster.Options());
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, ErrorCode::kAlreadyExists);
  EXPECT_NE(applied.error().Text().find("ConfigMap shop/settings"), std::string::npos);
  const Status cleaned = Cleanup(cluster, inventory, cluster.Options());
  ASSERT_TRUE(cleaned) << cleaned.error().Text();
  EXPECT_EQ(cluster.Objects(), before);
}

TEST_F(Deploying, WhatDoesNotBecomeReadyIsNamedWithItsPodAndItsWarning) {
  TestCluster cluster;
  cluster.MarkAsTestbed();
  const std::string gone = R"(
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: lost, namespace: shop}
spec:
  selector: {matchLabels: {app: lost}}
  template:
    metadata: {labels: {app: lost}}
    spec: {containers: [{name: lost, image: "shop/lost:1"}]}
)";
  Inventory inventory = Open();
  ApplyOptions options = cluster.Options();
  options.image_remedy = "load them";
  const Status applied = ApplyApp(cluster, SmallApp(gone), {}, inventory, options);
  ASSERT_FALSE(applied);
  const std::string text = applied.error().Text();
  EXPECT_NE(text.find("the nodes lack images of the app: load them"), text.npos) << text;
  EXPECT_EQ(applied.error().code, ErrorCode::kEnvironment);
  EXPECT_NE(text.find("not ready after 180 s: 3 of 4 pods Ready"), text.npos) << text;
  EXPECT_NE(text.find("Deployment shop/lost: 0 of 1 pods available"), text.npos) << text;
  EXPECT_NE(text.find("pod lost-"), text.npos) << text;
  EXPECT_NE(text.find("ImagePullBackOff"), text.npos) << text;
  EXPECT_NE(text.find("last warning: "), text.npos) << text;
  EXPECT_EQ(text.find("shop/web"), text.npos) << text;
}

TEST_F(Deploying, APodThatNoNodeTakesIsNotBlamedOnImages) {
  const std::string huge = R"(
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: huge, namespace: shop}
spec:
  selector: {matchLabels: {app: huge}}
  template:
    metadata: {labels: {app: huge}}
    spec:
      nodeSelector: {there: is-none}
      containers: [{name: huge, image: "shop/web:1"}]
)";
  TestCluster cluster;
  cluster.MarkAsTestbed();
  Inventory inventory = Open();
  ApplyOptions options = cluster.Options();
  options.image_remedy = "load them";
  const Status applied = ApplyApp(cluster, SmallApp(huge), {}, inventory, options);
  ASSERT_FALSE(applied);
  const std::string text = applied.error().Text();
  EXPECT_NE(text.find("not scheduled: "), text.npos) << text;
  EXPECT_EQ(text.find("load them"), text.npos) << text;
}

TEST_F(Deploying, KindsThatTheClusterDoesNotServeAreLeftOutAndSaid) {
  TestCluster cluster;
  cluster.MarkAsTestbed();
  const auto before = cluster.Objects();
  const App app = SmallApp(R"(
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: odd, namespace: shop}
---
apiVersion: example.org/v1
kind: Gadget
metadata: {name: odd, namespace: shop}
---
apiVersion: v1
kind: Node
metadata: {name: extra}
)");
  Inventory inventory = Open();
  const Status applied = ApplyApp(cluster, app, {}, inventory, cluster.Options());
  ASSERT_TRUE(applied) << applied.error().Text();
  const std::string lines = Joined(cluster.lines);
  EXPECT_NE(lines.find("Gadget shop/odd is left out"), lines.npos) << lines;
  EXPECT_NE(lines.find("Node extra is left out: nodes are machines"), lines.npos) << lines;
  ASSERT_TRUE(Cleanup(cluster, inventory, cluster.Options()));
  EXPECT_EQ(cluster.Objects(), before);
}

TEST_F(Deploying, AManifestThatTheApiWouldRefuseIsRefusedBeforeAnythingIsCreated) {
  TestCluster cluster;
  cluster.MarkAsTestbed();
  const App app = SmallApp(R"(
---
apiVersion: v1
kind: Service
metadata: {name: bad, namespace: shop}
spec: {ports: [{port: 99999}]}
)");
  cluster.writes.clear();
  Inventory inventory = Open();
  const Status applied = ApplyApp(cluster, app, {}, inventory, cluster.Options());
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(applied.error().Text().find("small.yaml:"), std::string::npos)
      << applied.error().Text();
  EXPECT_TRUE(cluster.writes.empty());
}

// ---- interruptions

// Whatever step a process dies at, another that cleans up leaves the cluster as it was. Half of a
// line that was being written is not there.
TEST_F(Deploying, CleanupAfterADeathAtAnyStepLeavesTheClusterAsItWas) {
  int steps = 1000;
  for (const char* how : {"before", "after", "torn"}) {
    for (int step = 0; step < steps; ++step) {
      SCOPED_TRACE(std::string(how) + " call " + std::to_string(step));
      std::filesystem::remove(file_);
      TestCluster cluster;
      cluster.MarkAsTestbed();
      const auto before = cluster.Objects();
      cluster.die_at = step;
      cluster.die_after = std::string(how) == "after";
      try {
        Inventory inventory = Open();
        ASSERT_TRUE(ApplyApp(cluster, SmallApp(), {}, inventory, cluster.Options()));
        steps = cluster.calls;
      } catch (const Died&) {
      }
      cluster.die_at = -1;
      const auto bytes = std::filesystem::file_size(file_);
      if (std::string(how) == "torn" && bytes > 3) std::filesystem::resize_file(file_, bytes - 3);
      Inventory inventory = Open();
      const Status cleaned = Cleanup(cluster, inventory, cluster.Options());
      ASSERT_TRUE(cleaned) << cleaned.error().Text();
      ASSERT_EQ(cluster.Objects(), before);
      ASSERT_TRUE(inventory.entries().empty());
    }
  }
  EXPECT_GT(steps, 30);
}

TEST_F(Deploying, ACleanupThatDiesAtAnyStepIsFinishedByTheNext) {
  for (int step = 0;; ++step) {
    SCOPED_TRACE(step);
    std::filesystem::remove(file_);
    TestCluster cluster;
    cluster.MarkAsTestbed();
    const auto before = cluster.Objects();
    bool died = false;
    {
      Inventory inventory = Open();
      ASSERT_TRUE(ApplyApp(cluster, SmallApp(), {}, inventory, cluster.Options()));
      cluster.die_at = cluster.calls + step / 2;
      cluster.die_after = step % 2 == 1;
      try {
        ASSERT_TRUE(Cleanup(cluster, inventory, cluster.Options()));
      } catch (const Died&) {
        died = true;
      }
    }
    cluster.die_at = -1;
    Inventory inventory = Open();
    const Status cleaned = Cleanup(cluster, inventory, cluster.Options());
    ASSERT_TRUE(cleaned) << cleaned.error().Text();
    ASSERT_EQ(cluster.Objects(), before);
    if (!died) break;
  }
}

TEST_F(Deploying, ARunThatDiedAtAnyStepIsResumed) {
  std::map<std::string, std::string> whole;
  for (int step = 0; step < 2000; ++step) {
    SCOPED_TRACE(step);
    std::filesystem::remove(file_);
    TestCluster cluster;
    cluster.MarkAsTestbed();
    cluster.die_at = step / 2;
    cluster.die_after = step % 2 == 1;
    bool died = false;
    try {
      Inventory inventory = Open();
      ASSERT_TRUE(ApplyApp(cluster, SmallApp(), {}, inventory, cluster.Options()));
    } catch (const Died&) {
      died = true;
    }
    cluster.die_at = -1;
    Inventory inventory = Open();
    const Status applied = ApplyApp(cluster, SmallApp(), {}, inventory, cluster.Options());
    ASSERT_TRUE(applied) << applied.error().Text();
    ASSERT_EQ(cluster.lines.back(), "3 of 3 pods Ready");
    const Json web = Json::parse(cluster.Get(kWeb));
    ASSERT_EQ(web["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "2");
    if (!died) break;
  }
}

TEST_F(Deploying, AnInterruptedRunEndsSoonAndLeavesItsObjectsToCleanup) {
  TestCluster cluster;
  cluster.MarkAsTestbed();
  const auto before = cluster.Objects();
  ApplyOptions options = cluster.Options();
  options.interrupted = [&] { return cluster.writes.size() >= 6; };
  Inventory inventory = Open();
  const Status applied = ApplyApp(cluster, SmallApp(), {}, inventory, options);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().what, "interrupted");
  EXPECT_LE(cluster.writes.size(), 6u);
  ASSERT_TRUE(Cleanup(cluster, inventory, cluster.Options()));
  EXPECT_EQ(cluster.Objects(), before);
}

TEST_F(Deploying, AnApiThatDoesNotAnswerLeavesAListOfWhatIsLeft) {
  TestCluster cluster;
  cluster.MarkAsTestbed();
  const auto before = cluster.Objects();
  Inventory inventory = Open();
  ASSERT_TRUE(ApplyApp(cluster, SmallApp(), {}, inventory, cluster.Options()));
  cluster.unreachable_from = cluster.calls;
  const Status cleaned = Cleanup(cluster, inventory, cluster.Options());
  ASSERT_FALSE(cleaned);
  EXPECT_NE(cleaned.error().Text().find("10 objects are left"), std::string::npos);
  EXPECT_NE(cleaned.error().Text().find(kWeb + std::string(": connection refused")),
            std::string::npos)
      << cleaned.error().Text();
  EXPECT_LE(cluster.calls - cluster.unreachable_from, 3);
  cluster.unreachable_from = -1;
  ASSERT_TRUE(Cleanup(cluster, inventory, cluster.Options()));
  EXPECT_EQ(cluster.Objects(), before);
}

// ---- what was changed, what was replaced

TEST_F(Deploying, ChangedObjectsComeBackAsTheyWere) {
  TestCluster cluster;
  cluster.MarkAsTestbed();
  const std::string settings = cluster.Post(
      "/api/v1/namespaces/kube-system/configmaps",
      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"dns","labels":{"a":"b"}},)"
      R"("data":{"zone":"local","ttl":"5"}})");
  const std::string other = cluster.Post(
      "/api/v1/namespaces/kube-system/configmaps",
      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"other"},"data":{"x":"y"}})");
  const auto before = cluster.Objects();
  {
    Inventory inventory = Open();
    ASSERT_TRUE(inventory.WillChange(settings, cluster.Get(settings)));
    const auto change = [&](const char* patch) {
      ASSERT_EQ(cluster
                    .Call({.method = "PATCH",
                           .path = settings,
                           .content_type = "application/merge-patch+json",
                           .body = patch})
                    ->status,
                200);
    };
    change(R"({"data":{"zone":null,"new":"1"},"metadata":{"labels":{"a":null,"c":"d"}}})");
    ASSERT_TRUE(inventory.WillChange(settings, cluster.Get(settings)));
    change(R"({"data":{"ttl":"7"}})");
    ASSERT_TRUE(inventory.WillChange(other, cluster.Get(other)));
    ASSERT_EQ(cluster.Call({.method = "DELETE", .path = other})->status, 200);
  }
  Inventory inventory = Open();
  const Status cleaned = Cleanup(cluster, inventory, cluster.Options());
  ASSERT_TRUE(cleaned) << cleaned.error().Text();
  const auto without_uid = [](std::map<std::string, std::string> objects) {
    for (auto& [path, text] : objects) text = text.substr(text.find(' ') + 1);
    return objects;
  };
  EXPECT_EQ(without_uid(cluster.Objects()), without_uid(before));
  EXPECT_EQ(cluster.Objects().at(settings), before.at(settings));
  EXPECT_TRUE(inventory.entries().empty());
}

TEST_F(Deploying, AnObjectInThePlaceOfOursIsLeftAloneAndNamed) {
  TestCluster cluster;
  cluster.MarkAsTestbed();
  const std::string collection = "/api/v1/namespaces/kube-system/configmaps";
  const char* body =
      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"mine"},"data":{"x":"y"}})";
  Inventory inventory = Open();
  ASSERT_TRUE(inventory.WillCreate(collection + "/mine"));
  const std::string path = cluster.Post(collection, body);
  ASSERT_TRUE(inventory.Created(path, Json::parse(cluster.Get(path))["metadata"]["uid"]));
  ASSERT_EQ(cluster.Call({.method = "DELETE", .path = path})->status, 200);
  cluster.Post(collection, body);
  const auto before = cluster.Objects();
  const Status cleaned = Cleanup(cluster, inventory, cluster.Options());
  ASSERT_FALSE(cleaned);
  EXPECT_NE(cleaned.error().Text().find(path + ": there is another object"), std::string::npos)
      << cleaned.error().Text();
  EXPECT_EQ(cluster.Objects(), before);
  ASSERT_EQ(cluster.Call({.method = "DELETE", .path = path})->status, 200);
  EXPECT_TRUE(Cleanup(cluster, inventory, cluster.Options()));
  EXPECT_TRUE(inventory.entries().empty());
}

// An agent recreates objects, too; all of them go with the namespace.
TEST_F(Deploying, ObjectsRecreatedInANamespaceOfOursGoWithIt) {
  TestCluster cluster;
  cluster.MarkAsTestbed();
  const auto before = cluster.Objects();
  Inventory inventory = Open();
  ASSERT_TRUE(ApplyApp(cluster, SmallApp(), {}, inventory, cluster.Options()));
  const std::string path = "/api/v1/namespaces/shop/configmaps/settings";
  ASSERT_EQ(cluster.Call({.method = "DELETE", .path = path})->status, 200);
  cluster.Post("/api/v1/namespaces/shop/configmaps",
               R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"}})");
  const Status cleaned = Cleanup(cluster, inventory, cluster.Options());
  ASSERT_TRUE(cleaned) << cleaned.error().Text();
  EXPECT_EQ(cluster.Objects(), before);
}

// ---- whose cluster it is

TEST_F(Deploying, AStrangersClusterIsRefusedWithWhatToPass) {
  TestCluster cluster;
  const auto refusal = [&](const Ownership& ownership) {
    Inventory inventory = Open();
    const Status applied = ApplyApp(cluster, SmallApp(), ownership, inventory, cluster.Options());
    EXPECT_TRUE(inventory.entries().empty());
    return TextOfStatus(applied);
  };
  const std::string both = refusal({});
  EXPECT_NE(both.find("pass --i-own-this-cluster --namespace NAME"), both.npos) << both;
  const std::string name = refusal({.i_own_this_cluster = true, .name_space = ""});
  EXPECT_NE(name.find("pass --namespace NAME"), name.npos) << name;
  const std::string owned = refusal({.i_own_this_cluster = false, .name_space = "mine"});
  EXPECT_NE(owned.find("pass --i-own-this-cluster;"), owned.npos) << owned;
  const std::string system = refusal({.i_own_this_cluster = true, .name_space = "kube-system"});
  EXPECT_NE(system.find("namespace of the system"), system.npos) << system;
  const std::string word = refusal({.i_own_this_cluster = true, .name_space = "Mine/.."});
  EXPECT_NE(word.find("is no name of a namespace"), word.npos) << word;
  EXPECT_TRUE(cluster.writes.empty());
}

class Forbids final : public KubeApi {
 public:
  Result<ApiReply> Call(const ApiRequest&) override {
    return ApiReply{403, R"({"kind":"Status","message":"no"})"};
  }
  Result<std::unique_ptr<ApiWatch>> Watch(const ApiRequest&) override { return Error{}; }
};

TEST_F(Deploying, WhoMayNotReadTheMarkIsToldSo) {
  Forbids cluster;
  const std::string text = TextOfStatus(CheckOwnership(cluster, {}));
  EXPECT_NE(text.find("may not read ConfigMap kube-system/wavetank-testbed"), text.npos) << text;
  EXPECT_EQ(text.find("has no ConfigMap"), text.npos) << text;
  EXPECT_TRUE(CheckOwnership(cluster, {.i_own_this_cluster = true, .name_space = "mine"}));
}

TEST_F(Deploying, InAnotherNamespaceEverythingGoesThereAndHostNamesFollow) {
  TestCluster cluster;
  const auto before = cluster.Objects();
  Inventory inventory = Open();
  const Ownership ownership{.i_own_this_cluster = true, .name_space = "mine"};
  const Status applied = ApplyApp(cluster, SmallApp(), ownership, inventory, cluster.Options());
  ASSERT_TRUE(applied) << applied.error().Text();
  for (const auto& [path, text] : cluster.Objects()) {
    EXPECT_EQ(path.find("/namespaces/shop"), path.npos) << path;
  }
  const Json web = Json::parse(cluster.Get("/apis/apps/v1/namespaces/mine/deployments/web"));
  const Json& container = web["spec"]["template"]["spec"]["containers"][0];
  EXPECT_EQ(container["env"][0]["value"], "cart.mine.svc:8080");
  EXPECT_EQ(container["args"][0], "--cart=cart.mine:8080");
  const Json data = Json::parse(cluster.Get("/api/v1/namespaces/mine/configmaps/settings"))["data"];
  EXPECT_EQ(data["cart"], "cart:8080");
  EXPECT_EQ(data["far"], "http://cart.mine.svc.cluster.local:8080/");
  EXPECT_EQ(data["other"], "cart.shop.example");
  const Json binding = Json::parse(
      cluster.Get("/apis/rbac.authorization.k8s.io/v1/namespaces/mine/rolebindings/readers"));
  EXPECT_EQ(binding["subjects"][0]["namespace"], "mine");
  const std::string lines = Joined(cluster.lines);
  EXPECT_NE(lines.find("Deployment shop/web: the host name in "), lines.npos) << lines;
  ASSERT_TRUE(Cleanup(cluster, inventory, cluster.Options()));
  EXPECT_EQ(cluster.Objects(), before);
}

}  // namespace
}  // namespace wt
