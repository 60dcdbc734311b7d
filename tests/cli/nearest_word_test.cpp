// SPDX-License-Identifier: Apache-2.0
#include "cli/nearest_word.h"

#include <gtest/gtest.h>

#include <array>

namespace wt {
namespace {

constexpr std::array<std::string_view, 4> kWords{"scenarios", "faults", "apps", "list"};

TEST(EditDistance, CountsInsertDeleteReplaceAndSwapAsOneEditEach) {
  EXPECT_EQ(EditDistance("list", "list"), 0u);
  EXPECT_EQ(EditDistance("lst", "list"), 1u);
  EXPECT_EQ(EditDistance("lisst", "list"), 1u);
  EXPECT_EQ(EditDistance("lost", "list"), 1u);
  EXPECT_EQ(EditDistance("lsit", "list"), 1u);
  EXPECT_EQ(EditDistance("", "list"), 4u);
}

TEST(NearestWord, FindsTheWordMeant) {
  EXPECT_EQ(NearestWord("scenaros", kWords), "scenarios");
  EXPECT_EQ(NearestWord("fautl", kWords), "faults");
  EXPECT_EQ(NearestWord("scen", kWords), "scenarios");
}

TEST(NearestWord, IsEmptyWhenNothingIsNear) {
  EXPECT_EQ(NearestWord("kubernetes", kWords), "");
  EXPECT_EQ(NearestWord("", kWords), "");
  EXPECT_EQ(NearestWord(std::string(10'000, 'x'), kWords), "");
}

TEST(DidYouMean, SaysNothingRatherThanSomethingFar) {
  EXPECT_EQ(DidYouMean("lits", kWords), "; did you mean list?");
  EXPECT_EQ(DidYouMean("kubernetes", kWords), "");
}

}  // namespace
}  // namespace wt
