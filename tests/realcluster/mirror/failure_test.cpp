// SPDX-License-Identifier: Apache-2.0
// Episodes that are worth nothing: a cluster that does not do what it says, a measurement that
// dies. Each must end with a failure that says what to do, never with a verdict alone.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "episodes/script.h"
#include "faults/all_faults.h"
#include "faults/fault_schedule.h"
#include "realcluster/mirror/any_cluster.h"
#include "sim/traffic/traffic.h"
#include "tests/realcluster/mirror/simulated_reality.h"

namespace wt {
namespace {

enum class Writes { kDone, kRefused, kIgnored, kNeverScheduled };

// Carries out what is written, refuses it, says yes and does nothing, or leaves no node for pods.
class Unwilling final : public KubeApi {
 public:
  Unwilling(SimulatedReality& reality, Writes writes) : reality_(reality), writes_(writes) {}
  Result<ApiReply> Call(const ApiRequest& request) override {
    if (request.method == "GET" || writes_ == Writes::kDone) return reality_.Call(request);
    if (writes_ == Writes::kRefused) return ApiReply{403, R"({"kind":"Status","message":"no"})"};
    if (writes_ == Writes::kIgnored) return ApiReply{request.method == "POST" ? 201 : 200, "{}"};
    const Sim sim = reality_.cluster.View();
    for (u32 node = 1; node < sim.world.Used<Node>(); ++node) {
      if (sim.At<Node>(node).born != 0) sim.At<Node>(node).unschedulable = 1;
    }
    return reality_.Call(request);
  }
  Result<std::unique_ptr<ApiWatch>> Watch(const ApiRequest& request) override {
    return reality_.Watch(request);
  }

 private:
  SimulatedReality& reality_;
  Writes writes_;
};

constexpr SimTime kNever = INT64_MAX;

struct Span {
  SimTime from = kNever, until = kNever;
  bool Has(SimTime at) const { return at >= from && at < until; }
};

// Of a time after the episode's beginning.
struct Troubles {
  Writes writes = Writes::kDone;
  Span feed_fails = {}, feed_hangs = {}, meter_fails = {}, meter_silent = {};
  bool nobody_served = false;
};

class Troubled final : public ChangeFeed, public TrafficMeter {
 public:
  Troubled(SimulatedReality& reality, const Troubles& troubles)
      : reality_(reality), troubles_(troubles), began_(reality.Now()) {}

  // Of a server that hangs nothing is known until its silence has lasted.
  std::optional<SimTime> LastAnswer() override {
    const bool hangs = troubles_.feed_hangs.Has(reality_.Now() - began_);
    return hangs ? began_ + troubles_.feed_hangs.from : reality_.Now();
  }
  Status Take(std::vector<TraceChange>& out) override {
    const Span& hangs = troubles_.feed_hangs;
    const SimTime at = reality_.Now() - began_;
    if (hangs.Has(at)) {
      if (at - hangs.from < 8 * kSecond) return Ok{};
      return Error{ErrorCode::kEnvironment, "readyz", "no answer in time"};
    }
    if (!troubles_.feed_fails.Has(reality_.Now() - began_)) return reality_.Take(out);
    return Error{ErrorCode::kEnvironment, "watch", "connection refused"};
  }
  Status Report(Sim& sim) override {
    const SimTime at = reality_.Now() - began_;
    if (troubles_.meter_silent.Has(at)) return Ok{};
    if (troubles_.meter_fails.Has(at)) {
      return Error{ErrorCode::kEnvironment, "wavetank-load", "the load program ended: signal 9"};
    }
    if (!troubles_.nobody_served) return reality_.Report(sim);
    FlowClient client = sim.world.header().client;
    client.rate = 8;
    client.error = 1;
    const ServiceGraph& graph = sim.blueprint.graph;
    ReportTraffic(sim, client, {sim.world.Rows<FlowServiceRow>(), graph.services.size()},
                  {sim.world.Rows<FlowOperationRow>(), graph.operations.size()});
    return Ok{};
  }

