// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/objects/canonical.h"

namespace wt {
namespace {

TEST(Canonical, OrderOfMembersDoesNotMatterAndNothingIsDropped) {
  const Json a = Json::parse(R"({"b": null, "a": [], "c": {"y": 0, "x": ""}})");
  const Json b = Json::parse(R"({"c": {"x": "", "y": 0}, "a": [], "b": null})");
  EXPECT_EQ(Canonical(a), Canonical(b));
  EXPECT_EQ(Canonical(a), R"({"a":[],"b":null,"c":{"x":"","y":0}})");
}

TEST(Canonical, BytesThatAreNoUtf8DoNotThrow) {
  EXPECT_NO_THROW(Canonical(Json(std::string("\xff\xfe"))));
}

}  // namespace
}  // namespace wt
