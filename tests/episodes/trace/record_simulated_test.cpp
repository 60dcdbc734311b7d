// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "bench/evaluate.h"
#include "episodes/script.h"
#include "episodes/trace/action_line.h"
#include "episodes/trace/record_simulated.h"
#include "sim/api/file_io.h"
#include "tests/cli/temp_dir.h"
#include "tests/episodes/lite.h"
#include "tests/episodes/trace/object_words.h"

namespace wt {
namespace {

constexpr const char* kAgent = "rule";

PreparedSuite Prepared(const std::string& scenario) {
  Result<PreparedSuite> suite = PrepareOne(SourceDir(), scenario);
  WT_CHECK(suite.ok(), "a scenario of the catalog is prepared");
  return std::move(*suite);
}

EpisodeResult Record(const PreparedSuite& suite, u64 seed, const std::string& path,
                     const std::string& agent = kAgent) {
  const EpisodeRequest request{&suite.setups[0], 0, seed};
  TraceHeader header;
  header.scenario = suite.labels[0].name;
  header.seed = seed;
  header.agent = agent;
  const auto line = [&](const EpisodeResult& result) {
    return EpisodeLine({}, suite.labels, result);
  };
  const Result<EpisodeResult> played =
      RecordSimulated(request, *Agent(agent)(), header, path, line);
  WT_CHECK(played.ok(), "an episode is recorded");
  return *played;
}

EpisodeResult PlayAlone(const PreparedSuite& suite, u64 seed, const ChunkOptions& options = {}) {
  WorldPool pool;
  const EpisodeRequest request{&suite.setups[0], 0, seed};
  return RunChunk({&request, 1}, *Agent(kAgent)(), pool, options)[0];
}

// The traces that several tests read.
struct Recorded {
  TempDir folder;
  PreparedSuite suite;
  std::string path;
  EpisodeResult result;
  Trace trace;