 private:
  SimulatedReality& reality_;
  Troubles troubles_;
  SimTime began_;
};

struct Ended {
  EpisodeResult result;
  std::string failure, told;  // told: by on_failure
  std::vector<std::string> errors;
};

using Player = std::function<EpisodeResult(const EpisodeRequest&, WorldPool&, const ChunkOptions&)>;

Ended Play(const ScenarioSetup& setup, const Player& player, const Troubles& troubles) {
  SimulatedReality reality(setup, 7);
  Unwilling api(reality, troubles.writes);
  Troubled measured(reality, troubles);
  Ended out;
  AnyCluster* driver = nullptr;
  ChunkOptions options;
  options.drive = [&](SimCluster& cluster) -> Result<std::unique_ptr<ClusterDriver>> {
    AnyClusterOptions any = reality.Options();
    any.poll = 5 * kSecond;
    any.on_failure = [&](const Error& error) { out.told += error.Text(); };
    auto begun = AnyCluster::Begin(api, measured, reality, measured, cluster, any);
    if (!begun) return begun.error();
    driver = begun->get();
    return std::unique_ptr<ClusterDriver>(std::move(*begun));
  };
  options.on_judged = [&](SimCluster& cluster, const EpisodeLimits&) {
    driver->AwaitWrites(cluster);
    if (driver->failure()) out.failure = driver->failure()->Text();
    for (const Error& error : driver->errors()) out.errors.push_back(error.Text());
  };
  const EpisodeRequest request{.setup = &setup, .seed = 7};
  WorldPool pool;
  out.result = player(request, pool, options);
  EXPECT_EQ(out.told, out.failure);
  return out;
}

Ended PlayOn(const ScenarioSetup& setup, const std::string& agent, const Troubles& troubles) {
  const std::unique_ptr<Policy> policy = Agent(agent)();
  return Play(setup, [&](const EpisodeRequest& request, WorldPool& pool,
                         const ChunkOptions& options) {
    return RunChunk({&request, 1}, *policy, pool, options)[0];
  }, troubles);
}

const ScenarioSetup& SetupNamed(const std::string& name) {
  for (std::size_t s = 0; s < Catalog().setups.size(); ++s) {
    if (Catalog().labels[s].name == name) return Catalog().setups[s];
  }
  WT_CHECK(false, "a scenario of the catalog");
}

Ended PlayNamed(const std::string& scenario, const Troubles& troubles) {
  return PlayOn(SetupNamed(scenario), "rule", troubles);
}

// Who answers at the first look after the fault.
Ended PlayAnswer(const Troubles& troubles) {
  const auto actions = ReadActions(R"({"at_s": 61, "verb": "submit"})", "actions");
  WT_CHECK(actions.ok(), "an answer is an action");
  return Play(SetupNamed("hotel-bad-image"), [&](const EpisodeRequest& request, WorldPool& pool,
                                                 const ChunkOptions& options) {
    Result<EpisodeResult> ran = RunScript(request, *actions, pool, options);
    EXPECT_TRUE(ran.ok()) << ran.error().Text();
    return ran ? *ran : EpisodeResult{};
  }, troubles);
}

void ExpectSays(const std::string& text, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    EXPECT_NE(text.find(word), std::string::npos) << word << " is not in: " << text;
  }
}

TEST(AnyClusterFailure, AFaultThatIsRefusedEndsTheEpisodeWithTheReason) {
  const Ended ended = PlayNamed("hotel-bad-image", {.writes = Writes::kRefused});
  ExpectSays(ended.failure, {"403", "could not be injected"});
}

TEST(AnyClusterFailure, AFaultWhoseProgramDoesNotRunHasNoEffect) {
  const Ended ended = PlayNamed("hotel-pod-kill", {.writes = Writes::kNeverScheduled});
  ExpectSays(ended.failure, {"no effect", "on a node", "describe pod"});
}

std::set<std::string> KindsOf(const ScenarioSetup& setup) {
  WorldPool pool;
  const Result<StartedEpisode> started = StartEpisode(setup, pool, 7);
  WT_CHECK(started.ok(), "an episode of the catalog starts");
  std::set<std::string> out;
  for (const u32 row : PlannedFaults(started->cluster.world())) {
    out.emplace(KindOf(started->cluster.world().At<Fault>(row)).id);
  }
  return out;
}

TEST(AnyClusterFailure, AFaultOfAnyKindThatIsAcceptedAndNotShownEndsTheEpisode) {
  std::set<std::string> kinds;
  for (std::size_t s = 0; s < Catalog().setups.size(); ++s) {
    const std::set<std::string> of = KindsOf(Catalog().setups[s]);
    if (of.size() != 1 || !kinds.insert(*of.begin()).second) continue;
    SCOPED_TRACE(Catalog().labels[s].name);
    const Ended ended = PlayOn(Catalog().setups[s], "oracle", {.writes = Writes::kIgnored});
    ExpectSays(ended.failure, {"the API accepted", "does not show it", "kubectl get --raw /api"});
  }
  EXPECT_EQ(kinds.size() + 1, AllFaults().size());  // all but no-fault
}

TEST(AnyClusterFailure, AnAnswerRightAfterTheFaultWaitsForItsWrites) {
  EXPECT_EQ(PlayAnswer({}).failure, "");
  const Ended ended = PlayAnswer({.writes = Writes::kIgnored});
  ExpectSays(ended.failure, {"the API accepted", "does not show it"});
}

TEST(AnyClusterFailure, WithoutAFaultNothingIsAwaited) {
  const Ended ended = PlayNamed("hotel-steady", {.writes = Writes::kIgnored});
  EXPECT_EQ(ended.failure, "");
}

TEST(AnyClusterFailure, AMeterThatDiesIsNoVerdict) {
  const Ended ended = PlayNamed("hotel-bad-image", {.meter_fails = {30 * kSecond}});
  ExpectSays(ended.failure, {"the client traffic", "since 30.0 s", "signal 9", "play the episode"});
  EXPECT_EQ(ended.errors.size(), 1u);
}

TEST(AnyClusterFailure, AMeterThatFallsSilentIsNoVerdict) {
  const Ended ended = PlayNamed("hotel-bad-image", {.meter_silent = {30 * kSecond}});
  ExpectSays(ended.failure, {"the client traffic", "since 30.0 s", "without an error"});
  EXPECT_TRUE(ended.errors.empty());
}

TEST(AnyClusterFailure, AFeedThatDiesIsNoVerdict) {
  const Ended ended = PlayNamed("hotel-bad-image", {.feed_fails = {65 * kSecond}});
  ExpectSays(ended.failure, {"the change feed", "since 65.0 s", "connection refused", "readyz"});
  EXPECT_EQ(ended.errors.size(), 1u);
}

TEST(AnyClusterFailure, AServerThatHangsIsNoVerdictSinceItsLastAnswer) {
  const Ended ended = PlayNamed("hotel-bad-image", {.feed_hangs = {62 * kSecond}});
  ExpectSays(ended.failure, {"the change feed", "since 62.0 s", "for 23 s", "no answer in time"});
  EXPECT_EQ(ended.errors.size(), 1u);
}

TEST(AnyClusterFailure, AHiccupIsAWarningAndTheEpisodeGoesOn) {
  const Span hiccup{65 * kSecond, 80 * kSecond};
  const Ended well = PlayNamed("hotel-bad-image", {});
  const Ended feed = PlayNamed("hotel-bad-image", {.feed_fails = hiccup});
  EXPECT_EQ(feed.failure, "");
  EXPECT_EQ(feed.errors.size(), 1u);
  EXPECT_EQ(feed.result.verdict, well.result.verdict);
  const Ended meter = PlayNamed("hotel-bad-image", {.meter_fails = hiccup});
  EXPECT_EQ(meter.failure, "");
  EXPECT_EQ(meter.errors.size(), 1u);
  EXPECT_EQ(meter.result.verdict, well.result.verdict);
}

TEST(AnyClusterFailure, ALoadProgramThatIsGoneAtTheBeginningStartsNoEpisode) {
  const Ended ended = PlayNamed("hotel-bad-image", {.meter_fails = {0}});
  EXPECT_TRUE(ended.result.errored);
  ExpectSays(ended.result.error, {"the load program ended"});
}

TEST(AnyClusterFailure, ClientsOfWhomNotOneIsServedBeforeTheFaultMeasureNothing) {
  const Ended ended = PlayNamed("hotel-bad-image", {.nobody_served = true});
  ExpectSays(ended.failure, {"the client traffic", "not one was served", "before the first fault"});
}

}  // namespace
}  // namespace wt
