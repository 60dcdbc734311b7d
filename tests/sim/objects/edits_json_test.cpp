// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "sim/objects/edits.h"
#include "sim/objects/load.h"
#include "tests/sim/objects/small_cluster.h"

namespace wt {
namespace {

struct Step {
  char object;  // d(eployment), s(ervice), c(onfig), n(ode)
  EditOp op;
  u16 detail = 0;
  u32 number = 0;
  const char* text = nullptr;
};

const std::vector<Step> kSteps = {
    {'d', EditOp::kSetImage, 0, 0, "shop/web:1"},
    {'d', EditOp::kSetCommand, 0, 0, "/bin/nope"},
    {'d', EditOp::kSetMemoryLimit, 0, 16, nullptr},
    {'d', EditOp::kSetMemoryRequest, 0, 8, nullptr},
    {'d', EditOp::kSetCpuLimit, 0, 500, nullptr},
    {'d', EditOp::kSetCpuRequest, 0, 50, nullptr},
    {'d', EditOp::kSetProbePort, kLivenessProbe, 9999, nullptr},
    {'d', EditOp::kSetProbePath, kLivenessProbe, 0, "/nope"},
    {'d', EditOp::kRemoveProbe, kLivenessProbe, 0, nullptr},
    {'d', EditOp::kSetNodeSelector, 0, 0, "no-such-node"},
    {'d', EditOp::kRemoveNodeSelector, 0, 0, nullptr},
    {'d', EditOp::kSetReplicas, 0, 7, nullptr},
    {'d', EditOp::kSetPaused, 0, 1, nullptr},
    {'s', EditOp::kSetTargetPort, 0, 9999, nullptr},
    {'s', EditOp::kSetSelectorValue, 0, 0, "other"},
    {'s', EditOp::kAddSelector, 0, 0, "none"},
    {'s', EditOp::kCopySelector, 0, 0, "web"},
    {'c', EditOp::kRemoveKey, 0, 0, "mode"},
    {'n', EditOp::kAddTaint, 0, 0, "k=v:NoSchedule"},
    {'n', EditOp::kRemoveTaint, 0, 0, nullptr},
    {'d', EditOp::kRestoreApplied, 0, 0, nullptr},
    {'s', EditOp::kRestoreApplied, 0, 0, nullptr},
    {'c', EditOp::kRestoreApplied, 0, 0, nullptr},
    {'d', EditOp::kSetImage, 0, 0, "shop/web:1"},
};

ObjectRef RefOf(const SmallCluster& cluster, char object) {
  return object == 'd'   ? cluster.deployment
         : object == 's' ? cluster.service
         : object == 'c' ? cluster.config
                         : cluster.node;
}

// The Blueprint with an edge for every first step on a loaded object.
void AddEdges(Blueprint& blueprint) {
  const Json labels = {{"app", "web"}};
  for (const Step& step : kSteps) {
    if (TargetOf(step.op) == EditTarget::kColumn) continue;
    for (const LoadedObject& object : blueprint.objects) {
      const ObjectKind kind = static_cast<ObjectKind>(object.kind);
      const char letter = kind == ObjectKind::kDeployment  ? 'd'
                          : kind == ObjectKind::kService   ? 's'
                          : kind == ObjectKind::kConfigMap ? 'c'
                                                           : 'n';
      if (letter != step.object) continue;
      EditInput input{step.op, step.detail, step.number, "", &labels};
      if (step.text != nullptr) {
        input.arg = blueprint.strings.Add(step.text);
        input.text = step.text;
      }
      AddEdge(blueprint, {&object, object.doc, object.tmpl}, input);
    }
  }
}

// Hashes after every step.
std::vector<u64> Play(bool edges, bool memo, bool with_edges) {
  SmallCluster cluster;
  if (with_edges) AddEdges(cluster.blueprint());
  Switches() = {edges, memo};
  std::vector<u64> hashes;
  for (const Step& step : kSteps) {
    const u32 arg = step.text == nullptr ? step.number : cluster.Id(step.text);
    const auto outcome = ApplyEdit(cluster.sim(), RefOf(cluster, step.object), step.op,
                                   step.detail, arg, kAgent);
    EXPECT_TRUE(outcome.ok()) << static_cast<int>(step.op) << " " << outcome.error().Text();
    hashes.push_back(HashWorld(cluster.sim().world));
  }
  Switches() = {};
  return hashes;
}

TEST(Edits, EdgesAndMemoChangeSpeedOnly) {
  const std::vector<u64> slow = Play(false, false, true);
  EXPECT_EQ(Play(true, false, true), slow) << "edges alone";
  EXPECT_EQ(Play(false, true, true), slow) << "memo, filling";
  EXPECT_EQ(Play(false, true, true), slow) << "memo, filled";
  EXPECT_EQ(Play(true, true, true), slow) << "both";
}

class EditTest : public ::testing::Test {
 protected:
  Result<WriteOutcome> Edit(ObjectRef object, EditOp op, u16 detail, u32 arg) {
    return ApplyEdit(cluster_.sim(), object, op, detail, arg, kAgent);
  }
  Json Container() {
    return cluster_.Get(cluster_.deployment)["spec"]["template"]["spec"]["containers"][0];
  }
  SmallCluster cluster_;
};

TEST_F(EditTest, EachOperationChangesItsField) {
  ASSERT_TRUE(Edit(cluster_.deployment, EditOp::kSetImage, 0, cluster_.Id("x/y:3"))->changed);
  EXPECT_EQ(Container()["image"], "x/y:3");
  ASSERT_TRUE(Edit(cluster_.deployment, EditOp::kSetCommand, 0, cluster_.Id("/x"))->changed);
  EXPECT_EQ(Container()["command"], Json::array({"/x", "serve"}));
  ASSERT_TRUE(Edit(cluster_.deployment, EditOp::kSetCommand, 0, 0)->changed);
  EXPECT_FALSE(Container().contains("command"));
  ASSERT_TRUE(Edit(cluster_.deployment, EditOp::kSetProbePort, kLivenessProbe, 1234)->changed);
  EXPECT_EQ(Container()["livenessProbe"]["httpGet"]["port"], 1234);
  ASSERT_TRUE(Edit(cluster_.deployment, EditOp::kRemoveProbe, kLivenessProbe, 0)->changed);
  EXPECT_FALSE(Container().contains("livenessProbe"));
  ASSERT_TRUE(Edit(cluster_.service, EditOp::kSetTargetPort, 0, 9090)->changed);
  EXPECT_EQ(cluster_.Get(cluster_.service)["spec"]["ports"][0]["targetPort"], 9090);
  ASSERT_TRUE(Edit(cluster_.config, EditOp::kRemoveKey, 0, cluster_.Id("mode"))->changed);
  EXPECT_EQ(cluster_.Get(cluster_.config)["data"], Json::parse(R"({"level": "3"})"));
}

TEST_F(EditTest, AMemoryLimitTakesALargerRequestWithIt) {
  ASSERT_TRUE(Edit(cluster_.deployment, EditOp::kSetMemoryLimit, 0, 4)->changed);
  EXPECT_EQ(Container()["resources"]["limits"]["memory"], "4Mi");
  EXPECT_EQ(Container()["resources"]["requests"]["memory"], "4Mi");
  ASSERT_TRUE(Edit(cluster_.deployment, EditOp::kSetMemoryLimit, 0, 256)->changed);
  EXPECT_EQ(Container()["resources"]["requests"]["memory"], "4Mi");
}

TEST_F(EditTest, RestoreAppliedBringsBackExactlyWhatWasLoaded) {
  const RevId doc = cluster_.sim().At<Service>(cluster_.service.row).doc;
  const RevId tmpl = cluster_.sim().At<Deployment>(cluster_.deployment.row).tmpl;
  ASSERT_TRUE(Edit(cluster_.service, EditOp::kAddSelector, 0, cluster_.Id("tier=x"))->changed);
  EXPECT_NE(cluster_.sim().At<Service>(cluster_.service.row).doc, doc);
  ASSERT_TRUE(Edit(cluster_.service, EditOp::kRestoreApplied, 0, 0)->changed);
  EXPECT_EQ(cluster_.sim().At<Service>(cluster_.service.row).doc, doc);
  EXPECT_FALSE(Edit(cluster_.service, EditOp::kRestoreApplied, 0, 0)->changed);
  ASSERT_TRUE(Edit(cluster_.deployment, EditOp::kSetReplicas, 0, 0)->changed);
  ASSERT_TRUE(Edit(cluster_.deployment, EditOp::kSetImage, 0, cluster_.Id("x/y:3"))->changed);
  ASSERT_TRUE(Edit(cluster_.deployment, EditOp::kRestoreApplied, 0, 0)->changed);
  const Deployment& row = cluster_.sim().At<Deployment>(cluster_.deployment.row);
  EXPECT_EQ(row.tmpl, tmpl);
  EXPECT_EQ(row.replicas, 2);
}

TEST_F(EditTest, ElementsThatDoNotExistAreNotFound) {
  const struct {
    ObjectRef object;
    EditOp op;
    u16 detail;
    u32 arg;
  } kCases[] = {{cluster_.deployment, EditOp::kSetImage, 3, cluster_.Id("web")},
                {cluster_.deployment, EditOp::kSetProbePort, kReadinessProbe, 80},
                {cluster_.service, EditOp::kSetTargetPort, 4, 80},
                {cluster_.service, EditOp::kSetSelectorValue, 9, cluster_.Id("web")},
                {cluster_.service, EditOp::kCopySelector, 0, cluster_.Id("none")},
                {cluster_.config, EditOp::kRemoveKey, 0, cluster_.Id("absent")},
                {cluster_.node, EditOp::kRemoveTaint, 0, 0}};
  for (const auto& c : kCases) {
    const auto outcome = Edit(c.object, c.op, c.detail, c.arg);
    ASSERT_FALSE(outcome.ok()) << static_cast<int>(c.op);
    EXPECT_EQ(outcome.error().code, ErrorCode::kNotFound);
  }
}

TEST_F(EditTest, AnOperationOfAnotherKindIsABadRequest) {
  const auto outcome = Edit(cluster_.service, EditOp::kSetImage, 0, cluster_.Id("web"));
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, ErrorCode::kBadRequest);
}

TEST_F(EditTest, RemovingWhatIsNotThereChangesNothing) {
  EXPECT_FALSE(Edit(cluster_.deployment, EditOp::kRemoveNodeSelector, 0, 0)->changed);
  EXPECT_FALSE(Edit(cluster_.deployment, EditOp::kRemoveProbe, kReadinessProbe, 0)->changed);
}

}  // namespace
}  // namespace wt
