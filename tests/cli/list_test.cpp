// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/list.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/commands/shared.h"
#include "faults/all_faults.h"
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

TEST(List, FaultsAndAgentsNeedNoFolderAndAreThoseThatScenariosAndFlagsTake) {
  const std::vector<Listed> faults = *ListKind("/nowhere", "faults");
  ASSERT_EQ(faults.size(), AllFaults().size());
  for (const Listed& row : faults) {
    EXPECT_NE(FindFault(row.name), nullptr);
    EXPECT_FALSE(row.text.empty()) << row.name;
  }
  const auto json = nlohmann::json::parse(ListJson("faults", faults));
  EXPECT_EQ(json["faults"][0]["name"], json["fault_ids"][0]);
  EXPECT_EQ(json["fault_ids"].size(), faults.size());
  const std::vector<Listed> agents = *ListKind("/nowhere", "agents");
  for (const Listed& row : agents) {
    EXPECT_FALSE(row.text.empty()) << row.name;
    if (row.group == "scripted") {
      EXPECT_TRUE(AgentNamed(row.name).ok()) << row.name;
    }
  }
}

TEST(List, AScenarioSaysWhatItIsAboutAndABrokenOneStaysAName) {
  const TempDir root;
  root.Write("scenarios/catalog/services/broken.yaml", "spec: [");
  root.Write("scenarios/catalog/services/port.yaml",
             "apiVersion: wavetank.dev/v1\nkind: Scenario\nmetadata: {name: port}\n"
             "spec:\n  app: .\n  faults:\n"
             "    - {kind: service-target-port-wrong, target: {service: any}, at: 60s}\n");
  std::vector<Listed> rows = *ListKind(root.path, "scenarios");
  DescribeScenarios(root.path, rows);
  EXPECT_FALSE(rows[0].loaded);
  ASSERT_TRUE(rows[1].loaded);
  EXPECT_EQ(rows[1].faults, std::vector<std::string>{"service-target-port-wrong"});
  const auto json = nlohmann::json::parse(ListJson("scenarios", rows))["scenarios"];
  EXPECT_FALSE(json[0].contains("class"));
  EXPECT_EQ(json[1]["class"], "faulty");
  EXPECT_EQ(json[1]["task"], "resolve");
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
