// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "realcluster/fidelity/report.h"
#include "tests/realcluster/fidelity/built_trace.h"

namespace wt {
namespace {

FidelityReport Example() {
  std::vector<EpisodeDigest> real, simulated;
  for (u64 i = 0; i < 3; ++i) {
    for (const bool is_real : {true, false}) {
      Trace trace = EmptyTrace(is_real, is_real ? 7 : 7 + i, 200);
      trace.header.repetition = static_cast<u32>(i + 1);
      AddPod(trace, 0, {});
      AddPod(trace, 61 + 0.1 * static_cast<f64>(i), {.terminated = "OOMKilled"});
      if (is_real) AddEvent(trace, 64, {.reason = "BackOff", .warning = true});
      AddTraffic(trace, 0, 200, 8, 0);
      (is_real ? real : simulated).push_back(DigestOf(trace));
    }
  }
  FidelityReport report = CompareWorlds(real, simulated);
  report.suite = "slice";
  return report;
}

TEST(FidelityReport, JsonHasWhatScriptsRelyOn) {
  const auto json = nlohmann::json::parse(FidelityJson(Example()));
  EXPECT_EQ(json.at("schema"), "wavetank.real-validate/1");
  EXPECT_EQ(json.at("verdict").at("agreement"), 1.0);
  EXPECT_TRUE(json.at("verdict").at("kappa").is_null());
  EXPECT_EQ(json.at("verdict").at("kappa_why"), "every verdict is the same in both worlds");
  EXPECT_EQ(json.at("verdict").at("n"), 3);
  EXPECT_LT(json.at("events").at("lcs"), 1.0);
  EXPECT_EQ(json.at("events").at("lcs_among_real"), 1.0);
  const auto& symptom = json.at("times").at("testbed/hotel-oom").at("rule").at("fault_to_symptom");
  EXPECT_NEAR(symptom.at("real").at("median").get<double>(), 1.1, 1e-9);
  EXPECT_EQ(symptom.at("ks"), 0.0);
  EXPECT_TRUE(json.at("policies").at("srcc").is_null());
  EXPECT_EQ(json.at("policies").at("mmrv_why"), "fewer than 3 policies");
  const auto& one_sided = json.at("groups").at(0).at("events").at("one_sided");
  ASSERT_EQ(one_sided.size(), 1u);
  EXPECT_EQ(one_sided[0].at("what"), "BackOff");
}

TEST(FidelityReport, TextTellsBothSidesAndWhatOnlyOneHas) {
  const std::string text = FidelityText(Example());
  EXPECT_NE(text.find("1.10 (1.00 to 1.20), 3"), std::string::npos) << text;
  EXPECT_NE(text.find("BackOff"), std::string::npos) << text;
}

TEST(FidelityReport, MarkdownStandsBetweenItsMarkersAndNamesNoCommit) {
  const std::string text = FidelityMarkdown(Example());
  EXPECT_TRUE(text.starts_with(std::string(kFidelityBegin) + "\n"));
  EXPECT_TRUE(text.ends_with(std::string(kFidelityEnd) + "\n"));
  EXPECT_EQ(text.find("abc"), std::string::npos) << "the engine's commit: it would never be equal";
  EXPECT_EQ(text.find("<hash"), std::string::npos) << "angle brackets are escaped";
}

}  // namespace
}  // namespace wt
