// SPDX-License-Identifier: Apache-2.0
// Whole episodes on a cluster that is reached by its Kubernetes API alone, beside the same episodes
// simulated.
#include "realcluster/mirror/any_cluster.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "sim/telemetry/describe.h"
#include "tests/realcluster/mirror/simulated_reality.h"

namespace wt {
namespace {

struct Played {
  EpisodeResult result;
  std::vector<SentRequest> sent;
  std::vector<Error> errors;
  std::vector<std::string> warnings;
  std::string pods;
};

Played PlayOnApi(const ScenarioSetup& setup, const std::string& agent, u64 seed) {
  SimulatedReality reality(setup, seed);
  Played out;
  AnyCluster* driver = nullptr;
  ChunkOptions options;
  options.drive = [&](SimCluster& cluster) -> Result<std::unique_ptr<ClusterDriver>> {
    auto begun =
        AnyCluster::Begin(reality.api, reality, reality, cluster, {.poll = 5 * kSecond});
    if (!begun) return begun.error();
    driver = begun->get();
    return std::unique_ptr<ClusterDriver>(std::move(*begun));
  };
  options.on_judged = [&](SimCluster&, const EpisodeLimits&) {
    out.sent = driver->sent();
    out.errors = driver->errors();
    out.warnings = driver->mirror().warnings();
    const Sim sim = reality.cluster.View();
    out.pods += reality.api.Call({.path = "/api/v1/namespaces/hotel/configmaps/hotel-config"})->body;
    out.pods += "\n" + GetEventsText(sim, sim.blueprint.app_namespace, 300);
    for (u32 d = 1; d < sim.world.Used<Deployment>(); ++d) {
      if (sim.At<Deployment>(d).born != 0) out.pods += GetPodsText(sim, sim.At<Deployment>(d).ns, d);
    }
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

TEST(AnyCluster, TheOracleRepairsThroughTheApiWhatItRepairsInTheSimulator) {
  int equal = 0, both_solved = 0;
  const int count = static_cast<int>(Catalog().setups.size());
  for (int s = 0; s < count; ++s) {
    const ScenarioSetup& setup = Catalog().setups[static_cast<std::size_t>(s)];
    const std::string& name = Catalog().labels[static_cast<std::size_t>(s)].name;
    const Played real = PlayOnApi(setup, "oracle", 7);
    const EpisodeResult simulated = PlaySimulated(setup, "oracle", 7);
    EXPECT_FALSE(real.result.errored) << name << ": " << real.result.error;
    for (const Error& error : real.errors) ADD_FAILURE() << name << ": " << error.Text();
    for (const std::string& warning : real.warnings) ADD_FAILURE() << name << ": " << warning;
    equal += real.result.verdict == simulated.verdict;
    both_solved += real.result.verdict == 1 && simulated.verdict == 1;
    if (real.result.verdict == simulated.verdict) continue;
    std::printf("%s: %d by the API, %d simulated\n", name.c_str(), real.result.verdict,
                simulated.verdict);
    std::printf("%s", real.pods.c_str());
    const VerdictParts& parts = real.result.parts;
    std::printf("  slo held %d, cause gone %d, disturbed %d, protected %d, errors %.3f, twin %.3f\n",
                parts.slo_held, parts.cause_gone, parts.disturbed, parts.changed_protected,
                static_cast<f64>(parts.error_share), static_cast<f64>(parts.twin_error_share));
    for (const EpisodeResult* played : {&real.result, &simulated}) {
      for (const TakenAction& taken : played->actions) {
        std::printf("  %5.0f s %s %s\n", ToSeconds(taken.at),
                    std::string(VerbName(MoveOf(taken.action).verb)).c_str(), taken.target.c_str());
      }
      std::printf("  end %.0f s\n", ToSeconds(played->end));
    }
    for (const SentRequest& sent : real.sent) {
      std::printf("  %7.1f s %s %s %s %s: %d\n", ToSeconds(sent.at),
                  sent.by_agent ? "agent" : "fault", sent.request.method.c_str(),
                  sent.request.path.c_str(), sent.request.body.substr(0, 300).c_str(), sent.status);
    }
  }
  std::printf("%d of %d verdicts equal, %d solved in both\n", equal, count, both_solved);
  EXPECT_EQ(equal, count);
}

}  // namespace
}  // namespace wt
