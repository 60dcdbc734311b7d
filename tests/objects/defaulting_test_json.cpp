// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/objects/defaulting.h"

namespace wt {
namespace {

TEST(Defaulting, PullPolicyFollowsTheTag) {
  EXPECT_EQ(DefaultPullPolicy("nginx"), "Always");
  EXPECT_EQ(DefaultPullPolicy("nginx:latest"), "Always");
  EXPECT_EQ(DefaultPullPolicy("nginx:1.27"), "IfNotPresent");
  EXPECT_EQ(DefaultPullPolicy("reg.example.com:5000/nginx"), "Always");
  EXPECT_EQ(DefaultPullPolicy("reg.example.com:5000/nginx:v1"), "IfNotPresent");
  EXPECT_EQ(DefaultPullPolicy("nginx@sha256:0123"), "IfNotPresent");
  EXPECT_EQ(DefaultPullPolicy(""), "IfNotPresent");
}

TEST(Defaulting, APodGetsRequestsFromLimitsButATemplateDoesNot) {
  Json pod = Json::parse(R"({"apiVersion":"v1","kind":"Pod","spec":{"containers":[
      {"name":"c","image":"x","resources":{"limits":{"cpu":"0.5"}}}]}})");
  ApplyDefaults(pod);
  EXPECT_EQ(pod["spec"]["containers"][0]["resources"]["requests"]["cpu"], "500m");
  Json deployment = {{"apiVersion", "apps/v1"}, {"kind", "Deployment"}};
  deployment["spec"]["template"]["spec"] = Json::parse(
      R"({"containers":[{"name":"c","image":"x","resources":{"limits":{"cpu":"0.5"}}}]})");
  ApplyDefaults(deployment);
  const Json& container = deployment["spec"]["template"]["spec"]["containers"][0];
  EXPECT_FALSE(container["resources"].contains("requests"));
  EXPECT_EQ(deployment["spec"]["replicas"], 1);
}

TEST(Defaulting, MembersOfAWrongTypeAreLeftAlone) {
  for (const char* text : {R"({"apiVersion":"apps/v1","kind":"Deployment","spec":7})",
                           R"({"apiVersion":"v1","kind":"Pod","spec":{"containers":"x"}})",
                           R"({"apiVersion":"v1","kind":"Pod","spec":{"containers":[1,null]}})",
                           R"({"apiVersion":"v1","kind":"Service","spec":{"ports":{"a":1}}})",
                           R"({"apiVersion":"v1","kind":"Node","status":[]})",
                           R"({"apiVersion":7,"kind":[]})", "[]", "null"}) {
    Json object = Json::parse(text);
    EXPECT_NO_THROW(ApplyDefaults(object)) << text;
  }
}

TEST(Defaulting, ZeroReplicasAndEmptyVolumesKeepTheirMeaning) {
  Json object = Json::parse(R"({"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":0,
      "template":{"spec":{"volumes":[{"name":"v"}],"containers":[]}}}})");
  ApplyDefaults(object);
  EXPECT_EQ(object["spec"]["replicas"], 0);
  EXPECT_TRUE(object["spec"]["template"]["spec"]["volumes"][0].contains("emptyDir"));
}

}  // namespace
}  // namespace wt
