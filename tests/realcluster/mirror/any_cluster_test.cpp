// SPDX-License-Identifier: Apache-2.0
// Whole episodes on a cluster that is reached by its Kubernetes API alone, beside the same episodes
// simulated.
#include "realcluster/mirror/any_cluster.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "faults/all_faults.h"
#include "faults/fault_schedule.h"
#include "tests/realcluster/mirror/simulated_reality.h"

namespace wt {
namespace {

struct Played {
  EpisodeResult result;
  std::vector<TraceRequest> sent;
  std::vector<Error> errors;
  std::vector<std::string> warnings;
  // Of its faults, one that acts by a program of its own: the cluster that stands for the real one
  // runs none, so there is nothing to find.
  bool brings_a_program = false;
};

Played PlayOnApi(const ScenarioSetup& setup, const std::string& agent, u64 seed) {
  SimulatedReality reality(setup, seed);
  Played out;
  AnyCluster* driver = nullptr;
  ChunkOptions options;
  options.drive = [&](SimCluster& cluster) -> Result<std::unique_ptr<ClusterDriver>> {
    auto begun = AnyCluster::Begin(reality, reality, reality, reality, cluster,
                                   reality.Options());
    if (!begun) return begun.error();
    driver = begun->get();
    return std::unique_ptr<ClusterDriver>(std::move(*begun));
  };
  options.on_judged = [&](SimCluster& cluster, const EpisodeLimits&) {
    for (const u32 row : PlannedFaults(cluster.world())) {
      out.brings_a_program |= KindOf(cluster.world().At<Fault>(row)).rogue != nullptr;
    }
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

// Both ways, every scenario of the catalog. How many verdicts were unequal.
int PlayBoth(const std::string& agent) {
  int unequal = 0;
  for (std::size_t s = 0; s < Catalog().setups.size(); ++s) {
    const std::string& name = Catalog().labels[s].name;
    const Played real = PlayOnApi(Catalog().setups[s], agent, 7);
    const EpisodeResult simulated = PlaySimulated(Catalog().setups[s], agent, 7);
    EXPECT_FALSE(real.result.errored) << name << ": " << real.result.error;
    for (const Error& error : real.errors) ADD_FAILURE() << name << ": " << error.Text();
    for (const std::string& warning : real.warnings) ADD_FAILURE() << name << ": " << warning;
    if (real.result.verdict == simulated.verdict) continue;
    if (real.brings_a_program && agent != "oracle") continue;
    ++unequal;
    std::printf("%s: %d by the API, %d simulated\n", name.c_str(), real.result.verdict,
                simulated.verdict);
    for (const TraceRequest& sent : real.sent) {
      std::printf("  %7.1f s %s %s %s %s: %d\n", ToSeconds(sent.at),
                  sent.by_agent ? "agent" : "fault", sent.method.c_str(),
                  sent.path.c_str(), sent.body.substr(0, 200).c_str(), sent.status);
    }
  }
  return unequal;
}

TEST(AnyCluster, TheOracleRepairsThroughTheApiWhatItRepairsInTheSimulator) {
  EXPECT_EQ(PlayBoth("oracle"), 0);
}

// Its choices hang on figures near their thresholds, and those come a poll later here.
TEST(AnyCluster, TheRuleAgentFaresAlikeInNineOfTen) {
  const int count = static_cast<int>(Catalog().setups.size()), unequal = PlayBoth("rule");
  std::printf("%d of %d verdicts differ\n", unequal, count);
  EXPECT_LE(10 * unequal, count);
}

}  // namespace
}  // namespace wt
