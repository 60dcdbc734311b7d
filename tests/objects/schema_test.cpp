// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/schema.h"

#include <gtest/gtest.h>

#include "sim/objects/kinds.h"

namespace wt {
namespace {

TEST(Schema, EveryStructFieldHasATarget) {
  for (TypeIndex t = 0; t < AllTypes().size(); ++t) {
    for (const SchemaField& field : FieldsOf(t)) {
      if (field.leaf != Leaf::kStruct) continue;
      EXPECT_NE(field.target, kNoType) << field.type << "." << field.name;
    }
  }
}

TEST(Schema, ContainersMergeByName) {
  const SchemaField* field = FindField(FindType("api.core.v1.PodSpec"), "containers");
  ASSERT_NE(field, nullptr);
  EXPECT_TRUE(field->patch_merge);
  EXPECT_EQ(field->patch_merge_key, "name");
  EXPECT_EQ(AllTypes()[field->target].name, "api.core.v1.Container");
}

TEST(Schema, ATargetInTheSamePackageWins) {
  const SchemaField* field = FindField(FindType("api.discovery.v1.EndpointSlice"), "ports");
  ASSERT_NE(field, nullptr);
  EXPECT_EQ(AllTypes()[field->target].name, "api.discovery.v1.EndpointPort");
}

TEST(Schema, UnknownNamesFindNothing) {
  EXPECT_EQ(FindType("api.core.v1.Nothing"), kNoType);
  EXPECT_EQ(FindField(kNoType, "spec"), nullptr);
  EXPECT_EQ(FindField(FindType("api.core.v1.Pod"), "spek"), nullptr);
}

TEST(Schema, MapsOfQuantitiesAreKnownAsSuch) {
  const SchemaField* field = FindField(FindType("api.core.v1.ResourceRequirements"), "limits");
  ASSERT_NE(field, nullptr);
  EXPECT_EQ(field->shape, Shape::kMap);
  EXPECT_EQ(field->leaf, Leaf::kQuantity);
}

}  // namespace
}  // namespace wt
