// SPDX-License-Identifier: Apache-2.0
// A verdict is won by repairing the cause and by nothing else.
#include <gtest/gtest.h>

#include "episodes/ground_truth.h"
#include "tests/episodes/lite.h"

namespace wt {
namespace {

TEST(Verdict, TheOracleSolvesEveryScenarioOfLite) {
  for (const EpisodeResult& e : RunLite("oracle", 1, 6)) {
    EXPECT_EQ(e.verdict, 1) << Describe(e);
    EXPECT_FALSE(e.errored) << e.error;
  }
}

TEST(Verdict, DoingNothingSolvesNoFaultAndEveryHealthyCluster) {
  const std::vector<EpisodeResult> episodes = RunLite("no-op", 1, 4);
  EXPECT_EQ(VerdictMean(episodes, false), 1.0);
  for (const EpisodeResult& e : episodes) {
    if (e.faulty) {
      EXPECT_EQ(e.verdict, 0) << Describe(e);
    }
  }
}

class Cheat : public testing::TestWithParam<const char*> {};

TEST_P(Cheat, DoesNotSolveFaultsAndNeverPleasesOnAHealthyCluster) {
  const std::vector<EpisodeResult> episodes = RunLite(GetParam(), 1, 3);
  EXPECT_LE(VerdictMean(episodes, true), 0.15);
  for (const EpisodeResult& e : episodes) {
    if (!e.faulty) {
      EXPECT_LE(e.verdict, 0) << Describe(e);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Cheat,
                         testing::Values("sweep", "restart-everything", "scale-to-zero",
                                         "delete-everything"));

TEST(Verdict, DeletingEverythingMakesEveryHealthyClusterWorse) {
  EXPECT_EQ(VerdictMean(RunLite("delete-everything", 1, 3), false), -1.0);
}

TEST(Verdict, ARowOfAnotherKindWithTheNumberOfTheCauseIsNotTheCause) {
  const CausePlace place{EntityKind::kWorkload, 4, {{ObjectKind::kDeployment, 4}}};
  EXPECT_TRUE(LiesIn(place, EntityKind::kWorkload, 4));
  EXPECT_FALSE(LiesIn(place, EntityKind::kNode, 4));
  EXPECT_FALSE(LiesIn(place, EntityKind::kService, 4));
  EXPECT_FALSE(LiesIn(place, EntityKind::kCluster, 4));
}

}  // namespace
}  // namespace wt
