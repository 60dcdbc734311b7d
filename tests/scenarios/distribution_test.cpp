// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "scenarios/read_distribution.h"
#include "sim/random.h"

namespace wt {
namespace {

struct Read {
  Distribution law;
  std::vector<Error> errors;
};

Read ReadLaw(const std::string& text, const ValueRule& rule) {
  Read read;
  const auto documents = ReadYaml("v: " + text, "t.yaml");
  EXPECT_TRUE(documents.ok()) << text;
  const Field root(documents->front(), read.errors);
  read.law = ReadDistribution(root["v"], rule, Distribution::Of(rule.unit, 0));
  return read;
}

TEST(Distribution, EveryFormIsRead) {
  const ValueRule duration{.unit = Unit::kDuration};
  EXPECT_EQ(SampleDuration(ReadLaw("90s", duration).law, 0.7), 90 * kSecond);
  EXPECT_EQ(SampleDuration(ReadLaw("{uniform: [60s, 180s]}", duration).law, 0.5), 120 * kSecond);
  EXPECT_EQ(SampleDuration(ReadLaw("{choice: [1s, 2s]}", duration).law, 0.5), 2 * kSecond);
  EXPECT_EQ(SampleDuration(ReadLaw("{weighted: {1s: 3, 2s: 1}}", duration).law, 0.74), kSecond);
  const Distribution law = ReadLaw("{lognormal: {median: 2s, p99: 6s}}", duration).law;
  EXPECT_NEAR(static_cast<f64>(SampleDuration(law, 0.5)), 2e9, 1e3);
  EXPECT_NEAR(static_cast<f64>(SampleDuration(law, 0.99)), 6e9, 1e3);
  const Distribution text = ReadLaw("{choice: [profile, geo]}", {.unit = Unit::kText}).law;
  EXPECT_EQ(SampleText(text, 0.1), "profile");
  EXPECT_EQ(SampleText(text, 0.9), "geo");
}

TEST(Distribution, UniformCountsReachBothEnds) {
  const Distribution law = ReadLaw("{uniform: [2, 4]}", {.unit = Unit::kCount}).law;
  EXPECT_EQ(SampleNumber(law, 0.0), 2);
  EXPECT_EQ(SampleNumber(law, 0.5), 3);
  EXPECT_EQ(SampleNumber(law, 0.999), 4);
}

TEST(Distribution, MeanAndVariationAgreeWithDraws) {
  for (const char* text : {"{lognormal: {median: 3, p99: 12}}", "{uniform: [1, 5]}",
                           "{weighted: {\"1\": 1, \"10\": 3}}", "{choice: [1, 2, 6]}"}) {
    const Distribution law = ReadLaw(text, {.unit = Unit::kNumber}).law;
    f64 sum = 0, squares = 0;
    constexpr u32 kDraws = 400'000;
    for (u32 i = 0; i < kDraws; ++i) {
      const f64 x = SampleNumber(law, DrawUniform({7}, Stream::kGenerator, 1, i));
      sum += x;
      squares += x * x;
    }
    const f64 mean = sum / kDraws;
    EXPECT_NEAR(mean / Mean(law), 1.0, 0.01) << text;
    EXPECT_NEAR((squares / kDraws - mean * mean) / (mean * mean), SquaredVariation(law),
                0.03 * (1 + SquaredVariation(law)))
        << text;
  }
}

TEST(Distribution, BadLawsAreRefusedWithPlaceAndExpectation) {
  struct Row {
    const char* text;
    Unit unit;
    const char* expected;
  };
  const Row rows[] = {
      {"{unifrom: [1s, 2s]}", Unit::kDuration, "did you mean \"uniform\"?"},
      {"{uniform: [2s, 1s]}", Unit::kDuration, "v.uniform: the first end is above the second"},
      {"{uniform: [1s]}", Unit::kDuration, "expected [low, high]"},
      {"{uniform: [1s, 2]}", Unit::kDuration, "t.yaml:1:19: v.uniform[1]: \"2\" is not readable"},
      {"{lognormal: {median: 6s, p99: 2s}}", Unit::kDuration, "0 < median <= p99"},
      {"{lognormal: {median: 6s}}", Unit::kDuration, "p99: missing"},
      {"{choice: []}", Unit::kDuration, "nothing to choose from"},
      {"{weighted: {1s: 0}}", Unit::kDuration, "expected a number above 0"},
      {"{choice: [1s], uniform: [1s, 2s]}", Unit::kDuration, "exactly one of"},
      {"[1s]", Unit::kDuration, "expected a duration such as"},
      {"120", Unit::kRate, "expected a rate such as 120rps"},
      {"-1", Unit::kCount, "out of range"},
      {"1.5", Unit::kCount, "expected a whole number"},
      {"{uniform: [a, b]}", Unit::kText, "expected choice or weighted"},
  };
  for (const Row& row : rows) {
    const Read read = ReadLaw(row.text, {.unit = row.unit});
    ASSERT_EQ(read.errors.size(), 1u) << row.text;
    EXPECT_NE(read.errors[0].Text().find(row.expected), std::string::npos)
        << row.text << " -> " << read.errors[0].Text();
  }
}

}  // namespace
}  // namespace wt
