// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/objects/selector.h"

namespace wt {
namespace {

TEST(Selector, EmptyTextMatchesEverything) {
  const Result<LabelSelector> selector = ParseLabelSelector("");
  ASSERT_TRUE(selector.ok());
  EXPECT_TRUE(Matches(*selector, Json::object()));
}

TEST(Selector, OperatorsAgreeWithTheirMeaning) {
  const Json labels = {{"app", "web"}, {"rank", "7"}};
  for (const char* text : {"app=web", "app in (db, web)", "tier!=x", "!tier", "rank>6", "rank<8",
                           "app,rank", "tier notin (a)"}) {
    const Result<LabelSelector> selector = ParseLabelSelector(text);
    ASSERT_TRUE(selector.ok()) << text;
    EXPECT_TRUE(Matches(*selector, labels)) << text;
  }
  for (const char* text : {"app=db", "app notin (web)", "tier", "!app", "rank>7", "app>1"}) {
    const Result<LabelSelector> selector = ParseLabelSelector(text);
    ASSERT_TRUE(selector.ok()) << text;
    EXPECT_FALSE(Matches(*selector, labels)) << text;
  }
}

TEST(Selector, ANullObjectSelectorMatchesNothingAndAnEmptyOneAll) {
  const Json empty = Json::object();
  EXPECT_FALSE(Matches(*ReadLabelSelector(nullptr), empty));
  EXPECT_TRUE(Matches(*ReadLabelSelector(&empty), empty));
}

TEST(Selector, ExpressionsOfTheApiForm) {
  const Json selector = Json::parse(R"({"matchLabels":{"app":"web"},"matchExpressions":[
      {"key":"tier","operator":"NotIn","values":["x"]},{"key":"app","operator":"Exists"}]})");
  const Result<ObjectSelector> read = ReadLabelSelector(&selector);
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(Matches(*read, Json{{"app", "web"}}));
  EXPECT_FALSE(Matches(*read, Json{{"app", "web"}, {"tier", "x"}}));
  const Json bad = Json::parse(R"({"matchExpressions":[{"key":"a","operator":"Near"}]})");
  EXPECT_FALSE(ReadLabelSelector(&bad).ok());
}

TEST(Selector, FieldSelectorsEscape) {
  const Result<FieldSelector> selector = ParseFieldSelector("type=a\\,b,status.phase!=Running");
  ASSERT_TRUE(selector.ok());
  EXPECT_TRUE(Matches(*selector, Json{{"type", "a,b"}, {"status.phase", "Pending"}}));
  EXPECT_FALSE(ParseFieldSelector("type").ok());
  EXPECT_FALSE(ParseFieldSelector("type=a=b").ok());
  EXPECT_FALSE(ParseFieldSelector("type=a\\").ok());
}

}  // namespace
}  // namespace wt
