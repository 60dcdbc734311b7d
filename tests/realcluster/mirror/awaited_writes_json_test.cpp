// SPDX-License-Identifier: Apache-2.0
#include "realcluster/mirror/awaited_writes.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "realcluster/mirror/written_part.h"

namespace wt {
namespace {

using nlohmann::json;

bool ShowsText(const char* shown, const char* written) {
  return Shows(json::parse(shown), json::parse(written));
}

TEST(Shows, WhatAServerAddsOrSpellsOtherwiseIsNoDifference) {
  EXPECT_TRUE(ShowsText(R"({"spec":{"replicas":0,"paused":true}})", R"({"spec":{"replicas":0}})"));
  EXPECT_TRUE(ShowsText(R"({"cpu":"500m","memory":"20Mi"})", R"({"cpu":0.5,"memory":"20480Ki"})"));
  EXPECT_TRUE(ShowsText(R"({"args":[{"port":80,"name":"a"}]})", R"({"args":[{"port":80}]})"));
  EXPECT_TRUE(ShowsText(R"({"spec":{}})", R"({"spec":{"paused":false,"selector":{"app":null}}})"));
}

TEST(Shows, WhatIsNotThereOrStillThereIs) {
  EXPECT_FALSE(ShowsText(R"({"spec":{"replicas":3}})", R"({"spec":{"replicas":0}})"));
  EXPECT_FALSE(ShowsText(R"({"spec":{}})", R"({"spec":{"selector":{"app":"x"}}})"));
  EXPECT_FALSE(ShowsText(R"({"data":{"a":"1","b":"2"}})", R"({"data":{"b":null}})"));
  EXPECT_FALSE(ShowsText(R"({"args":["a"]})", R"({"args":["a","b"]})"));
  EXPECT_FALSE(ShowsText(R"({"image":"app:1"})", R"({"image":"app:2"})"));
}

constexpr SimTime kLate = 100 * kSecond;

TEST(AwaitedWrites, APatchIsShownByAnObjectThatHasIt) {
  AwaitedWrites writes;
  writes.Add(0, {.method = "PATCH", .path = "/a/x", .body = R"({"spec":{"replicas":0}})"}, 200);
  EXPECT_FALSE(writes.Overdue(kShownWithin));
  writes.Seen("/a/y", ChangeType::kModified, json::parse(R"({"spec":{"replicas":0}})"));
  writes.Seen("/a/x", ChangeType::kModified, json::parse(R"({"spec":{"replicas":2}})"));
  const std::optional<Error> overdue = writes.Overdue(kLate);
  ASSERT_TRUE(overdue);
  EXPECT_EQ(overdue->code, ErrorCode::kEnvironment);
  EXPECT_EQ(overdue->where, "/a/x");
  writes.Seen("/a/x", ChangeType::kModified, json::parse(R"({"spec":{"replicas":0}})"));
  EXPECT_FALSE(writes.Overdue(kLate));
}

TEST(AwaitedWrites, ANewObjectIsKnownByItsName) {
  AwaitedWrites writes;
  writes.Add(0, {.method = "POST", .path = "/a", .body = R"({"metadata":{"name":"x"}})"}, 201);
  EXPECT_TRUE(writes.Overdue(kLate));
  writes.Seen("/a/x", ChangeType::kAdded, json::parse(R"({"metadata":{"name":"x"}})"));
  EXPECT_FALSE(writes.Overdue(kLate));
}

TEST(AwaitedWrites, ADeletionIsShownByAnObjectThatIsGoneOrGoing) {
  const json stays = {{"metadata", {{"name", "x"}}}};
  const json going = {{"metadata", {{"name", "x"}, {"deletionTimestamp", "2026-01-31T12:00:00Z"}}}};
  for (const bool gone : {true, false}) {
    AwaitedWrites writes;
    writes.Add(0, {.method = "DELETE", .path = "/a/x"}, 200);
    writes.Seen("/a/x", ChangeType::kModified, stays);
    EXPECT_TRUE(writes.Overdue(kLate));
    if (gone) writes.Seen("/a/x", ChangeType::kDeleted, stays);
    else writes.Seen("/a/x", ChangeType::kModified, going);
    EXPECT_FALSE(writes.Overdue(kLate));
  }
}

}  // namespace
}  // namespace wt
