// SPDX-License-Identifier: Apache-2.0
#include "cli/read_config.h"

#include <gtest/gtest.h>

#include "tests/cli/temp_dir.h"

namespace wt {
namespace {

TEST(ReadConfig, TheNearestFileUpwardIsRead) {
  const TempDir folder;
  folder.Write("wavetank.yaml", "seed: 1\n");
  folder.Write("project/wavetank.yaml", "seed: 2\nlist:\n  what: [apps]\n");
  folder.Write("project/deep/er/file", "");
  const Result<ConfigFile> config = ReadNearestConfig(folder.path / "project/deep/er");
  ASSERT_TRUE(config.ok());
  ASSERT_NE(config->Find("", "seed"), nullptr);
  EXPECT_EQ(config->Find("", "seed")->words, std::vector<std::string>{"2"});
  ASSERT_NE(config->Find("list", "what"), nullptr);
  EXPECT_EQ(config->Find("list", "what")->where,
            (folder.path / "project/wavetank.yaml").string() + ":3:3");
  EXPECT_EQ(config->Find("", "what"), nullptr);
}

TEST(ReadConfig, AnEmptyFileHasNoEntries) {
  const TempDir folder;
  folder.Write("wavetank.yaml", "# nothing yet\n");
  const Result<ConfigFile> config = ReadNearestConfig(folder.path);
  ASSERT_TRUE(config.ok());
  EXPECT_TRUE(config->entries.empty());
}

struct BadConfig {
  const char* name;
  std::string text;
  const char* place;  // after the file's name; "" where there is none
};

class ReadConfigRefuses : public testing::TestWithParam<BadConfig> {};

TEST_P(ReadConfigRefuses, WithOneLineThatNamesThePlace) {
  const TempDir folder;
  const std::string path = folder.Write("wavetank.yaml", GetParam().text).string();
  const Result<ConfigFile> config = ReadNearestConfig(folder.path);
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().code, ErrorCode::kUsage);
  EXPECT_EQ(config.error().where, path + GetParam().place);
  EXPECT_EQ(config.error().Text().find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Files, ReadConfigRefuses,
    testing::Values(BadConfig{"a_list", "- seed\n", ":1:1"},
                    BadConfig{"not_yaml", "seed: [1\n", ":2:1"},
                    BadConfig{"a_key_twice", "seed: 1\nseed: 2\n", ":2:1"},
                    BadConfig{"a_section_in_a_section", "list:\n  what:\n    deep: 1\n", ":3:5"},
                    BadConfig{"a_map_in_a_list", "seed: [{a: 1}]\n", ":1:8"},
                    BadConfig{"deep_brackets", std::string(100'000, '['), ":1:1"},
                    BadConfig{"too_long", std::string(2'000'000, '#'), ""}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace wt
