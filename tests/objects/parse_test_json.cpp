// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/objects/parse_json.h"

namespace wt {
namespace {

TEST(ParseJson, BuildsTheSameValueAsTheLibrary) {
  constexpr std::string_view kText =
      R"({"a":[1,-2,3.5,"x",null,true,[],{}],"b":{"c":{"d":[{"e":1},{"f":2}]}},"":0})";
  const Result<Json> got = ParseJson(kText, "test");
  ASSERT_TRUE(got.ok()) << got.error().Text();
  EXPECT_EQ(*got, Json::parse(kText));
}

TEST(ParseJson, ADuplicateMemberIsAnErrorWithItsPlace) {
  const Result<Json> got = ParseJson("{\"a\": 1,\n \"a\": 2}", "pod.json");
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().what, "duplicate member \"a\"");
  EXPECT_TRUE(got.error().where.starts_with("pod.json:2:")) << got.error().where;
}

TEST(ParseJson, DepthIsBounded) {
  const std::string deep(200000, '[');
  EXPECT_FALSE(ParseJson(deep, "test").ok());
  EXPECT_TRUE(ParseJson("[[[[1]]]]", "test", {.depth_max = 4}).ok());
  EXPECT_FALSE(ParseJson("[[[[[1]]]]]", "test", {.depth_max = 4}).ok());
}

TEST(ParseJson, SizeTrailingBytesAndBrokenTextAreErrors) {
  EXPECT_FALSE(ParseJson("{}", "test", {.bytes_max = 1}).ok());
  for (const char* text : {"", "{} {}", "{\"a\"", "{\"a\":}", "nul", "\"\x01\"", "[1,]"}) {
    EXPECT_FALSE(ParseJson(text, "test").ok()) << text;
  }
}

}  // namespace
}  // namespace wt
