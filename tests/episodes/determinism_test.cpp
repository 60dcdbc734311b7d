// SPDX-License-Identifier: Apache-2.0
// Same seed, same result: whatever the threads, the chunks and the company in a chunk.
#include <gtest/gtest.h>

#include <set>

#include "episodes/scenario_setup.h"
#include "tests/episodes/lite.h"

namespace wt {
namespace {

TEST(Determinism, ThreadsAndChunksDoNotChangeAnEpisode) {
  const u64 expected = HashEpisodes(RunLite("random", 1, 2, 1, 64));
  for (const int threads : {2, 8}) {
    EXPECT_EQ(HashEpisodes(RunLite("random", 1, 2, threads, 64)), expected) << threads;
  }
  for (const u32 chunk : {1u, 7u}) {
    EXPECT_EQ(HashEpisodes(RunLite("random", 1, 2, 2, chunk)), expected) << chunk;
  }
}

TEST(Determinism, DifferentSeedsAreDifferentEpisodes) {
  const std::vector<EpisodeResult> episodes = RunLite("no-op", 1, 2);
  for (std::size_t i = 0; i + 1 < episodes.size(); i += 2) {
    ASSERT_EQ(episodes[i].scenario, episodes[i + 1].scenario);
    EXPECT_NE(episodes[i].hash, episodes[i + 1].hash) << Describe(episodes[i]);
  }
}

TEST(Determinism, ScenariosOfOneSeedAreIndependentDrawsOfASampledPolicy) {
  // Before, all scenarios of a seed took the same draws, and with them the same number of steps.
  for (const u64 seed : {1u, 2u, 3u}) {
    std::set<u32> steps;
    u32 episodes = 0;
    for (const EpisodeResult& e : RunLite("random", seed, seed)) {
      steps.insert(e.steps);
      ++episodes;
    }
    EXPECT_GT(episodes, 20u);
    EXPECT_GT(steps.size(), 6u) << "seed " << seed;
  }
}

TEST(Determinism, AScenarioAloneIsPlayedAsAmongOthersWhateverItsPlace) {
  const auto suite = RunLite("random", 4, 5);
  for (const EpisodeResult& e : suite) {
    EvaluateOptions options;
    options.first_seed = options.last_seed = e.seed;
    PreparedSuite one;
    one.setups = {Lite().setups[e.scenario]};
    one.labels = {Lite().labels[e.scenario]};
    const auto alone = Evaluate(one, Agent("random"), options).episodes;
    ASSERT_EQ(alone.size(), 1u);
    EXPECT_EQ(alone[0].hash, e.hash) << Describe(e);
    EXPECT_EQ(alone[0].steps, e.steps) << Describe(e);
  }
}

TEST(Determinism, AnEpisodeReadBackFromItsLineCountsInSummariesAsItDid) {
  RunInfo info;
  u32 repaired = 0;
  for (const EpisodeResult& e : RunLite("rule", 1, 4)) {
    const Result<EpisodeResult> read =
        ReadEpisodeLine(EpisodeLine(info, Lite().labels, e), Lite().labels, "line");
    ASSERT_TRUE(read) << read.error().Text();
    EXPECT_EQ(read->end, e.end) << Describe(e);
    EXPECT_EQ(read->injected_at, e.injected_at) << Describe(e);
    EXPECT_EQ(read->parts.claimed, e.parts.claimed) << Describe(e);
    EXPECT_EQ(read->parts.wrote, e.parts.wrote) << Describe(e);
    EXPECT_EQ(read->looks, e.looks) << Describe(e);
    EXPECT_EQ(read->writes, e.writes) << Describe(e);
    EXPECT_EQ(read->refused_writes, e.refused_writes) << Describe(e);
    EXPECT_EQ(e.writes > 0, e.parts.wrote) << Describe(e);
    if (!e.faulty) continue;
    EXPECT_EQ(read->repaired_at, e.repaired_at) << Describe(e);
    repaired += e.repaired_at > 0;
  }
  EXPECT_GT(repaired, 20u);
}

TEST(Determinism, ALineOfBeforeTheCountsHasThemInItsActions) {
  RunInfo info;
  u32 looks = 0, refused = 0;
  for (const EpisodeResult& e : RunLite("random", 1, 2)) {
    std::string line = EpisodeLine(info, Lite().labels, e);
    const std::size_t from = line.find("\"looks\":");
    ASSERT_NE(from, std::string::npos) << line;
    line.erase(from, line.find("\"sim_time_s\":") - from);
    const Result<EpisodeResult> read = ReadEpisodeLine(line, Lite().labels, "line");
    ASSERT_TRUE(read) << read.error().Text();
    EXPECT_EQ(read->looks, e.looks) << Describe(e);
    EXPECT_EQ(read->writes, e.writes) << Describe(e);
    EXPECT_EQ(read->refused_writes, e.refused_writes) << Describe(e);
    EXPECT_LE(e.looks + e.writes + e.refused_writes, e.steps) << Describe(e);
    looks += e.looks;
    refused += e.refused_writes;
  }
  EXPECT_GT(looks, 100u);
  EXPECT_GT(refused, 0u);
}

TEST(Determinism, AMemberOfAGroupIsTheSameEpisodeRunAlone) {
  for (u32 s = 0; s < Lite().setups.size(); s += 5) {
    std::vector<EpisodeRequest> group;
    for (u64 key = 0; key < 4; ++key) group.push_back({&Lite().setups[s], s, 7, key});
    WorldPool pool;
    const auto together = RunChunk(group, *Agent("random")(), pool, {});
    for (std::size_t i = 0; i < group.size(); ++i) {
      WorldPool own;
      const auto alone = RunChunk({&group[i], 1}, *Agent("random")(), own, {});
      EXPECT_EQ(alone[0].hash, together[i].hash) << Describe(together[i]);
      EXPECT_EQ(alone[0].verdict, together[i].verdict) << Describe(together[i]);
      EXPECT_EQ(alone[0].steps, together[i].steps);
    }
    EXPECT_NE(together[0].hash, together[1].hash) << "members differ by their own key";
  }
}

TEST(Determinism, ObservingAndInvestigatingLeaveTheWorldUnchanged) {
  WorldPool pool;
  Result<StartedEpisode> started = StartEpisode(Lite().setups[0], pool, 3, true);
  ASSERT_TRUE(started.ok()) << started.error().Text();
  SimCluster& cluster = started->cluster;
  cluster.Advance(5 * kMinute);
  const u64 before = HashWorld(cluster.world());
  u32 looks = 0;
  std::vector<f32> features(cluster.Shape().Floats());
  std::vector<u32> masks(cluster.Shape().Masks());
  std::vector<u16> edges(2u * cluster.Shape().edges);
  std::vector<u16> service_workload(cluster.Shape().slots[1]);
  const ObservationView view{cluster.Shape(),
                             features,
                             masks,
                             {edges.data(), cluster.Shape().edges},
                             {edges.data() + cluster.Shape().edges, cluster.Shape().edges},
                             service_workload};
  for (int k = 0; k < kEntityKinds; ++k) {
    const auto kind = static_cast<EntityKind>(k);
    for (u16 slot = 0; slot < cluster.Shape().slots[static_cast<std::size_t>(k)]; ++slot) {
      for (u8 move = 0; move < MovesOf(kind).size(); ++move) {
        const Action action{kind, move, slot};
        (void)cluster.OptionText(action);
        if (!cluster.Legal(action) || !IsInvestigation(MovesOf(kind)[move].verb)) continue;
        SimCluster looked = cluster.Fork(pool);  // with the whole budget of steps
        ASSERT_TRUE(looked.Apply(action).accepted);
        looked.Observe(view);
        (void)looked.LastResultText();
        ASSERT_EQ(HashWorld(looked.world()), before) << VerbName(MovesOf(kind)[move].verb);
        ++looks;
      }
    }
  }
  EXPECT_EQ(HashWorld(cluster.world()), before);
  EXPECT_GT(looks, 150u);
}

}  // namespace
}  // namespace wt
