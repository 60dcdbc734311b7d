// SPDX-License-Identifier: Apache-2.0
// Episodes played in segments are those that chunks play.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "agents/network.h"
#include "episodes/run_segments.h"
#include "tests/episodes/lite.h"

namespace wt {
namespace {

// `groups` groups over all scenarios, members differing by their key.
std::vector<EpisodeRequest> Requests(u32 groups, u32 members, u32 max_steps) {
  std::vector<EpisodeRequest> out;
  for (u32 g = 0; g < groups; ++g) {
    const u32 s = g * 7 % static_cast<u32>(Lite().setups.size());
    for (u32 m = 0; m < members; ++m) {
      out.push_back({.setup = &Lite().setups[s],
                     .scenario = s,
                     .seed = 100 + g,
                     .policy_key = m,
                     .max_steps = max_steps});
    }
  }
  return out;
}

PolicyFactory Network(u64 key) {
  NetworkWeights weights(8);
  for (u32 l = 0; l < kLayers; ++l) {
    DrawWeights(weights.layers[l].data(), ShapeOf(static_cast<Layer>(l), 8), 0.3f, key, l);
  }
  auto shared = std::make_shared<const NetworkWeights>(std::move(weights));
  return [shared] { return MakeNetworkPolicy(shared, false, "network"); };
}

void ExpectEqual(const std::vector<EpisodeResult>& a, const std::vector<EpisodeResult>& b,
                 const std::string& what) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].hash, b[i].hash) << what << ": episode " << i;
    EXPECT_EQ(a[i].verdict, b[i].verdict) << what;
    EXPECT_EQ(a[i].steps, b[i].steps) << what;
    EXPECT_EQ(a[i].actions.size(), b[i].actions.size()) << what;
  }
}

TEST(Segments, NeitherTheirLengthNorLanesNorThreadsChangeAnEpisode) {
  const auto requests = Requests(30, 4, 12);
  BatchOptions batch;
  batch.threads = 2;
  const auto expected = RunBatch(requests, Network(1), batch);
  struct Case {
    int threads;
    u32 alive, lane, steps;
  };
  for (const Case& c : {Case{1, 2048, 64, 16}, Case{2, 2048, 64, 1}, Case{8, 64, 8, 5},
                        Case{2, 24, 7, 3}, Case{2, 3, 2, 100}, Case{1, 1, 1, 4}}) {
    SegmentOptions options;
    options.threads = c.threads;
    options.alive = c.alive;
    options.lane = c.lane;
    options.steps = c.steps;
    ExpectEqual(RunSegments(requests, Network(1), options), expected,
                fmt::format("{} threads, {} alive, lanes of {}, segments of {}", c.threads,
                            c.alive, c.lane, c.steps));
  }
}

TEST(Segments, TwoThousandWorldsAreAliveAtOnceAndEachIsDecidedOncePerStep) {
  const auto requests = Requests(272, 8, 3);
  SegmentOptions options;
  options.steps = 1;
  std::vector<u32> decisions(requests.size());
  options.chunk_options.on_step = [&](const StepView& step) { ++decisions[step.index]; };
  Segments segments(requests, options);
  const SegmentProgress first = segments.Run(Network(1));
  EXPECT_EQ(first.begun, 2048u);
  EXPECT_LT(first.ended, 256u) << "those that said at once that nothing is wrong";
  EXPECT_EQ(first.requests, requests.size());
  for (u64 i = 0; i < first.begun; ++i) ASSERT_EQ(decisions[i], 1u) << i;
  while (!segments.Done()) segments.Run(Network(1));
  for (std::size_t i = 0; i < requests.size(); ++i) {
    ASSERT_EQ(decisions[i], segments.results()[i].steps) << i;
  }
}

TEST(Segments, APolicyMayChangeFromSegmentToSegment) {
  const auto requests = Requests(6, 4, 8);
  const auto play = [&](u64 second) {
    SegmentOptions options;
    options.steps = 4;
    Segments segments(requests, options);
    segments.Run(Network(1));
    segments.Run(Network(second));
    EXPECT_TRUE(segments.Done());
    return segments.TakeResults();
  };
  SegmentOptions options;
  ExpectEqual(play(1), RunSegments(requests, Network(1), options), "the same policy");
  const auto changed = play(2);
  const auto same = play(1);
  u32 differing = 0;
  for (std::size_t i = 0; i < changed.size(); ++i) differing += changed[i].hash != same[i].hash;
  EXPECT_GT(differing, 12u);
}

TEST(Segments, AStoppedRunKeepsWhatEnded) {
  const auto requests = Requests(40, 2, 4);
  SegmentOptions options;
  options.alive = 16;
  options.lane = 8;
  options.steps = 4;
  u32 segments = 0;
  const auto results = RunSegments(requests, Network(1), options, [&](const SegmentProgress& p) {
    EXPECT_LE(p.begun - p.ended, 16u);
    return ++segments < 2;
  });
  const auto expected = RunBatch(requests, Network(1), {});
  u32 ended = 0;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (results[i].steps == 0) continue;
    ++ended;
    EXPECT_EQ(results[i].hash, expected[i].hash);
  }
  EXPECT_GE(ended, 24u);
  EXPECT_LT(ended, 80u);
}

}  // namespace
}  // namespace wt
