// SPDX-License-Identifier: Apache-2.0
// A verdict is won by repairing the cause and by nothing else.
#include <gtest/gtest.h>

#include "agents/view.h"
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

// Says of every cluster that something is wrong, once the fault, if any, has come.
class Alarmist final : public Policy {
 public:
  std::string Name() const override { return "alarmist"; }
  void Act(std::span<PolicySlot> slots) override {
    for (PolicySlot& slot : slots) {
      slot.chosen = kWaitOneStep;
      const auto moves = MovesOf(EntityKind::kWorkload);
      const auto masks = slot.observation.Masks(EntityKind::kWorkload);
      for (u8 m = 0; m < moves.size() && slot.step > 12; ++m) {
        for (u16 at = 0; at < masks.size() && moves[m].verb == Verb::kSubmit; ++at) {
          if ((masks[at] >> m & 1) != 0) slot.chosen = {EntityKind::kWorkload, m, at};
        }
      }
    }
  }
};

TEST(Verdict, TheSameAnswerForEveryClusterWinsHalfOfDetectionAtMost) {
  const Result<PreparedSuite> suite = PrepareSuite(SourceDir(), "diagnosis");
  ASSERT_TRUE(suite.ok()) << suite.error().Text();
  EvaluateOptions options;
  options.first_seed = 1;
  options.last_seed = 4;
  options.threads = 2;
  const PolicyFactory factories[] = {
      [] { return std::make_unique<Alarmist>(); }, Agent("no-op")};
  for (const PolicyFactory& make : factories) {
    int episodes = 0, won = 0, detections = 0, detected = 0;
    for (const EpisodeResult& e : Evaluate(*suite, make, options).episodes) {
      const bool detection = suite->labels[e.scenario].task == "detection";
      ++episodes;
      won += e.verdict;
      detections += detection;
      detected += detection ? e.verdict : 0;
    }
    EXPECT_EQ(detections, 16);
    EXPECT_EQ(detected, 8) << "right on the one half, wrong on the other";
    EXPECT_LE(2 * won, episodes);
  }
}

TEST(Verdict, TheOracleAnswersEveryScenarioOfDiagnosis) {
  const Result<PreparedSuite> suite = PrepareSuite(SourceDir(), "diagnosis");
  ASSERT_TRUE(suite.ok()) << suite.error().Text();
  EvaluateOptions options;
  options.first_seed = 1;
  options.last_seed = 6;
  options.threads = 2;
  for (const EpisodeResult& e : Evaluate(*suite, Agent("oracle"), options).episodes) {
    EXPECT_EQ(e.verdict, 1) << Describe(e);
    EXPECT_FALSE(e.parts.wrote);
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
