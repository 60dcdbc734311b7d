// SPDX-License-Identifier: Apache-2.0
// What an agent does to a cluster's own objects, and what is left of it after a cleanup.
#include "realcluster/replay/noted_api.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "episodes/script.h"
#include "realcluster/mirror/written_part.h"
#include "realcluster/replay/steps.h"
#include "tests/realcluster/mirror/simulated_reality.h"

namespace wt {
namespace {

constexpr const char* kMerge = "application/merge-patch+json";

const ScenarioSetup& SetupNamed(const std::string& name) {
  for (std::size_t s = 0; s < Catalog().setups.size(); ++s) {
    if (Catalog().labels[s].name == name) return Catalog().setups[s];
  }
  WT_CHECK(false, "a scenario of the catalog");
}

class NotedWrites : public testing::Test {
 protected:
  NotedWrites() : reality_(SetupNamed("hotel-bad-image"), 7) {
    file_ = testing::TempDir() + "noted-" + std::to_string(getpid()) + ".jsonl";
    std::filesystem::remove(file_);
    inventory_.emplace(std::move(*Inventory::Open(file_)));
    api_ = std::make_unique<NotedApi>(reality_, *inventory_);
  }
  ~NotedWrites() override { std::filesystem::remove(file_); }

  Json Read(const std::string& path) {
    const auto reply = reality_.api.Call({.path = path});
    return reply && reply->status == 200 ? Json::parse(reply->body) : Json();
  }
  std::vector<Json> Items(const std::string& collection) {
    return Read(collection).value("items", std::vector<Json>());
  }
  std::string FirstNode() { return "/api/v1/nodes/" + NameOf(Items("/api/v1/nodes").at(0)); }
  static std::string NameOf(const Json& object) { return object.at("metadata").at("name"); }
  // What clients wrote of each node and of each object of `collections`, by name.
  Json Written(const std::vector<std::string>& collections) {
    Json out;
    for (const std::string& collection : collections) {
      for (Json item : Items(collection)) {
        item["kind"] = collection == "/api/v1/nodes" ? "Node" : "";
        for (const char* own : {"clusterIP", "clusterIPs"}) item["spec"].erase(own);  // drawn anew
        out[collection][NameOf(item)] = WrittenPart(item);
      }
    }
    return out;
  }
  int Send(const ApiRequest& request) {
    const auto reply = api_->Call(request);
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().Text());
    return reply ? reply->status : 0;
  }
  // As the next process would, with nothing but the file.
  Status CleanUp() {
    api_.reset();
    inventory_.reset();
    inventory_.emplace(std::move(*Inventory::Open(file_)));
    ApplyOptions options;
    options.wait = [&](double s) { reality_.cluster.Advance(static_cast<SimTime>(s * 1e9)); };
    return Cleanup(reality_, *inventory_, options);
  }

  std::string file_;
  SimulatedReality reality_;
  std::optional<Inventory> inventory_;
  std::unique_ptr<NotedApi> api_;
};

TEST_F(NotedWrites, ANodeThatAnAgentCordonedInAnEpisodeIsPutBack) {
  const std::string node = FirstNode();
  const Json before = Written({"/api/v1/nodes"});
  ChunkOptions options;
  options.drive = [&](SimCluster& cluster) -> Result<std::unique_ptr<ClusterDriver>> {
    auto begun =
        AnyCluster::Begin(*api_, reality_, reality_, reality_, cluster, reality_.Options());
    if (!begun) return begun.error();
    return std::unique_ptr<ClusterDriver>(std::move(*begun));
  };
  ScriptedAction cordon;
  cordon.verb = "cordon";
  cordon.target = "node/" + node.substr(node.rfind('/') + 1);
  const ScenarioSetup& setup = SetupNamed("hotel-bad-image");
  WorldPool pool;
  const EpisodeRequest request{.setup = &setup, .seed = 7};
  const auto played = RunScript(request, {&cordon, 1}, pool, options);
  ASSERT_TRUE(played) << played.error().Text();
  ASSERT_FALSE(played->errored) << played->error;
  ASSERT_TRUE(Read(node)["spec"].value("unschedulable", false));
  const Status cleaned = CleanUp();
  ASSERT_TRUE(cleaned) << cleaned.error().Text();
  EXPECT_EQ(Written({"/api/v1/nodes"}), before);
  EXPECT_TRUE(inventory_->entries().empty());
}

TEST_F(NotedWrites, TaintsAndCordonsOfANodeGoTogether) {
  const std::string node = FirstNode();
  const Json before = Written({"/api/v1/nodes"});
  const auto patch = [&](const char* body) {
    EXPECT_EQ(Send({.method = "PATCH", .path = node, .content_type = kMerge, .body = body}), 200);
  };
  patch(R"({"spec":{"taints":[{"key":"a","value":"b","effect":"NoSchedule"}]}})");
  patch(R"({"spec":{"unschedulable":true},"metadata":{"labels":{"mine":"1"}}})");
  ASSERT_NE(Written({"/api/v1/nodes"}), before);
  EXPECT_EQ(inventory_->entries().size(), 1u);
  ASSERT_TRUE(CleanUp());
  EXPECT_EQ(Written({"/api/v1/nodes"}), before);
}

TEST_F(NotedWrites, ObjectsOfOthersThatWereDeletedOrMadeAnewAreAsTheyWere) {
  const std::string collection = "/api/v1/namespaces/hotel/services";
  ASSERT_GE(Items(collection).size(), 2u);
  const std::string gone = collection + "/" + NameOf(Items(collection)[0]);
  const std::string anew = collection + "/" + NameOf(Items(collection)[1]);
  const Json before = Written({collection});
  ASSERT_EQ(Send({.method = "DELETE", .path = gone}), 200);
  Json other = Read(anew);
  ASSERT_EQ(Send({.method = "DELETE", .path = anew}), 200);
  other["metadata"] = {{"name", NameOf(other)}, {"namespace", "hotel"}};
  other["spec"]["ports"][0]["targetPort"] = 1;
  ASSERT_EQ(Send({.method = "POST", .path = collection, .body = other.dump()}), 201);
  const Status cleaned = CleanUp();
  ASSERT_TRUE(cleaned) << cleaned.error().Text();
  EXPECT_EQ(Json::diff(before, Written({collection})), Json::array());
  EXPECT_TRUE(inventory_->entries().empty());
}

// The simulated API deletes no Node.
class DeletesNodes final : public KubeApi {
 public:
  explicit DeletesNodes(KubeApi& api) : api_(api) {}
  Result<ApiReply> Call(const ApiRequest& request) override {
    const bool node = request.path.starts_with("/api/v1/nodes/");
    gone_ |= node && request.method == "DELETE";
    if (!node || !gone_) return api_.Call(request);
    return ApiReply{request.method == "DELETE" ? 200 : 404, "{}"};
  }
  Result<std::unique_ptr<ApiWatch>> Watch(const ApiRequest& request) override {
    return api_.Watch(request);
  }

