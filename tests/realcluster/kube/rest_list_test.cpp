// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "realcluster/kube/json_scan.h"
#include "realcluster/kube/rest_kube_api.h"
#include "tests/realcluster/kube/fake_api.h"

namespace wt {
namespace {

struct Listed {
  std::vector<std::string> objects;
  int restarts = 0;
  Result<std::string> version = std::string();
};

Listed List(const FakeServer& server, const std::string& query = "") {
  auto api = RestKubeApi::Open(TargetOf(server), {.retry_for_s = 1});
  Listed listed;
  listed.version = ListAll(
      **api, {.path = FakePods::kPath, .query = query},
      [&](std::string_view object) { listed.objects.emplace_back(object); },
      [&] {
        ++listed.restarts;
        listed.objects.clear();
      });
  return listed;
}

TEST(List, ComesInPagesOf500WithKindAndVersion) {
  FakePods pods;
  for (int i = 0; i < 1203; ++i) pods.Put(fmt::format("pod-{:04}", i));
  FakeServer server({}, [&](FakeConnection& c, const FakeRequest& r) { pods.Serve(c, r); });
  const Listed listed = List(server, "limit=7&labelSelector=a");
  ASSERT_TRUE(listed.version) << listed.version.error().Text();
  EXPECT_EQ(*listed.version, "1303");
  EXPECT_EQ(server.requests(), 3);
  EXPECT_EQ(server.connections(), 1);
  ASSERT_EQ(listed.objects.size(), 1203u);
  EXPECT_EQ(FindMember(listed.objects[7], "kind"), "\"Pod\"");
  EXPECT_EQ(FindMember(listed.objects[7], "apiVersion"), "\"v1\"");
  EXPECT_EQ(FindMember(FindMember(listed.objects[1202], "metadata"), "name"), "\"pod-1202\"");
}

TEST(List, BeginsAnewWhenItsPagesAreGone) {
  FakePods pods;
  for (int i = 0; i < 600; ++i) pods.Put(fmt::format("pod-{:04}", i));
  std::atomic<bool> forgot{false};
  FakeServer server({}, [&](FakeConnection& connection, const FakeRequest& request) {
    if (request.parameters.contains("continue") && !forgot.exchange(true)) pods.Forget();
    pods.Serve(connection, request);
  });
  const Listed listed = List(server);
  ASSERT_TRUE(listed.version) << listed.version.error().Text();
  EXPECT_EQ(listed.restarts, 1);
  EXPECT_EQ(listed.objects.size(), 600u);
}

TEST(List, IsGivenUpWhenItsPagesAreAlwaysGone) {
  FakePods pods;
  for (int i = 0; i < 600; ++i) pods.Put(fmt::format("pod-{:04}", i));
  FakeServer server({}, [&](FakeConnection& connection, const FakeRequest& request) {
    if (request.parameters.contains("continue")) pods.Forget();
    pods.Serve(connection, request);
  });
  const Listed listed = List(server);
  ASSERT_FALSE(listed.version);
  EXPECT_EQ(listed.restarts, 5);
}

TEST(List, ItemsThatNameTheirKindKeepIt) {
  FakeServer server({}, [](FakeConnection& connection, const FakeRequest&) {
    connection.Reply(200, R"({"apiVersion":"chaos-mesh.org/v1alpha1","items":[)"
                          R"({"apiVersion":"chaos-mesh.org/v1alpha1","kind":"PodChaos"}, {}],)"
                          R"("kind":"PodChaosList","metadata":{"resourceVersion":"5"}})");
  });
  const Listed listed = List(server);
  ASSERT_EQ(listed.objects.size(), 2u);
  EXPECT_EQ(listed.objects[0], R"({"apiVersion":"chaos-mesh.org/v1alpha1","kind":"PodChaos"})");
  EXPECT_EQ(listed.objects[1], R"({"kind":"PodChaos","apiVersion":"chaos-mesh.org/v1alpha1"})");
}

TEST(List, WhatIsNoListIsAnError) {
  for (const char* body : {"", "{}", "[1]", R"({"kind":"Pod","metadata":{}})",
                           R"({"kind":"PodList","metadata":{},"items":{}})",
                           R"({"kind":"PodList","metadata":{},"items":[{)"}) {
    FakeServer server({}, [&](FakeConnection& c, const FakeRequest&) { c.Reply(200, body); });
    EXPECT_FALSE(List(server).version) << body;
  }
  FakeServer server({}, [&](FakeConnection& c, const FakeRequest&) {
    c.Reply(403, StatusBody(403, "Forbidden", "you may not"));
  });
  EXPECT_EQ(List(server).version.error().code, ErrorCode::kForbidden);
}

}  // namespace
}  // namespace wt
