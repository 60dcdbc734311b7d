// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/kinds.h"

#include <gtest/gtest.h>

#include <set>

namespace wt {
namespace {

TEST(Kinds, EachHasASchemaTypeAndAnOwnName) {
  std::set<std::string> plurals;
  for (const KindInfo& kind : AllKinds()) {
    EXPECT_NE(FindType(kind.schema_type), kNoType) << kind.kind;
    EXPECT_TRUE(plurals.insert(std::string(kind.plural) + "." + std::string(kind.group)).second);
  }
}

TEST(Kinds, AreFoundByGroupVersionAndName) {
  ASSERT_NE(FindKind("apps/v1", "Deployment"), nullptr);
  EXPECT_EQ(FindKind("apps/v1", "Deployment")->plural, "deployments");
  EXPECT_EQ(FindKind("v1", "Deployment"), nullptr);
  EXPECT_EQ(FindKind("apps/v1beta1", "Deployment"), nullptr);
  EXPECT_FALSE(FindKind("v1", "Node")->namespaced);
}

}  // namespace
}  // namespace wt
