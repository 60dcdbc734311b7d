// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "sim/objects/cron_expression.h"
#include "sim/objects/defaulting.h"
#include "sim/objects/prepare.h"
#include "sim/objects/validation.h"

namespace wt {
namespace {

Json Web() {
  Json web = Json::parse(R"({"apiVersion":"apps/v1","kind":"Deployment",
    "metadata":{"name":"web","namespace":"shop"},
    "spec":{"selector":{"matchLabels":{"app":"web"}},
      "template":{"metadata":{"labels":{"app":"web"}},
        "spec":{"containers":[{"name":"main","image":"nginx:1.27"}]}}}})");
  ApplyDefaults(web);
  return web;
}

TEST(Validation, AnOrdinaryDeploymentPasses) { EXPECT_TRUE(CheckValid(Web(), nullptr).ok()); }

TEST(Validation, TheMessageIsThatOfA422Status) {
  Json web = Web();
  web["spec"]["replicas"] = -1;
  web["metadata"]["name"] = "Web";
  const Status status = CheckValid(web, nullptr);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kInvalidObject);
  EXPECT_TRUE(status.error().what.starts_with("Deployment.apps \"Web\" is invalid: [metadata.name"))
      << status.error().what;
  EXPECT_TRUE(status.error().what.ends_with(
      "spec.replicas: Invalid value: -1: must be greater than or equal to 0]"))
      << status.error().what;
}

TEST(Validation, ASelectorIsImmutable) {
  const Json before = Web();
  Json after = before;
  after["spec"]["selector"]["matchLabels"]["tier"] = "x";
  after["spec"]["template"]["metadata"]["labels"]["tier"] = "x";
  const std::vector<FieldCause> causes = Validate(after, &before);
  ASSERT_EQ(causes.size(), 1u);
  EXPECT_EQ(causes[0].field, "spec.selector");
  EXPECT_TRUE(causes[0].message.ends_with("field is immutable"));
  after = before;
  after["spec"]["template"]["spec"]["containers"][0]["image"] = "nginx:1.28";
  EXPECT_TRUE(Validate(after, &before).empty());
}

TEST(Validation, APodsImageMayChangeButNotItsCommand) {
  Json before = Json::parse(R"({"apiVersion":"v1","kind":"Pod",
    "metadata":{"name":"p","namespace":"shop"},
    "spec":{"containers":[{"name":"c","image":"a:1"}]}})");
  ApplyDefaults(before);
  Json after = before;
  after["spec"]["containers"][0]["image"] = "a:2";
  EXPECT_TRUE(Validate(after, &before).empty());
  after["spec"]["containers"][0]["command"] = {"sh"};
  ASSERT_EQ(Validate(after, &before).size(), 1u);
  EXPECT_EQ(Validate(after, &before)[0].reason, "FieldValueForbidden");
}

TEST(Validation, PrivilegedPodsDependOnTheServersFlag) {
  Json web = Web();
  web["spec"]["template"]["spec"]["containers"][0]["securityContext"] = {{"privileged", true}};
  EXPECT_TRUE(Validate(web, nullptr).empty());
  EXPECT_EQ(Validate(web, nullptr, {.allow_privileged = false}).size(), 1u);
}

TEST(Validation, MembersOfAWrongTypeDoNotThrow) {
  for (const char* kind : {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"}) {
    Json object = {{"apiVersion", "apps/v1"}, {"kind", kind}, {"metadata", 3}, {"spec", "x"}};
    EXPECT_NO_THROW(Validate(object, nullptr)) << kind;
  }
}

// They are made without mistakes but two, which Kubernetes refuses as well: an account token in a
// pod without an account, and an extended resource without a limit.
TEST(Validation, TheManifestsOfTheDefaultingVectorsAreValid) {
  std::ifstream file(std::string(WAVETANK_VECTORS) + "/defaulting.jsonl");
  std::string line;
  int checked = 0;
  while (std::getline(file, line)) {
    const Json vector = Json::parse(line);
    Json object = vector["input"]["manifest"];
    object["metadata"]["uid"] = "u";
    ASSERT_TRUE(CheckDecoding(object).ok()) << vector["id"];
    ApplyDefaults(object);
    PrepareForCreate(object);
    if (object["kind"] == "Service") NormalizeClusterIps(object);
    const Status status = CheckValid(object, nullptr);
    const std::string text = status.ok() ? "" : status.error().what;
    if (text.find("serviceAccountName is not set") != std::string::npos) continue;
    if (text.find("non overcommitable") != std::string::npos) continue;
    EXPECT_EQ(text, "") << vector["id"];
    ++checked;
  }
  EXPECT_GT(checked, 150);
}

TEST(Cron, SchedulesAreCheckedFieldByField) {
  for (const char* good :
       {"* * * * *", "*/5 0-6 1,15 jan-mar MON", "@hourly", "@every 1h", "0 0 ? * 0"}) {
    EXPECT_EQ(CronComplaint(good), "") << good;
  }
  EXPECT_EQ(CronComplaint("61 * * * *"), "end of range (61) above maximum (59): 61");
  EXPECT_EQ(CronComplaint("* * *"), "expected exactly 5 fields, found 3: [* * *]");
  for (const char* bad : {"a * * * *", "5-1 * * * *", "*/0 * * * *", "@nope", "1-2-3 * * * *"}) {
    EXPECT_NE(CronComplaint(bad), "") << bad;
  }
}

TEST(Prepare, AJobSelectsItsOwnPods) {
  Json job = Json::parse(R"({"apiVersion":"batch/v1","kind":"Job",
    "metadata":{"name":"j","namespace":"shop","uid":"u1"},
    "spec":{"template":{"spec":{"restartPolicy":"Never",
      "containers":[{"name":"c","image":"x"}]}}}})");
  ApplyDefaults(job);
  PrepareForCreate(job);
  EXPECT_EQ(job["spec"]["selector"]["matchLabels"]["batch.kubernetes.io/controller-uid"], "u1");
  EXPECT_TRUE(CheckValid(job, nullptr).ok());
}

TEST(Prepare, StringDataBecomesBase64) {
  Json secret = Json::parse(R"({"stringData":{"a":"hello","b":"","c":"x"}})");
  MergeStringData(secret);
  EXPECT_EQ(secret, Json::parse(R"({"data":{"a":"aGVsbG8=","b":"","c":"eA=="}})"));
}

}  // namespace
}  // namespace wt
