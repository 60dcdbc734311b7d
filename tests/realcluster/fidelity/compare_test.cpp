// SPDX-License-Identifier: Apache-2.0
#include "realcluster/fidelity/compare.h"

#include <gtest/gtest.h>

#include "tests/realcluster/fidelity/built_trace.h"

namespace wt {
namespace {

// An episode whose pod goes down `delay_s` after the fault, judged `verdict`.
EpisodeDigest Episode(bool real, u64 seed, u32 repetition, f64 delay_s, int verdict,
                      const std::string& agent = "rule") {
  Trace trace = EmptyTrace(real, seed, 200);
  trace.header.repetition = repetition;
  trace.header.agent = agent;
  AddPod(trace, 0, {});
  AddPod(trace, 60 + delay_s, {.terminated = "OOMKilled"});
  AddAction(trace, 120, "undo");
  AddPod(trace, 122, {});
  SetResult(trace, verdict, 7, 60);
  return DigestOf(trace);
}

TEST(CompareWorlds, EqualEpisodesHaveNoDistance) {
  const FidelityReport report =
      CompareWorlds({Episode(true, 7, 1, 1, 1)}, {Episode(false, 7, 1, 1, 1)});
  EXPECT_EQ(report.agreement.value, 1);
  EXPECT_EQ(report.met_fault, 1u);
  EXPECT_EQ(report.events.agreement.Ratio(), 1);
  ASSERT_EQ(report.groups.size(), 1u);
  for (const SampleComparison& times : report.groups[0].times) {
    EXPECT_EQ(times.difference.value_or(0), 0);
  }
  EXPECT_EQ(*report.groups[0].lost.total.difference, 0);
  EXPECT_TRUE(report.groups[0].events.one_sided.empty());
}

TEST(CompareWorlds, RepetitionsMeetTheSeedsThatFollow) {
  const std::vector<EpisodeDigest> real{Episode(true, 7, 3, 1, 0), Episode(true, 7, 1, 1, 1),
                                        Episode(true, 7, 2, 1, -1)};
  const std::vector<EpisodeDigest> simulated{
      Episode(false, 7, 1, 2, 1), Episode(false, 8, 1, 2, -1), Episode(false, 9, 1, 2, 1),
      Episode(false, 10, 1, 2, 1)};
  const FidelityReport report = CompareWorlds(real, simulated);
  ASSERT_EQ(report.groups.size(), 1u);
  const GroupComparison& group = report.groups[0];
  EXPECT_EQ(group.verdicts.Pairs(), 3u);
  EXPECT_EQ(group.verdicts.counts[2][2], 1u) << "repetition 1 with seed 7";
  EXPECT_EQ(group.verdicts.counts[0][0], 1u) << "repetition 2 with seed 8";
  EXPECT_EQ(group.verdicts.counts[1][2], 1u) << "repetition 3 with seed 9";
  EXPECT_DOUBLE_EQ(report.agreement.value, 2.0 / 3);
  const SampleComparison& symptom = group.times[static_cast<std::size_t>(Milestone::kSymptom)];
  EXPECT_NEAR(*symptom.difference, 1, 1e-9);
  EXPECT_EQ(*symptom.ks, 1);
  EXPECT_NEAR(*symptom.wasserstein, 1, 1e-9);
  EXPECT_EQ(group.seeds, std::vector<u64>{7});
}

TEST(CompareWorlds, EventOrderHasItsCeilings) {
  const std::vector<EpisodeDigest> real{Episode(true, 7, 1, 1, 1), Episode(true, 7, 2, 1.2, 1)};
  const std::vector<EpisodeDigest> simulated{Episode(false, 7, 1, 2, 1)};
  const FidelityReport report = CompareWorlds(real, simulated);
  EXPECT_EQ(report.events.agreement.Ratio(), 1);
  EXPECT_EQ(report.events.among_real.Ratio(), 1);
  EXPECT_FALSE(report.events.among_simulated.known()) << "one trace makes no pair";
}

TEST(CompareWorlds, ErroredEpisodesHaveNoVerdict) {
  EpisodeDigest lost = Episode(false, 7, 1, 1, 0);
  lost.facts.errored = true;
  const FidelityReport report = CompareWorlds({Episode(true, 7, 1, 1, 1)}, {lost});
  EXPECT_EQ(report.groups[0].simulated_errored, 1u);
  EXPECT_EQ(report.verdicts.Pairs(), 0u);
  EXPECT_FALSE(report.agreement.known);
  EXPECT_TRUE(report.policies.empty());
}

TEST(CompareWorlds, PoliciesMeetOnScenariosThatAllPlayed) {
  std::vector<EpisodeDigest> real, simulated;
  const auto play = [&](const char* agent, const char* scenario, int verdict) {
    real.push_back(Episode(true, 7, 1, 1, verdict, agent));
    simulated.push_back(Episode(false, 7, 1, 1, verdict, agent));
    real.back().header.scenario = simulated.back().header.scenario = scenario;
  };
  play("a", "one", 1);
  play("b", "one", 0);
  play("c", "one", -1);
  play("a", "two", -1);          // alone there
  play("rollouts", "steady", 0);  // never beside others: has no rank
  const FidelityReport report = CompareWorlds(real, simulated);
  ASSERT_EQ(report.policies.size(), 3u);
  EXPECT_EQ(report.policies[0].real, 1);
  EXPECT_NEAR(report.srcc.value, 1, 1e-12);
  EXPECT_EQ(report.mmrv.value, 0);
  EXPECT_EQ(report.groups.size(), 5u);
}

TEST(SimulatedSeeds, AreAtLeastAsManyAsRepetitions) {
  const auto header = [](u64 seed) {
    TraceHeader out;
    out.seed = seed;
    return out;
  };
  EXPECT_EQ(SimulatedSeeds({header(7)}, 3), (std::vector<u64>{7, 8, 9}));
  EXPECT_EQ(SimulatedSeeds({header(7), header(7), header(7)}, 1), (std::vector<u64>{7, 8, 9}));
  EXPECT_EQ(SimulatedSeeds({header(1), header(2)}, 2), (std::vector<u64>{1, 2, 3}));
}

}  // namespace
}  // namespace wt
