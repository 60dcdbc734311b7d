// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/fields.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace wt {
namespace {

TEST(Fields, TheLongestPathDecides) {
  EXPECT_EQ(RuleOf("Deployment", "spec.replicas")->owner, FieldOwner::kRow);
  EXPECT_EQ(RuleOf("Deployment", "spec.template.spec.dnsPolicy")->effect, FieldEffect::kCarried);
  EXPECT_EQ(RuleOf("Deployment", "spec.template.spec.containers.0.image")->effect,
            FieldEffect::kImage);
  EXPECT_EQ(RuleOf("Deployment", "spec.template.spec.containers.web.livenessProbe.httpGet.port")
                ->effect,
            FieldEffect::kProbe);
  EXPECT_EQ(RuleOf("Pod", "spec.containers.1.image")->on_patch, OnPatch::kReadsBack);
  EXPECT_EQ(RuleOf("Pod", "spec.containers.1.name")->on_patch, OnPatch::kRefused);
  EXPECT_EQ(RuleOf("Service", "status.loadBalancer")->on_patch, OnPatch::kIgnored);
}

TEST(Fields, APrefixEndsAtAMember) {
  EXPECT_EQ(RuleOf("Deployment", "spec.replicasExtra")->path, "spec");
  EXPECT_EQ(RuleOf("Pod", "metadata.labels.app")->owner, FieldOwner::kDocument);
  EXPECT_EQ(RuleOf("Pod", "metadata.labels.pod-template-hash")->owner, FieldOwner::kDerived);
}

TEST(Fields, AKindsOwnRowWinsOverEveryKinds) {
  EXPECT_EQ(RuleOf("ConfigMap", "metadata.labels.a")->effect, FieldEffect::kCarried);
  EXPECT_EQ(RuleOf("Service", "metadata.labels.a")->effect, FieldEffect::kLabels);
}

TEST(Fields, NoFieldHasTwoRows) {
  std::set<std::string> seen;
  for (const FieldRule& rule : FieldRules()) {
    EXPECT_TRUE(seen.insert(std::string(rule.kind) + " " + std::string(rule.path)).second)
        << rule.kind << " " << rule.path;
  }
}

}  // namespace
}  // namespace wt
