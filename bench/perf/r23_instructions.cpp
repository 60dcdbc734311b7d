// SPDX-License-Identifier: Apache-2.0
// Runs R23 for instructions.sh: r23_instructions ROOT ROUNDS. A round is all steps of kEpisodes
// episodes with seeds of its own. Building the Blueprint is the same in every call, so the
// difference of two calls, over the difference of their rounds, is resets and steps alone; and no
// round finds its own traffic solved by the one before.
// Prints the steps of a round.
#include <fmt/format.h>

#include <cstdlib>

#include "bench/perf/r23.h"

namespace {

constexpr wt::u32 kEpisodes = 24;

int Run(const char* root, int rounds) {
  const wt::Result<wt::ScenarioSetup> setup = wt::PrepareR23(root);
  if (!setup) {
    fmt::print(stderr, "{}\n", setup.error().Text());
    return 3;
  }
  wt::PerfOptions options;
  options.chunk = kEpisodes;
  options.episodes = kEpisodes;
  for (int round = 0; round < rounds; ++round) {
    options.first_seed = 1 + static_cast<wt::u64>(round) * kEpisodes;
    const wt::Result<wt::PerfRun> run = wt::RunPerf(*setup, options);
    if (!run) {
      fmt::print(stderr, "{}\n", run.error().Text());
      return 3;
    }
  }
  fmt::print("{}\n", kEpisodes * wt::kR23Steps);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: r23_instructions ROOT ROUNDS\n");
    return 2;
  }
  return Run(argv[1], std::atoi(argv[2]));
}
