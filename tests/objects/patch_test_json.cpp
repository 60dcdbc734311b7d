// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/objects/patch.h"

namespace wt {
namespace {

Json Patched(PatchType type, const char* object, const char* patch) {
  const Result<Json> got = ApplyPatch(type, "Deployment", Json::parse(object), Json::parse(patch));
  EXPECT_TRUE(got.ok()) << (got.ok() ? "" : got.error().Text());
  return got.ok() ? *got : Json();
}

bool Refused(PatchType type, const char* object, const char* patch) {
  return !ApplyPatch(type, "Deployment", Json::parse(object), Json::parse(patch)).ok();
}

constexpr const char* kDeployment = R"({"apiVersion":"apps/v1","kind":"Deployment",
  "metadata":{"name":"web","labels":{"a":"1"}},
  "spec":{"template":{"spec":{"containers":[{"name":"a","image":"x:1"},
    {"name":"b","image":"y:1","env":[{"name":"K","value":"1"}]}]}}}})";

TEST(Patch, MergePatchRemovesNullsAndReplacesLists) {
  EXPECT_EQ(Patched(PatchType::kMerge, R"({"a":{"b":1,"c":2},"l":[1,2]})",
                    R"({"a":{"b":null},"l":[3],"n":{"x":null,"y":1}})"),
            Json::parse(R"({"a":{"c":2},"l":[3],"n":{"y":1}})"));
}

TEST(Patch, StrategicPatchMergesContainersByName) {
  const Json got =
      Patched(PatchType::kStrategic, kDeployment,
              R"({"spec":{"template":{"spec":{"containers":[{"name":"b","image":"y:2"}]}}}})");
  const Json& containers = got["spec"]["template"]["spec"]["containers"];
  ASSERT_EQ(containers.size(), 2u);
  for (const Json& container : containers) {
    const bool patched = container["name"] == "b";
    EXPECT_EQ(container["image"], patched ? "y:2" : "x:1");
    EXPECT_EQ(container.contains("env"), patched);
  }
}

TEST(Patch, StrategicDirectivesDeleteReplaceAndKeepOrder) {
  Json got = Patched(PatchType::kStrategic, kDeployment,
                     R"({"spec":{"template":{"spec":{"containers":[
                         {"name":"a","$patch":"delete"}]}}}})");
  EXPECT_EQ(got["spec"]["template"]["spec"]["containers"].size(), 1u);
  got = Patched(PatchType::kStrategic, kDeployment,
                R"({"metadata":{"labels":{"$patch":"replace","z":"9"}}})");
  EXPECT_EQ(got["metadata"]["labels"], Json::parse(R"({"z":"9"})"));
  got = Patched(PatchType::kStrategic, kDeployment,
                R"({"spec":{"template":{"spec":{"$setElementOrder/containers":
                    [{"name":"b"},{"name":"a"}]}}}})");
  EXPECT_EQ(got["spec"]["template"]["spec"]["containers"][0]["name"], "b");
}

TEST(Patch, AnUnknownDirectiveOrAMissingMergeKeyIsRefused) {
  EXPECT_TRUE(Refused(PatchType::kStrategic, kDeployment, R"({"spec":{"$patch":"destroy"}})"));
  EXPECT_TRUE(Refused(PatchType::kStrategic, kDeployment,
                      R"({"spec":{"template":{"spec":{"containers":[{"image":"z"}]}}}})"));
}

TEST(Patch, JsonPatchFollowsPointersAndNegativeIndices) {
  EXPECT_EQ(Patched(PatchType::kJson, R"({"a":{"x/y":1},"l":[1,2,3]})",
                    R"([{"op":"replace","path":"/a/x~1y","value":2},
                        {"op":"remove","path":"/l/-1"},
                        {"op":"add","path":"/l/-","value":9},
                        {"op":"copy","from":"/l/0","path":"/first"},
                        {"op":"test","path":"/missing","value":null}])"),
            Json::parse(R"({"a":{"x/y":2},"l":[1,2,9],"first":1})"));
}

TEST(Patch, JsonPatchRefusesWhatDoesNotApply) {
  for (const char* patch :
       {R"([{"op":"remove","path":"/none"}])", R"([{"op":"add","path":"/l/9","value":1}])",
        R"([{"op":"test","path":"/a","value":2}])", R"([{"op":"move","from":"/none","path":"/x"}])",
        R"([{"op":"explode","path":"/a"}])", R"([{"op":"add"}])", R"({})", R"([7])"}) {
    EXPECT_TRUE(Refused(PatchType::kJson, R"({"a":1,"l":[1]})", patch)) << patch;
  }
}

TEST(Patch, AMemberThatGoAlwaysEncodesCountsAsPresent) {
  const Json got = Patched(PatchType::kJson, kDeployment,
                           R"([{"op":"remove","path":"/spec/template/spec/containers/0/resources"},
                               {"op":"remove","path":"/status"}])");
  EXPECT_FALSE(got.contains("status"));
}

TEST(Patch, MalformedDocumentsAreErrors) {
  EXPECT_TRUE(Refused(PatchType::kMerge, "[]", "{}"));
  EXPECT_TRUE(Refused(PatchType::kStrategic, "{}", "[]"));
  EXPECT_TRUE(Refused(PatchType::kStrategic, kDeployment,
                      R"({"spec":{"template":{"spec":{"containers":[1]}}}})"));
}

}  // namespace
}  // namespace wt
