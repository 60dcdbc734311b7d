// SPDX-License-Identifier: Apache-2.0
// What AnyCluster was told, written down and told again, is the same episode: the cluster behind
// the recording is a simulated one behind its API.
#include "realcluster/replay/trace_replay.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "episodes/script.h"
#include "tests/realcluster/mirror/simulated_reality.h"

namespace wt {
namespace {

constexpr u64 kSeed = 7;

class TraceReplayTest : public testing::Test {
 protected:
  TraceReplayTest() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    path_ = testing::TempDir() + "wavetank_" + info->name() + std::to_string(getpid()) +
            ".jsonl.gz";
  }
  ~TraceReplayTest() override { std::filesystem::remove(path_); }

  // Plays it on the API and records it.
  EpisodeResult Record(const ScenarioSetup& setup, const std::string& name,
                       const std::string& agent) {
    SimulatedReality reality(setup, kSeed);
    TraceHeader header;
    header.real = true;
    header.scenario = name;
    header.seed = kSeed;
    header.agent = agent;
    header.began = BeganText(reality.Options().unix_ms_at_zero);
    auto writer = TraceWriter::Open(path_, header);
    WT_CHECK(writer.ok(), "a trace can be written");
    TraceWriter& trace = **writer;
    ChunkOptions options;
    options.drive = [&](SimCluster& cluster) -> Result<std::unique_ptr<ClusterDriver>> {
      AnyClusterOptions any = reality.Options();
      any.poll = 5 * kSecond;
      any.on_change = [&](const TraceChange& change) { trace.Add(change); };
      any.on_traffic = [&](const TraceTraffic& traffic) { trace.Add(traffic); };
      any.on_request = [&](const TraceRequest& request) { trace.Add(request); };
      auto begun = AnyCluster::Begin(reality, reality, reality, reality, cluster, any);
      if (!begun) return begun.error();
      return std::unique_ptr<ClusterDriver>(std::move(*begun));
    };
    const EpisodeResult result = Play(setup, agent, options);
    EXPECT_TRUE(trace.Close(result.end, "{}").ok());
    return result;
  }

  static EpisodeResult Play(const ScenarioSetup& setup, const std::string& agent,
                            const ChunkOptions& options) {
    const EpisodeRequest request{.setup = &setup, .seed = kSeed};
    WorldPool pool;
    const std::unique_ptr<Policy> policy = Agent(agent)();
    return RunChunk({&request, 1}, *policy, pool, options)[0];
  }

  static ChunkOptions Replayed(TraceReplay& replay) {
    ChunkOptions options;
    options.drive = [&](SimCluster& cluster) { return replay.Drive(cluster); };
    return options;
  }

  // Every `stride`-th scenario of the catalog, played by the rule agent and recorded, is given to
  // `check` with its replay, which must not have diverged after it.
  template <class Check>
  void ForEachRecorded(std::size_t stride, Check check) {
    for (std::size_t s = 0; s < Catalog().setups.size(); s += stride) {
      const std::string& name = Catalog().labels[s].name;
      SCOPED_TRACE(name);
      const ScenarioSetup& setup = Catalog().setups[s];
      const EpisodeResult then = Record(setup, name, "rule");
      const Result<Trace> trace = ReadTrace(path_);
      ASSERT_TRUE(trace.ok()) << trace.error().Text();
      TraceReplay replay(*trace);
      check(setup, then, replay);
      EXPECT_FALSE(replay.divergence()) << replay.divergence()->Text();
      EXPECT_FALSE(replay.failure()) << replay.failure()->Text();
    }
  }

