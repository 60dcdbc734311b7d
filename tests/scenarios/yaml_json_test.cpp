// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "scenarios/yaml.h"
#include "scenarios/yaml_scalar.h"

namespace wt {
namespace {

using nlohmann::json;

json Parse(const std::string& text) {
  const auto documents = ReadYaml(text, "t.yaml");
  EXPECT_TRUE(documents.ok()) << (documents.ok() ? "" : documents.error().Text());
  if (!documents.ok() || documents->empty()) return nullptr;
  return *documents->front().value;
}

std::string ErrorOf(const std::string& text, const YamlLimits& limits = {}) {
  const auto documents = ReadYaml(text, "t.yaml", limits);
  EXPECT_FALSE(documents.ok());
  return documents.ok() ? "" : documents.error().Text();
}

TEST(Yaml, PlainScalarsResolveAsKubectlDoes) {
  struct Row {
    const char* text;
    const char* expected;
  };
  const Row rows[] = {{"yes", "true"},
                      {"on", "true"},
                      {"y", "true"},
                      {"N", "false"},
                      {"Off", "false"},
                      {"TRUE", "true"},
                      {"tRue", "\"tRue\""},
                      {"~", "null"},
                      {"Null", "null"},
                      {"", "null"},
                      {"0777", "511"},
                      {"0o17", "15"},
                      {"0x1F", "31"},
                      {"0b101", "5"},
                      {"-0b11", "-3"},
                      {"1_000", "1000"},
                      {"+12", "12"},
                      {"-7", "-7"},
                      {"089", "89"},
                      {"1.5", "1.5"},
                      {"2.0", "2"},
                      {"1e3", "1000"},
                      {".5", "0.5"},
                      {"5.", "5"},
                      {"1e", "\"1e\""},
                      {"1:30", "\"1:30\""},
                      {"2024-01-02", "\"2024-01-02\""},
                      {"500m", "\"500m\""},
                      {"1Gi", "\"1Gi\""},
                      {"0.1.2", "\"0.1.2\""},
                      {"12e03", "12000"},
                      {"9223372036854775807", "9223372036854775807"},
                      {"18446744073709551615", "18446744073709551615"}};
  for (const Row& row : rows) {
    EXPECT_EQ(Parse("v: " + std::string(row.text))["v"].dump(), row.expected) << row.text;
  }
}

TEST(Yaml, QuotedAndTaggedScalarsAreStrings) {
  EXPECT_EQ(Parse("v: \"yes\"")["v"], "yes");
  EXPECT_EQ(Parse("v: '0777'")["v"], "0777");
  EXPECT_EQ(Parse("v: !!str 12")["v"], "12");
  EXPECT_EQ(Parse("v: |\n  12\n")["v"], "12\n");
  EXPECT_EQ(Parse("v: ''")["v"], "");
}

TEST(Yaml, KeysBecomeStrings) {
  const json value = Parse("1: a\non: b\n'x': c\n");
  EXPECT_EQ(value["1"], "a");
  EXPECT_EQ(value["true"], "b");
  EXPECT_EQ(value["x"], "c");
}

TEST(Yaml, MergeKeysWorkAndOwnKeysWin) {
  const json value = Parse(
      "base: &b {k: 1, l: 2}\nother: &o {l: 3, m: 4}\n"
      "one: {k: 9, <<: *b}\nmany:\n  <<: [*b, *o]\n  w: 5\n");
  EXPECT_EQ(value["one"], json({{"k", 9}, {"l", 2}}));
  EXPECT_EQ(value["many"], json({{"k", 1}, {"l", 2}, {"m", 4}, {"w", 5}}));
  EXPECT_NE(ErrorOf("a: {<<: 3}").find("<< can merge only maps"), std::string::npos);
}

TEST(Yaml, AKeyGivenTwiceIsAnErrorWithItsPlace) {
  EXPECT_EQ(ErrorOf("a: 1\nb: 2\n  \na: 3\n"),
            "t.yaml:4:1: key \"a\" is given twice (first at line 1)");
  EXPECT_EQ(ErrorOf("x:\n  - {q: 1, q: 2}\n"),
            "t.yaml:2:12: key \"q\" is given twice (first at line 2)");
}

TEST(Yaml, SeveralDocumentsAndEmptyOnes) {
  const auto documents = ReadYaml("---\n# nothing\n---\na: 1\n---\n\n---\nb: 2\n...\n", "t.yaml");
  ASSERT_TRUE(documents.ok());
  ASSERT_EQ(documents->size(), 2u);
  EXPECT_EQ((*documents)[1].Of("/b").line, 8u);
  EXPECT_TRUE(ReadYaml("", "t.yaml").ok());
  EXPECT_TRUE(ReadYaml("", "t.yaml")->empty());
}

TEST(Yaml, EveryValueHasItsPlace) {
  const auto documents = ReadYaml("a:\n  b:\n    - x: 1\n      y/z: 2\n", "t.yaml");
  ASSERT_TRUE(documents.ok());
  const YamlDocument& document = documents->front();
  EXPECT_EQ(document.Of("/a/b/0/x").line, 3u);
  EXPECT_EQ(document.Of("/a/b/0/x").column, 10u);
  EXPECT_EQ(document.OfKey("/a/b/0/y~1z").column, 7u);
  EXPECT_EQ(document.Of("/a/b/0/missing/deeper").line, 3u);
}

TEST(Yaml, JsonIsReadToo) {
  const json value = Parse("{\"a\":1,\n\t\"b\":[true,null,\"\\ud83d\\ude00\\/\"],\"c\":\"yes\"}");
  EXPECT_EQ(value["a"], 1);
  EXPECT_EQ(value["b"][2], "\xF0\x9F\x98\x80/");
  EXPECT_EQ(value["c"], "yes");
}

TEST(Yaml, AliasBombsDepthAndSizeAreBounded) {
  std::string bomb = "a0: &a0 [1,2,3,4,5,6,7,8,9,10]\n";
  for (int i = 1; i < 10; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += (k ? ", *a" : "*a") + std::to_string(i - 1);
    bomb += "]\n";
  }
  EXPECT_NE(ErrorOf(bomb).find("too many values"), std::string::npos);
  EXPECT_NE(ErrorOf("a: &a [*a]").find("nested deeper"), std::string::npos);
  EXPECT_FALSE(ReadYaml(std::string(100'000, '['), "t.yaml").ok());
  std::string deep = std::string(200, '[') + "1" + std::string(200, ']');
  EXPECT_NE(ErrorOf(deep).find("nested deeper than 100"), std::string::npos);
  EXPECT_NE(ErrorOf("abcdef: 1", {.bytes_max = 4}).find("longer than 4 bytes"), std::string::npos);
}

TEST(Yaml, BrokenTextNamesThePlace) {
  EXPECT_EQ(ErrorOf("a: [1, 2\nb: 3\n").substr(0, 7), "t.yaml:");
  EXPECT_EQ(ErrorOf("ok: 1\nbad: \xff\n"),
            "t.yaml:2:6: not valid UTF-8 text; expected YAML or JSON");
  EXPECT_EQ(ErrorOf("a: .inf\n"), "t.yaml:1:4: \".inf\" is not a number JSON can hold");
  EXPECT_EQ(ErrorOf("~: 1\n"), "t.yaml:1:1: a map key must not be null");
  EXPECT_EQ(ReadYamlFile("/nonexistent/x.yaml").error().Text(),
            "/nonexistent/x.yaml: cannot be opened");
}

}  // namespace
}  // namespace wt
