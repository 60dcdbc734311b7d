// SPDX-License-Identifier: Apache-2.0
#include "realcluster/calibrate/fit.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/math.h"
#include "tests/realcluster/calibrate/stored.h"

namespace wt {
namespace {

const std::string kProfile = WT_SOURCE_DIR "/scenarios/profiles/testbed.yaml";

// n quantiles of a log-normal, as evenly spread as a sample can be.
std::vector<double> LogNormal(double median, double p99, int n) {
  const double sigma = std::log(p99 / median) / 2.3263478740408408;
  std::vector<double> out;
  for (int i = 0; i < n; ++i) {
    out.push_back(median * std::exp(sigma * NormalQuantile((i + 0.5) / n)));
  }
  return out;
}

TEST(Fit, FindsTheLawThatSamplesCameFrom) {
  for (const int n : {31, 60, 1001}) {
    const Delay fit = FitDelay(LogNormal(120, 900, n));
    EXPECT_NEAR(fit.median_ms, 120, 2) << n;
    EXPECT_NEAR(fit.p99_ms, 900, 20) << n;
  }
}

TEST(Fit, OfWaitsForTheNextListWhatComesAfterItIsFound) {
  std::vector<double> values;
  for (int i = 0; i < 100; ++i) values.push_back(30 + (i + 0.5) * 10);
  const Delay fit = FitAfterWait(values);
  EXPECT_NEAR(fit.median_ms, 30, 1);
  EXPECT_GE(fit.p99_ms, fit.median_ms);
  EXPECT_EQ(FitAfterWait({10, 500}).median_ms, 1);
}

TEST(KeepOthers, LeavesOutWhatIsMeasuredAnewAndRefusesAnotherCluster) {
  SampleSet earlier;
  earlier.about = {{"date", "2026-01-01"}, {"kernel", "6.1"}, {"load_average", "0.1-0.2"}};
  earlier.samples = {{"pod", 1, {}}, {"deployment", 1, {}}, {"pod", 2, {}}};
  const auto kept =
      KeepOthers(earlier, {"deployment"}, {{"date", "2026-01-02"}, {"kernel", "6.1"}});
  ASSERT_TRUE(kept.ok()) << kept.error().Text();
  ASSERT_EQ(kept->samples.size(), 2u);
  EXPECT_EQ(kept->samples[1].run, 2);
  EXPECT_EQ(kept->about.at("date"), "2026-01-01, 2026-01-02");
  EXPECT_EQ(kept->about.at("load_average"), "0.1-0.2");
  const auto other = KeepOthers(earlier, {"pod"}, {{"kernel", "6.2"}});
  ASSERT_FALSE(other.ok());
  EXPECT_NE(other.error().Text().find("kernel 6.1 there, 6.2 here"), std::string::npos);
}

TEST(Fit, LowOutliersDoNotMoveTheTail) {
  std::vector<double> values = LogNormal(100, 400, 40);
  const Delay before = FitDelay(values);
  values[0] = values[1] = 1;
  EXPECT_EQ(FitDelay(values).p99_ms, before.p99_ms);
}

TEST(Fit, EqualSamplesAreAConstant) {
  const Delay fit = FitDelay(std::vector<double>(30, 42));
  EXPECT_EQ(fit.median_ms, 42);
  EXPECT_EQ(fit.p99_ms, 42);
}

TEST(Samples, AreReadBackAsTheyWereWritten) {
  SampleSet set;
  set.about = {{"date", "2026-01-01"}};
  set.samples = {{"pod", 1, {{"seen", 10.5}, {"ready", 900}}}, {"kill", 2, {}}};
  const auto read = ReadSamples(SamplesText(set), "x");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(SamplesText(*read), SamplesText(set));
  EXPECT_EQ(Spans(*read, {"pod"}, "seen", "ready"), std::vector<double>{889.5});
}

TEST(Samples, WhatIsNoneNamesItsLine) {
  const auto lacking = ReadSamples("{\"about\": {\"date\": \"x\"}}\n{\"run\": 1}\n", "x.jsonl");
  ASSERT_FALSE(lacking.ok());
  EXPECT_EQ(lacking.error().where, "x.jsonl:2");
  EXPECT_FALSE(ReadSamples("", "x").ok() && !ReadSamples("", "x")->about.empty());
  EXPECT_FALSE(ReadSamples("{}\n", "x").ok());
  EXPECT_FALSE(ReadSamples("{", "x").ok());
}

TEST(Fit, TheStoredSamplesGiveTheStoredProfile) {
  const auto stored = ReadTextFile(kProfile, 1u << 20);
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(ProfileText(FitProfile(StoredSamples(), "testbed")), *stored)
      << "`wavetank real calibrate --from scenarios/profiles/testbed.samples.jsonl --out "
         "scenarios/profiles/testbed.yaml` writes it again";
}

TEST(Fit, ThirtyRepetitionsStandBehindThePodsOfTheStoredProfile) {
  const SampleSet samples = StoredSamples();
  EXPECT_GE(Spans(samples, {"pod"}, "seen", "ready").size(), 30u);
  EXPECT_GE(Spans(samples, {"kill"}, "killed", "ready-again").size(), 30u);
  for (const char* name : {"date", "kubernetes", "runtime", "cores", "load_average"}) {
    EXPECT_TRUE(samples.about.contains(name)) << name;
  }
}

}  // namespace
}  // namespace wt
