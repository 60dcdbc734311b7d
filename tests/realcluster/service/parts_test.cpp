// SPDX-License-Identifier: Apache-2.0
// What can be checked without a process: laws, budgets, schedules, options, texts.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <iterator>

#include "realcluster/service/caller.h"
#include "realcluster/service/load_options.h"
#include "realcluster/service/load_report.h"
#include "realcluster/service/log.h"

namespace wt::service {
namespace {

TEST(Law, ALogNormalHasItsMedianAndItsNinetyNinthPercentile) {
  const Law law{Law::Form::kLogNormal, 3e6, 12e6, {}, {}};
  Random random(1);
  const int n = 200'000;
  int below_median = 0, below_p99 = 0;
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    const double x = Draw(law, random);
    below_median += x < 3e6;
    below_p99 += x < 12e6;
    sum += x;
  }
  EXPECT_NEAR(below_median, 0.5 * n, 5 * std::sqrt(0.25 * n));
  EXPECT_NEAR(below_p99, 0.99 * n, 5 * std::sqrt(0.0099 * n));
  EXPECT_NEAR(sum / n / Mean(law), 1, 0.01);
}

TEST(Law, AChoiceHasItsChances) {
  const Law law{Law::Form::kChoice, 0, 0, {1, 5}, {0.75, 1}};
  Random random(2);
  int ones = 0;
  for (int i = 0; i < 10'000; ++i) ones += Draw(law, random) == 1;
  EXPECT_NEAR(ones, 7500, 250);
  EXPECT_DOUBLE_EQ(Mean(law), 2);
}

// Attempts per call that a budget leaves when everything fails, over 10 minutes of 20 calls/s.
double AttemptsPerCall(double share, unsigned retries) {
  RetryBudget budget;
  Clock::time_point now = Clock::now();
  int calls = 0, attempts = 0;
  for (; calls < 12'000; ++calls) {
    now += std::chrono::milliseconds(50);
    budget.CountCall(now);
    ++attempts;
    for (unsigned left = retries; left > 0 && budget.Allow(share, now); --left) ++attempts;
  }
  return static_cast<double>(attempts) / calls;
}

// docs/traffic.md: a budget b lowers the retries until attempts = 1 + b.
TEST(RetryBudget, LeavesOneAndItsShareOfAttemptsACall) {
  EXPECT_NEAR(AttemptsPerCall(0.1, 1), 1.1, 0.01);
  EXPECT_NEAR(AttemptsPerCall(0.5, 3), 1.5, 0.01);
  EXPECT_NEAR(AttemptsPerCall(1, 1), 2, 0.01);
  EXPECT_DOUBLE_EQ(AttemptsPerCall(0, 3), 1);
}

TEST(Breaker, OpensAfterFailuresInARowAndTriesOnceLater) {
  Breaker breaker;
  const Clock::time_point now = Clock::now();
  const Nanos open = std::chrono::seconds(10);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(breaker.Allow(3, now));
    breaker.Count(false, 3, open, now);
  }
  EXPECT_FALSE(breaker.Allow(3, now + std::chrono::seconds(9)));
  EXPECT_TRUE(breaker.Allow(3, now + std::chrono::seconds(11)));
  EXPECT_FALSE(breaker.Allow(3, now + std::chrono::seconds(11))) << "one trial at a time";
  breaker.Count(true, 3, open, now + std::chrono::seconds(11));
  EXPECT_TRUE(breaker.Allow(3, now + std::chrono::seconds(11)));
}

LoadOptions Options(const std::vector<std::string>& arguments) {
  LoadOptions options;
  std::string error;
  EXPECT_TRUE(ReadLoadOptions(arguments, options, error)) << error;
  return options;
}

std::vector<Schedule::Request> All(const LoadOptions& options) {
  std::vector<Schedule::Request> all;
  Schedule schedule(options);
  for (Schedule::Request request; schedule.Next(request);) all.push_back(request);
  return all;
}

TEST(Schedule, APoissonLoadHasItsRateAndUnevenGaps) {
  const auto all =
      All(Options({"--plan", "--rate", "500", "--mix", "a.x=3,b.y=1", "--for", "100"}));
  const double n = static_cast<double>(all.size());
  EXPECT_NEAR(n, 50'000, 5 * std::sqrt(50'000.0));
  double square = 0, last = 0, first_part = 0;
  for (const Schedule::Request& request : all) {
    ASSERT_GE(request.at_s, last);
    square += (request.at_s - last) * (request.at_s - last);
    last = request.at_s;
    first_part += request.part == 0;
  }
  EXPECT_NEAR(square / n * 500 * 500, 2, 0.1) << "second moment of an exponential of mean 1";
  EXPECT_NEAR(first_part / n, 0.75, 0.01);
}

