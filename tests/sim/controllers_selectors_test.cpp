// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "sim/controllers/controllers.h"
#include "sim/controllers/pod_hash.h"
#include "sim/transitions.h"
#include "tests/sim/test_world.h"

namespace wt {
namespace {

class SelectorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    world.AddImage("shop/web:1");
    const RevId tmpl = world.Template({.labels = {{"app", "web"}, {"tier", "front"}}});
    const RevId doc = world.DeploymentDoc({});
    world.Start();
    world.AddDeployment("web", doc, tmpl, 1);
    world.Run(5);
    pod = world.Pods().at(0);
  }

  // One matchExpression.
  bool Matches(const std::string& key, SelectorOp op, const std::vector<std::string>& values) {
    struct {
      Selector selector;
      SelectorTerm terms[4];
    } blob;
    u16 count = 0;
    for (const std::string& value : values) {
      blob.terms[count++] = {world.Str(key), world.Str(value), op, 0, 0};
    }
    if (values.empty()) blob.terms[count++] = {world.Str(key), 0, op, 0, 0};
    blob.selector.terms = {static_cast<u16>(offsetof(decltype(blob), terms)), count};
    return MatchesSelector(world.sim(), &blob, blob.selector, pod);
  }

  TestWorld world;
  u32 pod = 0;
};

TEST_F(SelectorTest, SetBasedTermsMatchAsInKubernetes) {
  EXPECT_TRUE(Matches("app", SelectorOp::kIn, {"api", "web"}));
  EXPECT_FALSE(Matches("app", SelectorOp::kIn, {"api"}));
  EXPECT_FALSE(Matches("zone", SelectorOp::kIn, {"a"}));
  EXPECT_FALSE(Matches("app", SelectorOp::kNotIn, {"api", "web"}));
  EXPECT_TRUE(Matches("app", SelectorOp::kNotIn, {"api"}));
  EXPECT_TRUE(Matches("zone", SelectorOp::kNotIn, {"a"}));  // absent keys are not in any set
  EXPECT_TRUE(Matches("tier", SelectorOp::kExists, {}));
  EXPECT_FALSE(Matches("zone", SelectorOp::kExists, {}));
  EXPECT_TRUE(Matches("zone", SelectorOp::kDoesNotExist, {}));
  EXPECT_FALSE(Matches("tier", SelectorOp::kDoesNotExist, {}));
}

TEST_F(SelectorTest, HashLabelIsTheOwners) {
  const u32 owner = world.At<Pod>(pod).owner;
  const std::string hash(RenderHash(world.At<ReplicaSet>(owner).hash).view());
  EXPECT_TRUE(Matches("pod-template-hash", SelectorOp::kIn, {hash}));
  EXPECT_FALSE(Matches("pod-template-hash", SelectorOp::kIn, {"5c9d7bf84"}));
  EXPECT_TRUE(Matches("pod-template-hash", SelectorOp::kExists, {}));
}

TEST_F(SelectorTest, EmptySelectorMatchesAllAndNilNone) {
  Selector all, none;
  none.matches_nothing = 1;
  EXPECT_TRUE(MatchesSelector(world.sim(), &all, all, pod));
  EXPECT_FALSE(MatchesSelector(world.sim(), &none, none, pod));
}

}  // namespace
}  // namespace wt
