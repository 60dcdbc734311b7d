// SPDX-License-Identifier: Apache-2.0
// Google Benchmark face of bench/perf: wavetank_perf ROOT [--benchmark_...]. One iteration is a
// chunk of 64 episodes of R23 from reset to the last step; items are steps.
#include <benchmark/benchmark.h>

#include <cstdio>

#include "bench/perf/r23.h"

namespace wt {
namespace {

const ScenarioSetup* setup;

void RunEpisodes(benchmark::State& state, PerfActions actions) {
  PerfOptions options;
  options.actions = actions;
  options.episodes = options.chunk;
  u64 steps = 0;
  while (state.KeepRunning()) {
    const Result<PerfRun> run = RunPerf(*setup, options);
    if (!run) {
      state.SkipWithError(run.error().Text().c_str());
      return;
    }
    steps += run->steps;
    options.first_seed += options.episodes;
  }
  state.SetItemsProcessed(static_cast<int64_t>(steps));
}
BENCHMARK_CAPTURE(RunEpisodes, r23, PerfActions::kR23)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(RunEpisodes, uniform, PerfActions::kUniform)->Unit(benchmark::kMillisecond);

void Reset(benchmark::State& state) {
  WorldPool pool;
  u64 seed = 0;
  while (state.KeepRunning()) benchmark::DoNotOptimize(StartEpisode(*setup, pool, ++seed));
}
BENCHMARK(Reset)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace wt

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const wt::Result<wt::ScenarioSetup> setup = wt::PrepareR23(argc > 1 ? argv[1] : ".");
  if (!setup) {
    std::fprintf(stderr, "%s\n", setup.error().Text().c_str());
    return 3;
  }
  wt::setup = &*setup;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