 private:
  KubeApi& api_;
  bool gone_ = false;
};

TEST_F(NotedWrites, ADeletedNodeIsNamedAndAPodOfAControllerIsNot) {
  const std::string node = FirstNode();
  const std::string pod = NameOf(Items("/api/v1/namespaces/hotel/pods").at(0));
  ASSERT_EQ(Send({.method = "DELETE", .path = "/api/v1/namespaces/hotel/pods/" + pod}), 200);
  EXPECT_TRUE(inventory_->entries().empty());
  DeletesNodes cluster(reality_);
  NotedApi api(cluster, *inventory_);
  ASSERT_EQ(api.Call({.method = "DELETE", .path = node})->status, 200);
  const Status cleaned = Cleanup(cluster, *inventory_, {});
  ASSERT_FALSE(cleaned);
  EXPECT_NE(cleaned.error().Text().find(node + ": "), std::string::npos) << cleaned.error().Text();
  EXPECT_TRUE(Cleanup(cluster, *inventory_, {}));  // said once; nothing more can be done
}

TEST_F(NotedWrites, WhatAFaultBringsAlongIsTakenAway) {
  const std::string collection = "/api/v1/namespaces/hotel/services";
  const Json before = Written({collection});
  ASSERT_EQ(Send({.method = "POST",
                  .path = collection,
                  .body = R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"new"},)"
                          R"("spec":{"ports":[{"port":1}]}})"}),
            201);
  ASSERT_EQ(inventory_->entries().size(), 1u);
  EXPECT_FALSE(inventory_->entries()[0].uid.empty());
  ASSERT_TRUE(CleanUp());
  EXPECT_EQ(Written({collection}), before);
}

TEST_F(NotedWrites, InANamespaceOfOursNothingIsPutBack) {
  ASSERT_TRUE(inventory_->Created("/api/v1/namespaces/hotel", "1"));
  const std::string collection = "/api/v1/namespaces/hotel/services";
  ASSERT_EQ(Send({.method = "DELETE", .path = collection + "/" + NameOf(Items(collection).at(0))}),
            200);
  EXPECT_EQ(inventory_->entries().size(), 1u);
}

// It answers nothing when it is asked how the object is.
class Mute final : public KubeApi {
 public:
  Result<ApiReply> Call(const ApiRequest& request) override {
    if (request.method != "GET") ++writes;
    return ApiReply{403, R"({"kind":"Status","message":"no"})"};
  }
  Result<std::unique_ptr<ApiWatch>> Watch(const ApiRequest&) override { return Error{}; }
  int writes = 0;
};

TEST_F(NotedWrites, WhatCannotBeReadIsNotChanged) {
  Mute mute;
  NotedApi api(mute, *inventory_);
  for (const char* method : {"PATCH", "DELETE"}) {
    const auto reply = api.Call({.method = method, .path = "/api/v1/nodes/n1", .body = "{}"});
    ASSERT_FALSE(reply);
    EXPECT_NE(reply.error().Text().find("could not be put back"), std::string::npos);
  }
  EXPECT_EQ(mute.writes, 0);
}

}  // namespace
}  // namespace wt