TEST(Schedule, EvenArrivalsFollowAPattern) {
  LoadOptions options = Options({"--plan", "--rate=1", "--arrivals=even", "--mix=x=1", "--for=20"});
  std::string error;
  ASSERT_TRUE(ReadRates("t_s,rate_rps\n0,0\n5,100\n10,0\n", options.rate, error)) << error;
  const auto all = All(options);
  ASSERT_NEAR(static_cast<double>(all.size()), 500, 1);
  // 10 t^2 requests until t <= 5; the 250th stands at the top.
  EXPECT_NEAR(all[39].at_s, 2, 1e-6);
  EXPECT_NEAR(all[249].at_s, 5, 1e-6);
  EXPECT_LE(all.back().at_s, 10.0);
}

TEST(LoadOptions, RefuseWhatIsNotReadable) {
  const std::vector<std::vector<std::string>> bad = {
      {},
      {"--rate", "x", "--mix", "a=1", "--for", "1", "--target", "h:1"},
      {"--rate", "1", "--mix", "a=1", "--for", "1"},
      {"--rate", "1", "--mix", "a=1", "--for", "1", "--target", "h:99999"},
      {"--rate", "1", "--mix", "a\"b=1", "--for", "1", "--target", "h:1"},
      {"--rate", "1", "--mix", "a=0", "--for", "1", "--target", "h:1"},
      {"--rate", "1", "--mix", "a.x=1", "--for", "1", "--target", "b=h:1"},
      {"--rate", "1", "--mix", "a=1", "--for", "1", "--target", "h:1", "--odd", "1"},
  };
  for (const auto& arguments : bad) {
    LoadOptions options;
    std::string error;
    EXPECT_FALSE(ReadLoadOptions(arguments, options, error));
    EXPECT_FALSE(error.empty());
  }
}

TEST(Quantiles, AreRightToOnePercent) {
  Quantiles quantiles;
  for (int i = 1; i <= 10'000; ++i) quantiles.Add(0.01 * i);
  EXPECT_NEAR(quantiles.At(0.5) / 50, 1, 0.012);
  EXPECT_NEAR(quantiles.At(0.99) / 99, 1, 0.012);
  EXPECT_EQ(Quantiles().At(0.5), 0);
}

// The service cannot include the simulator's text; the words are compared instead.
TEST(LogText, IsThatOfTheSimulatedPrograms) {
  std::ifstream file(WT_SOURCE_DIR "/sim/telemetry/logs.cpp");
  std::string source(std::istreambuf_iterator<char>(file), {});
  // Adjacent literals are one.
  for (std::size_t at = 0; (at = source.find("\"\n", at)) != source.npos;) {
    const std::size_t next = source.find_first_not_of(" \n", at + 1);
    if (source[next] == '"') {
      source.erase(at, next + 1 - at);
    } else {
      ++at;
    }
  }
  for (const char* text : {kStartingText, kListeningText, kMissingKeyText, kMissingObjectText,
                           kGivingUpText, kCallFailedText, kRefusedText, kNoHostText,
                           kDeadlineText, kUpstreamText, kTerminatedText, kDeletedPodText}) {
    EXPECT_NE(source.find("\"" + std::string(text) + "\""), source.npos) << text;
  }
}

}  // namespace
}  // namespace wt::service