  explicit Recorded(const std::string& scenario, u64 seed = 7)
      : suite(Prepared(scenario)), path((folder.path / "t.jsonl.gz").string()) {
    result = Record(suite, seed, path);
    Result<Trace> read = ReadTrace(path);
    WT_CHECK(read.ok(), "what was recorded can be read");
    trace = std::move(*read);
  }
};

const Recorded& BadImage() {
  static const Recorded recorded("testbed/hotel-bad-image");
  return recorded;
}

const TraceChange* Find(const Trace& trace, SimTime from, const std::string& kind,
                        const std::string& prefix, const std::string& text) {
  for (const TraceChange& change : trace.changes) {
    const ObjectWords words = WordsOf(change.object);
    if (change.at >= from && words.kind == kind && words.name.starts_with(prefix) &&
        change.object.find(text) != std::string::npos) {
      return &change;
    }
  }
  return nullptr;
}

TEST(RecordSimulated, ShowsTheFaultItsSymptomsAndTheRecoveryOfABadImage) {
  const Recorded& r = BadImage();
  ASSERT_EQ(r.result.verdict, 1);
  const std::string good = "\"image\":\"wavetank/hotel-recommendation:1.4.0\"";
  const TraceChange* before = Find(r.trace, 0, "Deployment", "recommendation", "\"image\"");
  ASSERT_NE(before, nullptr);
  EXPECT_EQ(before->at, 0);
  EXPECT_EQ(before->type, ChangeType::kAdded);
  EXPECT_NE(before->object.find(good), std::string::npos);

  const TraceChange* fault =
      Find(r.trace, 1, "Deployment", "recommendation", "hotel-recommendation:1.4.0-build");
  ASSERT_NE(fault, nullptr);
  EXPECT_EQ(fault->type, ChangeType::kModified);
  EXPECT_GE(fault->at, r.result.injected_at);
  EXPECT_LE(fault->at, r.result.injected_at + kRecordEvery);

  const TraceChange* symptom =
      Find(r.trace, fault->at, "Pod", "recommendation", "\"reason\":\"ErrImagePull\"");
  ASSERT_NE(symptom, nullptr);
  EXPECT_LT(symptom->at, fault->at + 30 * kSecond);
  EXPECT_NE(Find(r.trace, fault->at, "Event", "recommendation", "\"reason\":\"BackOff\""), nullptr);

  const auto repair = std::ranges::find_if(r.trace.actions, [](const TraceAction& action) {
    return action.action.find("\"undo\"") != std::string::npos;
  });
  ASSERT_NE(repair, r.trace.actions.end());
  const TraceChange* repaired = Find(r.trace, symptom->at, "Deployment", "recommendation", good);
  ASSERT_NE(repaired, nullptr);
  EXPECT_EQ(repaired->at, repair->at);
  const TraceChange* recovered =
      Find(r.trace, repair->at, "Deployment", "recommendation", "\"availableReplicas\":3");
  ASSERT_NE(recovered, nullptr);
  EXPECT_LT(recovered->at, r.trace.end);
}

TEST(RecordSimulated, BeginsWithAllThatWasThereAndGoesForwardInTime) {
  const Trace& trace = BadImage().trace;
  std::map<std::string, int> kinds;
  SimTime last = 0;
  for (const TraceChange& change : trace.changes) {
    EXPECT_GE(change.at, last);
    last = change.at;
    if (change.at > 0) continue;
    EXPECT_EQ(change.type, ChangeType::kAdded);
    ++kinds[WordsOf(change.object).kind];
  }
  EXPECT_LE(last, trace.end);
  EXPECT_EQ(kinds["Node"], 2);
  for (const char* kind : {"Deployment", "ReplicaSet", "Pod", "Service", "ConfigMap", "Secret"}) {
    EXPECT_GT(kinds[kind], 0) << kind;
  }
}

// What an object is after a change can be worked out from the changes alone.
TEST(RecordSimulated, TellsOfEveryObjectOnceThatItIsThereAndOnceThatItIsGone) {
  for (const char* scenario : {"testbed/hotel-bad-image", "testbed/hotel-pod-kill"}) {
    const Recorded recorded(scenario);
    std::map<std::string, std::string> alive;  // uid by name
    for (const TraceChange& change : recorded.trace.changes) {
      const ObjectWords words = WordsOf(change.object);
      const std::string key = words.kind + "/" + words.name_space + "/" + words.name;
      EXPECT_FALSE(words.name.empty());
      EXPECT_EQ(words.uid.empty(), words.kind == "Event") << key;
      if (change.type == ChangeType::kAdded) {
        EXPECT_TRUE(alive.try_emplace(key, words.uid).second) << key;
      } else {
        ASSERT_TRUE(alive.contains(key)) << key;
        EXPECT_EQ(alive[key], words.uid) << key;
      }
      if (change.type == ChangeType::kDeleted) alive.erase(key);
    }
  }
}

TEST(RecordSimulated, TrafficLinesAddUpToTheWorldsCounters) {
  for (const char* scenario : {"testbed/hotel-bad-image", "testbed/hotel-oom"}) {
    const Recorded recorded(scenario);
    f64 requests = 0, errors = 0;
    SimTime last = 0;
    for (const TraceTraffic& line : recorded.trace.traffic) {
      ASSERT_TRUE(line.client_known);
      const f64 part = static_cast<f64>(line.client.rate) * ToSeconds(line.at - last);
      requests += part;
      errors += part * static_cast<f64>(line.client.error);
      last = line.at;
    }
    EXPECT_EQ(last, recorded.trace.end);
    f64 world_requests = 0, world_errors = 0;
    ChunkOptions options;
    options.on_judged = [&](SimCluster& cluster, const EpisodeLimits&) {
      world_requests = cluster.world().header().client_requests;
      world_errors = cluster.world().header().client_errors;
    };
    PlayAlone(recorded.suite, 7, options);
    EXPECT_GT(world_errors, 1) << scenario;
    EXPECT_NEAR(requests, world_requests, 1e-5 * world_requests) << scenario;
    EXPECT_NEAR(errors, world_errors, 1e-4 * world_errors) << scenario;
  }
}

TEST(RecordSimulated, TrafficRowsThatDoNotChangeAreToldOnce) {
  const Trace& trace = BadImage().trace;
  ASSERT_GT(trace.traffic.size(), 60u);
  EXPECT_EQ(trace.traffic[0].services.size(),
            BadImage().suite.setups[0].blueprint->graph.services.size());
  EXPECT_EQ(trace.traffic[0].operations.size(),
            BadImage().suite.setups[0].blueprint->graph.operations.size());
  for (std::size_t i = 1; i < 59; ++i) {  // constant load, before the fault
    EXPECT_TRUE(trace.traffic[i].services.empty()) << i;
    EXPECT_TRUE(trace.traffic[i].operations.empty()) << i;
  }
}

TEST(RecordSimulated, ActionsPlayedAgainAreTheSameEpisode) {
  const Recorded& r = BadImage();
  ASSERT_EQ(r.trace.actions.size(), r.result.actions.size());
  std::string lines;
  for (std::size_t i = 0; i < r.trace.actions.size(); ++i) {
    EXPECT_EQ(r.trace.actions[i].at, r.result.actions[i].at);
    EXPECT_EQ(r.trace.actions[i].accepted, r.result.actions[i].accepted);
    lines += r.trace.actions[i].action + "\n";
  }
  const auto actions = ReadActions(lines, "trace");
  ASSERT_TRUE(actions.ok());
  WorldPool pool;
  const EpisodeRequest request{&r.suite.setups[0], 0, 7};
  const Result<EpisodeResult> again = RunScript(request, *actions, pool, {});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->hash, r.result.hash);
}

TEST(RecordSimulated, TwoRecordingsHaveEqualBytes) {
  const Recorded again("testbed/hotel-bad-image");
  const Result<std::string> a = ReadFile(BadImage().path, 10 << 20);
  const Result<std::string> b = ReadFile(again.path, 10 << 20);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(*a, *b);
  EXPECT_EQ(a->substr(4, 4), std::string(4, '\0'));  // RFC 1952: when it was packed
}

TEST(RecordSimulated, TheEpisodeIsTheOneThatNobodyRecords) {
  const TempDir folder;
  const std::string path = (folder.path / "t.jsonl.gz").string();
  for (const char* scenario :
       {"testbed/hotel-bad-image", "testbed/hotel-oom", "testbed/hotel-pod-kill",
        "services/hotel-wrong-target-port"}) {
    const PreparedSuite suite = Prepared(scenario);
    for (const u64 seed : {1, 2}) {
      const EpisodeResult recorded = Record(suite, seed, path), alone = PlayAlone(suite, seed);
      EXPECT_EQ(recorded.hash, alone.hash) << scenario << " " << seed;
      EXPECT_EQ(recorded.verdict, alone.verdict) << scenario << " " << seed;
      EXPECT_EQ(recorded.end, alone.end) << scenario << " " << seed;
    }
  }
}

TEST(RecordSimulated, SaysWhatItCannotWrite) {
  const PreparedSuite suite = Prepared("testbed/hotel-bad-image");
  const EpisodeRequest request{&suite.setups[0], 0, 7};
  const Result<EpisodeResult> played = RecordSimulated(request, *Agent(kAgent)(), {}, "/proc/no/t",
                                                       [](const auto&) { return "{}"; });
  ASSERT_FALSE(played.ok());
  EXPECT_EQ(played.error().code, ErrorCode::kEnvironment);
}

}  // namespace
}  // namespace wt
