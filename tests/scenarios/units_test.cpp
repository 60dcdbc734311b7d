// SPDX-License-Identifier: Apache-2.0
#include "scenarios/units.h"

#include <gtest/gtest.h>

#include "scenarios/nearest.h"

namespace wt {
namespace {

TEST(Units, DurationsAreReadAsGoReadsThem) {
  EXPECT_EQ(ParseDuration("90s"), 90 * kSecond);
  EXPECT_EQ(ParseDuration("5m"), 5 * kMinute);
  EXPECT_EQ(ParseDuration("1h30m"), 90 * kMinute);
  EXPECT_EQ(ParseDuration("1.5ms"), 1'500'000);
  EXPECT_EQ(ParseDuration("2\xC2\xB5s"), 2'000);
  EXPECT_EQ(ParseDuration(".5s"), 500 * kMillisecond);
  EXPECT_EQ(ParseDuration("-1m"), -kMinute);
  EXPECT_EQ(ParseDuration("0"), 0);
  for (const char* bad :
       {"", "5", "s", "5 s", "1d", "5mm", ".s", "-", "5m3", "1e3s", "9999999999h"}) {
    EXPECT_FALSE(ParseDuration(bad)) << bad;
  }
}

TEST(Units, ADurationThatIsTooLongStillLooksLikeOne) {
  for (const char* form : {"90s", "1h30m", "-1.5ms", "9999999999h", "99999999999999999999999s"}) {
    EXPECT_TRUE(LooksLikeDuration(form)) << form;
  }
  for (const char* bad : {"", "5", "s", "5 s", "1d", "5mm", "-", "5m3", "1e3s", "9999999999"}) {
    EXPECT_FALSE(LooksLikeDuration(bad)) << bad;
  }
}

TEST(Units, DurationTextIsReadBackEqual) {
  for (SimTime d : {SimTime{0}, SimTime{1}, SimTime{1'500}, 1'500'000 * kNanosecond, 90 * kSecond,
                    5400 * kSecond, kHour + 1, -kMinute}) {
    EXPECT_EQ(ParseDuration(DurationText(d)), d) << DurationText(d);
  }
  EXPECT_EQ(DurationText(5400 * kSecond), "1h30m0s");
}

TEST(Units, RatesQuantitiesAndShares) {
  EXPECT_EQ(ParseRate("120rps"), 120.0);
  EXPECT_EQ(ParseRate("0.5/s"), 0.5);
  EXPECT_FALSE(ParseRate("120"));
  EXPECT_FALSE(ParseRate("-1rps"));
  EXPECT_EQ(QuantityNumber("500m"), 0.5);
  EXPECT_EQ(QuantityNumber("16Gi"), 16 * 0x1p30);
  EXPECT_EQ(QuantityNumber("1e3"), 1000.0);
  EXPECT_EQ(QuantityNumber("2E"), 2e18);
  EXPECT_FALSE(QuantityNumber("1GiB"));
  EXPECT_FALSE(QuantityNumber("1e3Mi"));
  EXPECT_FALSE(QuantityNumber(""));
  EXPECT_FALSE(QuantityNumber("inf"));
  EXPECT_EQ(ParseShare("1%"), 0.01);
  EXPECT_FALSE(ParseShare("200%"));
}

TEST(Units, ThresholdsKnowPercentDurationAndBaseline) {
  EXPECT_EQ(ParseThreshold("<1%", Unit::kNumber)->value, 0.01);
  const auto twice = ParseThreshold("<2x baseline", Unit::kDuration);
  ASSERT_TRUE(twice);
  EXPECT_TRUE(twice->times_baseline);
  EXPECT_EQ(twice->value, 2.0);
  EXPECT_EQ(ParseThreshold("< 250ms", Unit::kDuration)->value, 250e6);
  for (const char* bad : {"1%", ">1%", "<", "<2x", "<x baseline", "<-1%", "<0%"}) {
    EXPECT_FALSE(ParseThreshold(bad, Unit::kNumber)) << bad;
  }
}

TEST(Nearest, OffersTheNearestWordAndNothingFar) {
  const std::string words[] = {"replicas-zero", "image-not-found", "service-target-port-wrong"};
  EXPECT_EQ(Nearest("replica-zero", words), "replicas-zero");
  EXPECT_EQ(Nearest("Image-Not-Fuond", words), "image-not-found");
  EXPECT_EQ(Nearest("xyz", words), "");
  EXPECT_EQ(EditDistance("abcd", "abdc"), 1u);
}

TEST(Nearest, OffersAFewEvenWhenAllAreFar) {
  const std::string words[] = {"healthy/hotel-calm", "config/hotel-key", "workloads/hotel-replicas",
                               "lite"};
  using Words = std::vector<std::string>;
  EXPECT_EQ(NearestFew("hotel-clam", words, 1), Words{"healthy/hotel-calm"}) << "by name alone";
  EXPECT_EQ(NearestFew("REPLICAS", words, 1), Words{"workloads/hotel-replicas"}) << "a part";
  EXPECT_EQ(NearestFew("nope", words).size(), 3u);
  EXPECT_EQ(NearestFew("", words, 9).size(), 4u);
  EXPECT_TRUE(NearestFew("x", {}).empty());
}

}  // namespace
}  // namespace wt
