// SPDX-License-Identifier: Apache-2.0
// episode_hashes ROOT SEEDS: plays the lite suite with every scripted policy, the oracle and two
// networks of random weights, then R23 with both mixes of actions; prints a line for each,
//   NAME EPISODES DECISIONS HASH
// that must be the same whatever compiler and flags built this program. The hash covers the World
// at the end, the verdict and, of every decision, the observation, the action and its probability.
#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "agents/all_policies.h"
#include "agents/network.h"
#include "bench/evaluate.h"
#include "bench/perf/r23.h"
#include "episodes/oracle.h"
#include "sim/api/hash_bytes.h"

namespace wt {
namespace {

u64 HashDecision(const StepView& step, u64 hash) {
  const ObservationView& view = step.slot->observation;
  hash = HashBytes(view.features.data(), view.features.size_bytes(), hash);
  hash = HashBytes(view.masks.data(), view.masks.size_bytes(), hash);
  hash = HashBytes(view.service_workload.data(), view.service_workload.size_bytes(), hash);
  const Action& action = step.slot->chosen;
  const u64 words[] = {static_cast<u64>(action.kind), action.move, action.slot,
                       step.outcome.accepted};
  hash = HashBytes(words, sizeof(words), hash);
  return HashBytes(&step.slot->log_prob, sizeof(f32), hash);
}

void PrintSuite(const PreparedSuite& suite, u64 seeds, const char* name, Policy& policy) {
  u64 hash = 0, decisions = 0, episodes = 0;
  WorldPool pool;
  for (u32 s = 0; s < suite.setups.size(); ++s) {
    std::vector<EpisodeRequest> requests;
    for (u64 seed = 1; seed <= seeds; ++seed) requests.push_back({&suite.setups[s], s, seed});
    ChunkOptions options;
    options.keep_actions = false;
    options.on_step = [&](const StepView& step) {
      hash = HashDecision(step, hash);
      ++decisions;
    };
    const std::vector<EpisodeResult> results = RunChunk(requests, policy, pool, options);
    const u64 words[] = {hash, HashEpisodes(results)};
    hash = HashBytes(words, sizeof(words));
    episodes += results.size();
  }
  fmt::print("{} {} {} {:016x}\n", name, episodes, decisions, hash);
}

std::shared_ptr<const NetworkWeights> RandomWeights(u32 width) {
  NetworkWeights weights(width);
  for (u32 l = 0; l < kLayers; ++l) {
    DrawWeights(weights.layers[l].data(), ShapeOf(static_cast<Layer>(l), width), 0.3f, 11, l);
  }
  return std::make_shared<const NetworkWeights>(std::move(weights));
}

int PrintR23(const std::string& root, u64 seeds) {
  Result<ScenarioSetup> setup = PrepareR23(root);
  if (!setup) {
    fmt::print(stderr, "{}\n", setup.error().Text());
    return 1;
  }
  for (const PerfActions actions : {PerfActions::kR23, PerfActions::kUniform}) {
    PerfOptions options;
    options.actions = actions;
    options.episodes = static_cast<u32>(4 * seeds);
    Result<PerfRun> run = RunPerf(*setup, options);
    if (!run) {
      fmt::print(stderr, "{}\n", run.error().Text());
      return 1;
    }
    u64 hash = 0;
    for (const PerfEpisode& e : run->episodes) {
      const u64 words[] = {hash, e.hash, e.events, e.solves};
      hash = HashBytes(words, sizeof(words));
    }
    fmt::print("r23-{} {} {} {:016x}\n", actions == PerfActions::kR23 ? "mixed" : "uniform",
               run->episodes.size(), run->steps, hash);
  }
  return 0;
}

int Main(const std::string& root, u64 seeds) {
  Result<PreparedSuite> suite = PrepareSuite(root, "lite");
  if (!suite) {
    fmt::print(stderr, "{}\n", suite.error().Text());
    return 1;
  }
  fmt::print("suite 0 0 {}\n", suite->hash);
  for (const PolicyEntry& entry : AllPolicies()) {
    PrintSuite(*suite, seeds, std::string(entry.name).c_str(), *entry.make());
  }
  PrintSuite(*suite, seeds, "oracle", *MakeOracle());
  // 32: whole vectors of eight; 13: also what is left over.
  PrintSuite(*suite, seeds, "network-32", *MakeNetworkPolicy(RandomWeights(32), false, "n32"));
  PrintSuite(*suite, seeds, "network-13", *MakeNetworkPolicy(RandomWeights(13), false, "n13"));
  return PrintR23(root, seeds);
}

}  // namespace
}  // namespace wt

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: episode_hashes ROOT SEEDS\n");
    return 2;
  }
  return wt::Main(argv[1], std::strtoull(argv[2], nullptr, 10));
}
