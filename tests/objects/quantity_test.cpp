// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/quantity.h"

#include <gtest/gtest.h>

namespace wt {
namespace {

Quantity Q(std::string_view text) {
  const Result<Quantity> q = ParseQuantity(text);
  EXPECT_TRUE(q.ok()) << text;
  return q.ok() ? *q : Quantity{};
}

TEST(Quantity, CanonicalFormUsesTheLargestSuffixWithoutFraction) {
  EXPECT_EQ(CanonicalText(Q("1000m")), "1");
  EXPECT_EQ(CanonicalText(Q("0.5")), "500m");
  EXPECT_EQ(CanonicalText(Q("1024Mi")), "1Gi");
  EXPECT_EQ(CanonicalText(Q("1.5Gi")), "1536Mi");
  EXPECT_EQ(CanonicalText(Q("1000E2")), "100e3");
  EXPECT_EQ(CanonicalText(Q("0.0000000001")), "1n");
}

TEST(Quantity, ValuesRoundUp) {
  EXPECT_EQ(Value(Q("1m")), 1);
  EXPECT_EQ(MilliValue(Q("1u")), 1);
  EXPECT_EQ(MilliValue(Q("250m")), 250);
  EXPECT_EQ(Value(Q("2Gi")), i64{2} << 30);
}

TEST(Quantity, ArithmeticIsExactAcrossFormats) {
  EXPECT_EQ(CanonicalText(Add(Q("100m"), Q("0.9"))), "1");
  EXPECT_EQ(CanonicalText(Sub(Q("1Gi"), Q("1Mi"))), "1023Mi");
  EXPECT_EQ(CanonicalText(Sub(Q("0"), Q("1Gi"))), "-1Gi");
  EXPECT_EQ(Compare(Q("1Ki"), Q("1k")), 1);
  EXPECT_EQ(Compare(Q("1e3"), Q("1k")), 0);
}

TEST(Quantity, MalformedTextIsAnErrorWithUpstreamsWords) {
  for (const char* text : {"", "1 ", "abc", "1.5.5", "1Kib"}) {
    EXPECT_FALSE(ParseQuantity(text).ok()) << text;
  }
  EXPECT_EQ(ParseQuantity("1ki").error().what, "unable to parse quantity's suffix");
}

TEST(Quantity, ExtremeTextNeitherOverflowsNorHangs) {
  EXPECT_FALSE(ParseQuantity("1e99999999999").ok());
  EXPECT_FALSE(ParseQuantity(std::string(5000, '9')).ok());
  EXPECT_EQ(CanonicalText(Q("1e-99999999999")), "1e-9");
  EXPECT_EQ(CanonicalText(Q("9999999999999999999Ei")), "9223372036854775807");
  EXPECT_LT(Compare(Q("1n"), Q("99999999999999999999999999")), 0);
}

TEST(Quantity, RoundUpKeepsWhatIsCoarseEnough) {
  EXPECT_EQ(CanonicalText(RoundUp(Q("100u"), -3)), "1m");
  EXPECT_EQ(CanonicalText(RoundUp(Q("1.T"), -3)), "1.T");
}

}  // namespace
}  // namespace wt
