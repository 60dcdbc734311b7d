// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "bench/perf/figures.h"
#include "bench/perf/r23.h"
#include "sim/traffic/solve_memo.h"

namespace wt {
namespace {

const ScenarioSetup& TheSetup() {
  static const Result<ScenarioSetup> setup = PrepareR23(WAVETANK_SOURCE_DIR);
  WT_CHECK(setup, "R23 loads");
  return *setup;
}

PerfRun RunOf(const PerfOptions& options) {
  const Result<PerfRun> run = RunPerf(TheSetup(), options);
  WT_CHECK(run, "R23 runs");
  return *run;
}

TEST(R23, HasTheSizeThatItsNamePromises) {
  const Blueprint& blueprint = *TheSetup().blueprint;
  EXPECT_EQ(blueprint.graph.services.size(), kR23Services);
  WorldPool pool;
  const Result<StartedEpisode> started = StartEpisode(TheSetup(), pool, 1);
  ASSERT_TRUE(started);
  const World& world = started->cluster.world();
  u32 pods = 0, nodes = 0;
  for (u32 p = 1; p < world.Used<Pod>(); ++p) pods += world.At<Pod>(p).ready != 0;
  for (u32 n = 1; n < world.Used<Node>(); ++n) nodes += world.At<Node>(n).born != 0;
  EXPECT_EQ(pods, 61u);
  EXPECT_EQ(nodes, 6u);
  EXPECT_EQ(started->limits.step, kR23Step);
  EXPECT_EQ(started->limits.budget.steps, kR23Steps);
}

TEST(R23, EveryEpisodeHasTheHashOfTheSameSeedAloneAndOnTwoThreads) {
  PerfOptions options;
  options.episodes = 32;
  options.chunk = 8;
  const PerfRun chunks = RunOf(options);
  options.threads = 2;
  options.chunk = 5;
  const PerfRun threads = RunOf(options);
  options = {.first_seed = 1, .episodes = 1, .chunk = 1, .threads = 1};
  for (const PerfEpisode& episode : chunks.episodes) {
    options.first_seed = episode.seed;
    EXPECT_EQ(RunOf(options).episodes.front().hash, episode.hash) << "seed " << episode.seed;
    EXPECT_EQ(threads.episodes[episode.seed - 1].hash, episode.hash) << "seed " << episode.seed;
  }
}

TEST(R23, RememberedSolvesChangeNothingButTheTime) {
  for (const PerfActions actions : {PerfActions::kR23, PerfActions::kUniform}) {
    PerfOptions options;
    options.actions = actions;
    options.episodes = 16;
    const PerfRun with = RunOf(options);
    RememberSolves(false);
    const PerfRun without = RunOf(options);
    RememberSolves(true);
    for (u32 i = 0; i < options.episodes; ++i) {
      EXPECT_EQ(with.episodes[i].hash, without.episodes[i].hash) << "seed " << i + 1;
    }
  }
}

TEST(R23, TheClustersStillServeAtTheLastStep) {
  PerfOptions options;
  options.episodes = 65;
  PerfRun run = RunOf(options);
  std::sort(run.episodes.begin(), run.episodes.end(),
            [](const PerfEpisode& a, const PerfEpisode& b) { return a.serving < b.serving; });
  EXPECT_GE(run.episodes[32].serving, 18u);
}

TEST(Figures, AnUnknownNameIsRefusedWithTheNearestOne) {
  const auto figures = MeasureFigures(WAVETANK_SOURCE_DIR, "fork_uss");
  ASSERT_FALSE(figures);
  EXPECT_EQ(figures.error().code, ErrorCode::kUsage);
  EXPECT_NE(figures.error().what.find("did you mean \"fork_us\""), std::string::npos);
}

}  // namespace
}  // namespace wt
