// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/sim/objects/small_cluster.h"

namespace wt {
namespace {

class PatchTest : public ::testing::Test {
 protected:
  Result<WriteOutcome> Merge(ObjectRef object, const char* patch, bool dry_run = false) {
    return Patch(cluster_.sim(), object, "merge", patch, kAgent, dry_run);
  }
  u32 Version(ObjectRef object) {
    return static_cast<u32>(
        std::stoul(cluster_.Get(object)["metadata"]["resourceVersion"].get<std::string>()));
  }

  SmallCluster cluster_;
};

TEST_F(PatchTest, AChangedTemplateIsANewRevisionAndOneGenerationMore) {
  const RevId before = cluster_.sim().At<Deployment>(cluster_.deployment.row).tmpl;
  const u32 version = Version(cluster_.deployment);
  const auto outcome = Patch(cluster_.sim(), cluster_.deployment, "strategic",
                             R"({"spec": {"replicas": 5, "template": {"spec": {"containers":
                                [{"name": "web", "image": "shop/web:1"}]}}}})", kAgent);
  ASSERT_TRUE(outcome.ok()) << outcome.error().Text();
  EXPECT_TRUE(outcome->changed);
  const Json object = cluster_.Get(cluster_.deployment);
  EXPECT_EQ(object["spec"]["template"]["spec"]["containers"][0]["image"], "shop/web:1");
  EXPECT_EQ(object["spec"]["replicas"], 5);
  EXPECT_EQ(object["metadata"]["generation"], 2);
  EXPECT_GT(Version(cluster_.deployment), version);
  const Deployment& row = cluster_.sim().At<Deployment>(cluster_.deployment.row);
  EXPECT_NE(row.tmpl, before);
  EXPECT_EQ(row.changed_by, static_cast<u32>(kAgent));
}

TEST_F(PatchTest, AnEqualDocumentKeepsItsResourceVersion) {
  const u64 before = HashWorld(cluster_.sim().world);
  const auto outcome = Merge(cluster_.config, R"({"data": {"mode": "fast"}})");
  ASSERT_TRUE(outcome.ok());
  EXPECT_FALSE(outcome->changed);
  EXPECT_EQ(HashWorld(cluster_.sim().world), before);
}

TEST_F(PatchTest, OnlyMetadataMovesNoGeneration) {
  ASSERT_TRUE(Merge(cluster_.deployment, R"({"metadata": {"labels": {"team": "red"}}})")->changed);
  const Json object = cluster_.Get(cluster_.deployment);
  EXPECT_EQ(object["metadata"]["labels"]["team"], "red");
  EXPECT_EQ(object["metadata"]["generation"], 1);
}

TEST_F(PatchTest, ADryRunTouchesNothing) {
  const u64 before = HashWorld(cluster_.sim().world);
  const auto outcome = Merge(cluster_.config, R"({"data": {"mode": "never-seen"}})", true);
  ASSERT_TRUE(outcome.ok());
  EXPECT_TRUE(outcome->changed);
  EXPECT_EQ(HashWorld(cluster_.sim().world), before);
}

TEST_F(PatchTest, AServiceThatNeedsNoNodePortsAnyMoreLosesThem) {
  ASSERT_TRUE(Merge(cluster_.service, R"({"spec": {"type": "NodePort"}})").ok());
  EXPECT_GE(cluster_.Get(cluster_.service)["spec"]["ports"][0]["nodePort"], 30000);
  const auto back = Merge(cluster_.service, R"({"spec": {"type": "ClusterIP"}})");
  ASSERT_TRUE(back.ok()) << back.error().Text();
  EXPECT_FALSE(cluster_.Get(cluster_.service)["spec"]["ports"][0].contains("nodePort"));
}

TEST_F(PatchTest, TheServiceAccountOfATemplateHasTwoNamesOfWhichTheNewerLeads) {
  const auto account = [&] {
    return cluster_.Get(cluster_.deployment)["spec"]["template"]["spec"];
  };
  ASSERT_TRUE(Merge(cluster_.deployment,
                    R"({"spec": {"template": {"spec": {"serviceAccount": "old"}}}})").ok());
  EXPECT_EQ(account()["serviceAccountName"], "old");
  ASSERT_TRUE(Merge(cluster_.deployment,
                    R"({"spec": {"template": {"spec": {"serviceAccountName": "new"}}}})").ok());
  EXPECT_EQ(account()["serviceAccount"], "new");
}

TEST_F(PatchTest, TheSelectorOfADeploymentIsImmutable) {
  const auto outcome = Merge(
      cluster_.deployment, R"({"spec": {"selector": {"matchLabels": {"app": "web", "x": "y"}},
        "template": {"metadata": {"labels": {"x": "y"}}}}})");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, ErrorCode::kInvalidObject);
  EXPECT_EQ(outcome.error().where, "spec.selector");
  EXPECT_EQ(outcome.error().what,
            "Deployment.apps \"web\" is invalid: spec.selector: Invalid value: "
            "{\"matchLabels\":{\"app\":\"web\",\"x\":\"y\"}}: field is immutable");
}

TEST_F(PatchTest, AnAllocatedClusterIpMayNotChange) {
  const auto outcome = Merge(cluster_.service, R"({"spec": {"clusterIP": "10.96.200.1"}})");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().where, "spec.clusterIPs[0]");
}

