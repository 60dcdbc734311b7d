// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/list.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/temp_dir.h"

namespace wt {
namespace {

TEST(List, ScenariosAreTheYamlFilesOfTheCatalogSortedByPath) {
  const TempDir root;
  root.Write("scenarios/catalog/services/b.yaml", "");
  root.Write("scenarios/catalog/services/a.yaml", "");
  root.Write("scenarios/catalog/healthy/z.yaml", "");
  root.Write("scenarios/catalog/services/README.md", "");
  const Result<std::vector<Listed>> rows = ListKind(root.path, "scenarios");
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 3u);
  EXPECT_EQ((*rows)[0].name, "z");
  EXPECT_EQ((*rows)[1].name, "a");
  EXPECT_EQ((*rows)[1].group, "services");
  EXPECT_EQ((*rows)[1].path, "scenarios/catalog/services/a.yaml");
}

TEST(List, AppsAreFoldersAndNothingBelowThem) {
  const TempDir root;
  root.Write("scenarios/apps/hotel/manifests/all.yaml", "");
  root.Write("scenarios/apps/README.md", "");
  const Result<std::vector<Listed>> rows = ListKind(root.path, "apps");
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ((*rows)[0].name, "hotel");
  EXPECT_EQ((*rows)[0].group, "");
}

TEST(List, AMissingFolderIsAnErrorNotAnEmptyList) {
  const TempDir root;
  const Result<std::vector<Listed>> rows = ListKind(root.path, "suites");
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().code, ErrorCode::kEnvironment);
}

TEST(List, JsonHasTheRowsUnderTheNameOfTheKind) {
  const std::vector<Listed> rows{{"hotel", "", "scenarios/apps/hotel"}};
  const auto json = nlohmann::json::parse(ListJson("apps", rows));
  EXPECT_EQ(json["schema"], "wavetank.list/1");
  EXPECT_EQ(json["apps"][0]["name"], "hotel");
  EXPECT_EQ(nlohmann::json::parse(ListJson("apps", {}))["apps"], nlohmann::json::array());
}

}  // namespace
}  // namespace wt
