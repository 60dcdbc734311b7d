// SPDX-License-Identifier: Apache-2.0
// Whole episodes on a cluster that is reached by its Kubernetes API alone, beside the same episodes
// simulated.
#include "realcluster/mirror/any_cluster.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/realcluster/mirror/simulated_reality.h"

namespace wt {
namespace {

struct Played {
  EpisodeResult result;
  std::vector<SentRequest> sent;
  std::vector<Error> errors;
  std::vector<std::string> warnings;
};

Played PlayOnApi(const ScenarioSetup& setup, const std::string& agent, u64 seed) {
  SimulatedReality reality(setup, seed);
  Played out;
  AnyCluster* driver = nullptr;
  ChunkOptions options;
  options.drive = [&](SimCluster& cluster) -> Result<std::unique_ptr<ClusterDriver>> {
    auto begun = AnyCluster::Begin(reality.api, reality, reality, cluster, {.poll = 15 * kSecond});
    if (!begun) return begun.error();
    driver = begun->get();
    return std::unique_ptr<ClusterDriver>(std::move(*begun));
  };
  options.on_judged = [&](SimCluster&, const EpisodeLimits&) {
    out.sent = driver->sent();
    out.errors = driver->errors();
    out.warnings = driver->mirror().warnings();
  };
  const EpisodeRequest request{.setup = &setup, .seed = seed};
  WorldPool pool;
  const std::unique_ptr<Policy> policy = Agent(agent)();
  out.result = RunChunk({&request, 1}, *policy, pool, options)[0];
  return out;
}

EpisodeResult PlaySimulated(const ScenarioSetup& setup, const std::string& agent, u64 seed) {
  const EpisodeRequest request{.setup = &setup, .seed = seed};
  WorldPool pool;
  const std::unique_ptr<Policy> policy = Agent(agent)();
  return RunChunk({&request, 1}, *policy, pool, {})[0];
}

// Both ways, every scenario of the catalog. How many verdicts were equal.
int PlayBoth(const std::string& agent) {
  int equal = 0;
  for (std::size_t s = 0; s < Catalog().setups.size(); ++s) {
    const std::string& name = Catalog().labels[s].name;
    const Played real = PlayOnApi(Catalog().setups[s], agent, 7);
    const EpisodeResult simulated = PlaySimulated(Catalog().setups[s], agent, 7);
    EXPECT_FALSE(real.result.errored) << name << ": " << real.result.error;
    for (const Error& error : real.errors) ADD_FAILURE() << name << ": " << error.Text();
    for (const std::string& warning : real.warnings) ADD_FAILURE() << name << ": " << warning;
    equal += real.result.verdict == simulated.verdict;
    if (real.result.verdict == simulated.verdict) continue;
    std::printf("%s: %d by the API, %d simulated\n", name.c_str(), real.result.verdict,
                simulated.verdict);
    for (const SentRequest& sent : real.sent) {
      std::printf("  %7.1f s %s %s %s %s: %d\n", ToSeconds(sent.at),
                  sent.by_agent ? "agent" : "fault", sent.request.method.c_str(),
                  sent.request.path.c_str(), sent.request.body.substr(0, 200).c_str(), sent.status);
    }
  }
  return equal;
}

TEST(AnyCluster, TheOracleRepairsThroughTheApiWhatItRepairsInTheSimulator) {
  EXPECT_EQ(PlayBoth("oracle"), static_cast<int>(Catalog().setups.size()));
}

// Its choices hang on figures near their thresholds, and those come a poll later here.
TEST(AnyCluster, TheRuleAgentFaresAlikeInNineOfTen) {
  const int count = static_cast<int>(Catalog().setups.size()), equal = PlayBoth("rule");
  std::printf("%d of %d verdicts equal\n", equal, count);
  EXPECT_GE(10 * equal, 9 * count);
}

}  // namespace
}  // namespace wt