TEST_F(PatchTest, AnImmutableConfigMapKeepsItsData) {
  ASSERT_TRUE(Merge(cluster_.config, R"({"immutable": true})")->changed);
  const auto outcome = Merge(cluster_.config, R"({"data": {"mode": "slow"}})");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().where, "data");
  EXPECT_EQ(outcome.error().what,
            "ConfigMap \"settings\" is invalid: data: Forbidden: field is immutable when "
            "`immutable` is set");
}

TEST_F(PatchTest, AStaleResourceVersionIsAConflict) {
  const auto outcome = Merge(cluster_.config, R"({"metadata": {"resourceVersion": "99999"}})");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, ErrorCode::kConflict);
  EXPECT_EQ(outcome.error().what,
            "Operation cannot be fulfilled on configmaps \"settings\": the object has been "
            "modified; please apply your changes to the latest version and try again");
}

TEST_F(PatchTest, AnotherNameIsABadRequest) {
  const auto outcome = Merge(cluster_.config, R"({"metadata": {"name": "other"}})");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, ErrorCode::kBadRequest);
  EXPECT_EQ(outcome.error().what,
            "the name of the object (other) does not match the name on the URL (settings)");
}

TEST_F(PatchTest, StatusAndServerMetadataAreIgnored) {
  const u64 before = HashWorld(cluster_.sim().world);
  const auto outcome = Merge(cluster_.deployment,
                             R"({"status": {"replicas": 9}, "metadata": {"generation": 77,
        "creationTimestamp": null, "annotations": {"deployment.kubernetes.io/revision": "8"}}})");
  ASSERT_TRUE(outcome.ok());
  EXPECT_FALSE(outcome->changed);
  EXPECT_EQ(HashWorld(cluster_.sim().world), before);
}

TEST_F(PatchTest, RestartedAtIsAColumn) {
  const RevId tmpl = cluster_.sim().At<Deployment>(cluster_.deployment.row).tmpl;
  ASSERT_TRUE(Merge(cluster_.deployment, R"({"spec": {"template": {"metadata": {"annotations":
      {"kubectl.kubernetes.io/restartedAt": "2026-01-01T00:03:00Z"}}}}})")->changed);
  const Deployment& row = cluster_.sim().At<Deployment>(cluster_.deployment.row);
  EXPECT_EQ(row.tmpl, tmpl) << "no new revision";
  EXPECT_NE(row.restarted_at_s, 0u);
  const Json object = cluster_.Get(cluster_.deployment);
  EXPECT_EQ(object["spec"]["template"]["metadata"]["annotations"]
                  ["kubectl.kubernetes.io/restartedAt"],
            "2026-01-01T00:03:00Z");
}

TEST_F(PatchTest, APodTakesImagesLabelsAndTolerationsAndNothingElse) {
  const ObjectRef pod = cluster_.AddPod();
  ASSERT_TRUE(Merge(pod, R"({"metadata": {"labels": {"seen": "yes"}}})")->changed);
  EXPECT_EQ(cluster_.Get(pod)["metadata"]["labels"]["seen"], "yes");
  const auto image = Patch(cluster_.sim(), pod, "json",
      R"([{"op": "replace", "path": "/spec/containers/0/image", "value": "shop/web:1"}])", kAgent);
  ASSERT_TRUE(image.ok()) << image.error().Text();
  EXPECT_EQ(cluster_.Get(pod)["spec"]["containers"][0]["image"], "shop/web:1");
  const auto refused = Patch(cluster_.sim(), pod, "json",
      R"([{"op": "replace", "path": "/spec/containers/0/name", "value": "x"}])", kAgent);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().where, "spec");
  const auto toleration = Merge(pod, R"({"spec": {"tolerations": []}})");
  ASSERT_FALSE(toleration.ok());
  EXPECT_EQ(toleration.error().where, "spec.tolerations");
}

TEST_F(PatchTest, ADeadlineOfAPodComesOnceAndOnlyShrinks) {
  const ObjectRef pod = cluster_.AddPod();
  const auto set = [&](const char* seconds) {
    const std::string patch =
        fmt::format(R"({{"spec": {{"activeDeadlineSeconds": {}}}}})", seconds);
    return Merge(pod, patch.c_str());
  };
  ASSERT_TRUE(set("60").ok());
  ASSERT_TRUE(set("30").ok());
  for (const char* refused : {"31", "null"}) {
    const auto outcome = set(refused);
    ASSERT_FALSE(outcome.ok()) << refused;
    EXPECT_EQ(outcome.error().code, ErrorCode::kInvalidObject);
    EXPECT_EQ(outcome.error().where, "spec.activeDeadlineSeconds");
  }
}

TEST_F(PatchTest, ARowThatIsGoneIsNotFound) {
  const auto outcome = Merge({ObjectKind::kDeployment, 77}, "{}");
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, ErrorCode::kNotFound);
}

TEST_F(PatchTest, ABrokenPatchIsABadRequest) {
  for (const char* type : {"json", "merge", "strategic", "other"}) {
    const auto outcome = Patch(cluster_.sim(), cluster_.config, type, "[{", kAgent);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().code, ErrorCode::kBadRequest);
  }
}

}  // namespace
}  // namespace wt