  std::string path_;
};

void ExpectSame(const EpisodeResult& now, const EpisodeResult& then) {
  EXPECT_EQ(now.error, then.error);
  EXPECT_EQ(now.verdict, then.verdict);
  EXPECT_EQ(ActionsText(now.actions), ActionsText(then.actions));
  ASSERT_EQ(now.actions.size(), then.actions.size());
  for (std::size_t a = 0; a < now.actions.size(); ++a) {
    EXPECT_EQ(now.actions[a].accepted, then.actions[a].accepted) << "action " << a;
  }
  EXPECT_EQ(now.end, then.end);
  EXPECT_EQ(now.repaired_at, then.repaired_at);
  EXPECT_EQ(now.parts.error_share, then.parts.error_share);
}

TEST_F(TraceReplayTest, TheSameAgentDoesTheSameAndIsJudgedAlike) {
  ForEachRecorded(6, [](const ScenarioSetup& setup, const EpisodeResult& then,
                          TraceReplay& replay) {
    ExpectSame(Play(setup, "rule", Replayed(replay)), then);
  });
}

TEST_F(TraceReplayTest, ItsActionsAloneGiveTheSameVerdict) {
  ForEachRecorded(15, [](const ScenarioSetup& setup, const EpisodeResult& then,
                         TraceReplay& replay) {
    const auto actions = ReadActions(ActionsText(then.actions), "actions");
    ASSERT_TRUE(actions.ok()) << actions.error().Text();
    const EpisodeRequest request{.setup = &setup, .seed = kSeed};
    WorldPool pool;
    const auto now = RunScript(request, *actions, pool, Replayed(replay));
    ASSERT_TRUE(now.ok()) << now.error().Text();
    EXPECT_EQ(now->verdict, then.verdict);
    EXPECT_EQ(now->repaired_at, then.repaired_at);
  });
}

TEST_F(TraceReplayTest, AnAgentThatDoesSomethingElseIsToldSo) {
  const ScenarioSetup& setup = Catalog().setups[0];
  Record(setup, Catalog().labels[0].name, "rule");
  const Result<Trace> trace = ReadTrace(path_);
  ASSERT_TRUE(trace.ok()) << trace.error().Text();
  TraceReplay replay(*trace);
  Play(setup, "restart-everything", Replayed(replay));
  ASSERT_TRUE(replay.divergence());
  EXPECT_NE(replay.divergence()->Text().find("of the trace"), std::string::npos);
}

TEST_F(TraceReplayTest, AFaultWhoseObjectDoesNotChangeInTheTraceIsNoVerdict) {
  const ScenarioSetup* setup = nullptr;
  for (std::size_t s = 0; s < Catalog().setups.size(); ++s) {
    if (Catalog().labels[s].name == "hotel-bad-image") setup = &Catalog().setups[s];
  }
  ASSERT_NE(setup, nullptr);
  Record(*setup, "hotel-bad-image", "rule");
  Result<Trace> trace = ReadTrace(path_);
  ASSERT_TRUE(trace.ok()) << trace.error().Text();
  ASSERT_FALSE(trace->requests.empty());
  const TraceRequest& injected = trace->requests.front();
  ASSERT_EQ(injected.method, "PATCH");
  const std::string name = injected.path.substr(injected.path.rfind('/') + 1);
  std::erase_if(trace->changes, [&](const TraceChange& change) {
    return change.at >= injected.at &&
           change.object.find("\"kind\":\"Deployment\"") != std::string::npos &&
           change.object.find("\"name\":\"" + name + "\"") != std::string::npos;
  });
  TraceReplay replay(*trace);
  Play(*setup, "rule", Replayed(replay));
  ASSERT_TRUE(replay.failure());
  EXPECT_EQ(replay.failure()->where, injected.path);
  EXPECT_NE(replay.failure()->what.find("does not show it"), std::string::npos);
}

TEST(BeganText, IsReadBack) {
  TraceHeader header;
  for (const i64 ms : {0LL, 1767225600123LL, 1767225600999LL}) {
    header.began = BeganText(ms);
    const Result<i64> read = BeganUnixMs(header);
    ASSERT_TRUE(read.ok()) << header.began;
    EXPECT_EQ(*read, ms);
  }
  header.began = "yesterday";
  EXPECT_FALSE(BeganUnixMs(header).ok());
}

}  // namespace
}  // namespace wt
