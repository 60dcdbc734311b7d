// SPDX-License-Identifier: Apache-2.0
// The loader's half of the agreement with docs/scenario.schema.json; schema_test.py is the other.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "scenarios/load_scenario.h"
#include "scenarios/scenario_schema.h"
#include "scenarios/yaml.h"
#include "tests/scenarios/ten_kinds.h"

namespace wt {
namespace {

const LoadOptions kOptions{.kinds = kTenKinds,
                           .apps_dir = WT_SOURCE_DIR "/scenarios/apps",
                           .profiles_dir = WT_SOURCE_DIR "/scenarios/profiles"};

std::vector<std::string> Files(const std::string& folder) {
  const auto files = ListScenarioFiles(WT_SOURCE_DIR "/tests/scenarios/data/" + folder);
  EXPECT_TRUE(files.ok());
  return *files;
}

TEST(SchemaAgreement, TheLoaderAcceptsWhatTheSchemaAccepts) {
  for (const std::string& file : Files("good")) {
    const auto scenario = LoadScenario(file, kOptions);
    EXPECT_TRUE(scenario.ok()) << scenario.error().Text();
  }
}

TEST(SchemaAgreement, TheLoaderRefusesWhatTheSchemaRefusesWithAPlace) {
  for (const char* folder : {"bad", "bad_values"}) {
    for (const std::string& file : Files(folder)) {
      const auto scenario = LoadScenario(file, kOptions);
      ASSERT_FALSE(scenario.ok()) << file;
      EXPECT_EQ(scenario.error().code, ErrorCode::kInvalidInput);
      const bool placed = scenario.error().where.find(".yaml:") != std::string::npos;
      EXPECT_TRUE(placed || file.ends_with("two-documents.yaml")) << scenario.error().Text();
    }
  }
}

// WT_UPDATE=1 rewrites the file.
TEST(SchemaAgreement, TheSchemaListsTheFaultKindsOfTheTable) {
  const std::string path = WT_SOURCE_DIR "/docs/scenario.schema.json";
  const auto text = ReadTextFile(path, 1u << 20);
  ASSERT_TRUE(text.ok());
  const auto filled = SchemaWithFaultKinds(*text, kTenKinds);
  ASSERT_TRUE(filled.ok());
  if (std::getenv("WT_UPDATE") != nullptr) std::ofstream(path) << *filled;
  EXPECT_TRUE(std::getenv("WT_UPDATE") != nullptr || *filled == *text)
      << "docs/scenario.schema.json is behind the table; run with WT_UPDATE=1";
  EXPECT_FALSE(SchemaWithFaultKinds("[]", kTenKinds).ok());
}

}  // namespace
}  // namespace wt
