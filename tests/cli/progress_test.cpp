// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <gtest/gtest.h>

namespace wt {
namespace {

TEST(DurationText, UsesTheTwoLargestUnits) {
  EXPECT_EQ(DurationText(0), "0s");
  EXPECT_EQ(DurationText(59.4), "59s");
  EXPECT_EQ(DurationText(59.6), "1m00s");
  EXPECT_EQ(DurationText(245), "4m05s");
  EXPECT_EQ(DurationText(2 * 3600 + 3 * 60 + 59), "2h03m");
  EXPECT_EQ(DurationText(-1), "0s");
}

TEST(ProgressText, TellsDoneTotalRateTimeLeftAndExtraFields) {
  const ProgressState state{"episodes", 420, 1000, 4.0, "success 0.41"};
  EXPECT_EQ(ProgressText(state, false), "episodes 420/1000 42% 105.0/s 6s left  success 0.41");
}

TEST(ProgressText, DrawsABarAsLongAsTheShareDone) {
  EXPECT_EQ(ProgressText({"x", 0, 4, 0, ""}, true), "x [....................] 0/4 0%");
  EXPECT_EQ(ProgressText({"x", 1, 4, 0, ""}, true), "x [#####...............] 1/4 25%");
  EXPECT_EQ(ProgressText({"x", 4, 4, 0, ""}, true), "x [####################] 4/4 100%");
}

TEST(ProgressText, PromisesNoEndWhereTheTotalIsNotKnown) {
  EXPECT_EQ(ProgressText({"steps", 50, 0, 2.0, ""}, true), "steps 50 25.0/s");
}

TEST(ProgressText, MoreThanTheTotalIsShownButTheBarStaysWhole) {
  EXPECT_EQ(ProgressText({"x", 5, 4, 1.0, ""}, true),
            "x [####################] 5/4 100% 5.0/s 0s left");
}

}  // namespace
}  // namespace wt
