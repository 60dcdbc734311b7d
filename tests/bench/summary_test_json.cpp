// SPDX-License-Identifier: Apache-2.0
// What is summed up of episodes, and how documents say what no episode tells.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "bench/report/report.h"
#include "bench/summary_json.h"

namespace wt {
namespace {

EpisodeResult Episode(u32 scenario, u64 seed, bool faulty, i8 verdict) {
  EpisodeResult out;
  out.scenario = scenario;
  out.seed = seed;
  out.faulty = faulty;
  out.verdict = verdict;
  out.steps = 1;
  return out;
}

Summary Of(const std::vector<EpisodeResult>& episodes) {
  std::vector<const EpisodeResult*> all;
  for (const EpisodeResult& e : episodes) all.push_back(&e);
  return Summarise(all);
}

TEST(Summary, WhoClaimsAFaultOnEveryHealthyClusterIsNotClean) {
  std::vector<EpisodeResult> episodes;
  for (u64 seed = 1; seed <= 4; ++seed) {
    episodes.push_back(Episode(0, seed, false, 0));
    episodes.back().parts.claimed = true;
    episodes.push_back(Episode(1, seed, false, 1));
    episodes.push_back(Episode(2, seed, true, 1));
    episodes.back().parts.claimed = true;  // rightly
  }
  const Summary s = Of(episodes);
  EXPECT_EQ(s.false_action_healthy, 0.0);
  EXPECT_EQ(s.false_claim_healthy, 0.5);
}

TEST(Summary, AWriteIsAFalseActionAndNoClaim) {
  std::vector<EpisodeResult> episodes{Episode(0, 1, false, 0), Episode(0, 2, false, 1)};
  episodes[0].parts.wrote = true;
  const Summary s = Of(episodes);
  EXPECT_EQ(s.false_action_healthy, 0.5);
  EXPECT_EQ(s.false_claim_healthy, 0.0);
}

TEST(Summary, TheMeanLiesInItsIntervalWhenScenariosHaveUnlikeManyEpisodes) {
  std::vector<EpisodeResult> episodes;
  for (u64 seed = 1; seed <= 40; ++seed) episodes.push_back(Episode(0, seed, true, 1));
  for (u64 seed = 1; seed <= 3; ++seed) episodes.push_back(Episode(1, seed, true, 0));
  const Summary s = Of(episodes);
  EXPECT_DOUBLE_EQ(s.verdict_mean, 0.5);
  EXPECT_LT(s.verdict_ci95.low, 0.45) << "three episodes say little of the second scenario";
  EXPECT_GT(s.verdict_ci95.high, 0.55);
}

TEST(Summary, AFigureOfNoEpisodesIsNullInDocuments) {
  const auto none = SummaryJson(Of({}));
  EXPECT_EQ(none["episodes"], 0);
  for (const char* key : {"verdict_mean", "verdict_ci95", "success", "harm", "steps_mean",
                          "looks_mean", "writes_mean", "refused_writes_mean", "ttr_median_s",
                          "false_action_healthy", "false_claim_healthy"}) {
    EXPECT_TRUE(none.at(key).is_null()) << key;
  }
  const auto faulty = SummaryJson(Of({Episode(0, 1, true, 0)}));
  EXPECT_EQ(faulty["verdict_mean"], 0.0);
  EXPECT_EQ(faulty["verdict_ci95"].size(), 2u);
  EXPECT_TRUE(faulty["false_action_healthy"].is_null());
  EXPECT_TRUE(faulty["false_claim_healthy"].is_null());
  const auto healthy = SummaryJson(Of({Episode(0, 1, false, 1)}));
  EXPECT_EQ(healthy["false_action_healthy"], 0.0);
  EXPECT_EQ(healthy["false_claim_healthy"], 0.0);
}

TEST(Summary, WhereNothingWasRepairedThereIsNoTimeToRepair) {
  std::vector<EpisodeResult> episodes{Episode(0, 1, true, 0), Episode(0, 2, false, 1)};
  EXPECT_TRUE(SummaryJson(Of(episodes)).at("ttr_median_s").is_null());
  episodes[0].injected_at = 60 * kSecond;
  const auto cell_of = [&](const nlohmann::json& document) {
    Report report;
    report.agents = {*ReadScores(document.dump(), "results.json")};
    const std::string html = *ReportHtml(report, {.html = "{{sections}}", .chart_js = ""});
    const std::size_t end = html.find("</td></tr>\n</table>");
    return html.substr(html.rfind("<td>", end) + 4, end - html.rfind("<td>", end) - 4);
  };
  std::vector<ScenarioLabel> labels(1);
  auto document = nlohmann::json::parse(ResultsDocument({}, labels, episodes));
  EXPECT_TRUE(document["overall"]["ttr_median_s"].is_null());
  EXPECT_EQ(cell_of(document), "&ndash;");
  document["faulty"]["ttr_median_s"] = 0.0;
  EXPECT_EQ(cell_of(document), "&ndash;") << "of an older run";
  episodes[0].repaired_at = 102 * kSecond;
  document = nlohmann::json::parse(ResultsDocument({}, labels, episodes));
  EXPECT_EQ(document["faulty"]["ttr_median_s"], 42.0);
  EXPECT_EQ(cell_of(document), "42");
}

TEST(Summary, LooksWritesAndRefusedWritesAreMeansOverScenarios) {
  std::vector<EpisodeResult> episodes{Episode(0, 1, true, 1), Episode(0, 2, true, 0),
                                      Episode(1, 1, true, 0)};
  episodes[0].looks = 4;
  episodes[2].looks = 6;
  episodes[0].writes = 2;
  episodes[2].refused_writes = 3;
  const auto s = SummaryJson(Of(episodes));
  EXPECT_EQ(s["looks_mean"], 4.0) << "(4 + 0) / 2 and 6";
  EXPECT_EQ(s["writes_mean"], 0.5);
  EXPECT_EQ(s["refused_writes_mean"], 1.5);
}

TEST(Summary, AReportSaysWhatTheAgentLookedAtAndWrote) {
  std::vector<EpisodeResult> episodes{Episode(0, 1, true, 1), Episode(1, 1, false, 1)};
  episodes[0].looks = 4;
  episodes[0].writes = 2;
  episodes[0].refused_writes = 1;
  episodes[1].looks = 3;
  std::vector<ScenarioLabel> labels(2);
  labels[0].fault_kinds = {"image-not-found"};
  auto document = nlohmann::json::parse(ResultsDocument({}, labels, episodes));
  Report report;
  report.agents = {*ReadScores(document.dump(), "results.json")};
  const std::string now = *ReportHtml(report, {.html = "{{sections}}", .chart_js = ""});
  EXPECT_NE(now.find("<td>4.0 / 3.0</td><td>2.0 / 0.0</td><td>1.0 / 0.0</td>"), std::string::npos)
      << now;
  for (const char* part : {"overall", "faulty", "healthy"}) {
    for (const char* key : {"looks_mean", "writes_mean", "refused_writes_mean"}) {
      document[part].erase(key);
    }
  }
  const Result<AgentScores> older = ReadScores(document.dump(), "results.json");
  ASSERT_TRUE(older) << older.error().Text();
  report.agents = {*older};
  const std::string then = *ReportHtml(report, {.html = "{{sections}}", .chart_js = ""});
  EXPECT_EQ(then.find("4.0 / 3.0"), std::string::npos) << then;
}

TEST(Summary, AReportOfARunWithoutAClassSaysNothingOfThatClass) {
  const std::vector<EpisodeResult> episodes{Episode(0, 1, false, 1), Episode(0, 2, false, 1)};
  ScenarioLabel label;
  label.name = "calm";
  RunInfo info;
  info.agent = "no-op";
  const std::string document = ResultsDocument(info, {label}, episodes);
  const Result<AgentScores> read = ReadScores(document, "results.json");
  ASSERT_TRUE(read) << read.error().Text();
  EXPECT_EQ(read->faulty.episodes, 0u);
  EXPECT_EQ(read->healthy.false_claim_healthy, 0.0);
  Report report;
  report.agents = {*read};
  const auto again = nlohmann::json::parse(ReportDocument(report));
  EXPECT_TRUE(again["agents"][0]["faulty"]["verdict_mean"].is_null());
  EXPECT_EQ(again["agents"][0]["healthy"]["verdict_mean"], 1.0);
  const Result<std::string> html = ReportHtml(report, {.html = "{{sections}}", .chart_js = ""});
  ASSERT_TRUE(html);
  EXPECT_NE(html->find("<td>2</td><td></td><td></td><td class=\"good\""), std::string::npos)
      << *html;
}

TEST(Summary, AReportReadsResultsFromBeforeFalseClaimsWereCounted) {
  const std::vector<EpisodeResult> episodes{Episode(0, 1, false, 1)};
  ScenarioLabel label;
  label.name = "calm";
  auto document = nlohmann::json::parse(ResultsDocument({}, {label}, episodes));
  for (const char* part : {"overall", "faulty", "healthy"}) {
    document[part].erase("false_claim_healthy");
  }
  const Result<AgentScores> read = ReadScores(document.dump(), "results.json");
  ASSERT_TRUE(read) << read.error().Text();
  EXPECT_EQ(read->healthy.false_action_healthy, 0.0);
  EXPECT_FALSE(read->healthy.false_claim_healthy.has_value());
}

}  // namespace
}  // namespace wt
