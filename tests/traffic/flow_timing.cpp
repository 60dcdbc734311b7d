// SPDX-License-Identifier: Apache-2.0
// What a solve costs. `flow_timing` prints times; `flow_timing --solves N KIND` just solves, for
// counting instructions: valgrind --tool=callgrind --toggle-collect='*SolveFlow*' ...
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/traffic/test_graphs.h"

namespace wt {
namespace {

TestApp App(const char* kind) {
  TestApp app = HotelSized();
  if (std::strcmp(kind, "failing") == 0) app.inputs[0].reach = 0;         // a database is gone
  if (std::strcmp(kind, "overload") == 0) app.inputs[9].servers = 1;      // a back end at the limit
  if (std::strcmp(kind, "overload") == 0) app.rps = 1500;
  return app;
}

void Solve(benchmark::State& state, const char* kind) {
  TestApp app = App(kind);
  int passes = 0;
  for (auto _ : state) {
    passes = app.Solve();
    benchmark::DoNotOptimize(app.client);
  }
  state.counters["passes"] = passes;
}

BENCHMARK_CAPTURE(Solve, healthy, "healthy");
BENCHMARK_CAPTURE(Solve, failing, "failing");
BENCHMARK_CAPTURE(Solve, overload, "overload");

void Step(benchmark::State& state) {
  TestApp app = App("overload");
  app.Solve();
  for (auto _ : state) benchmark::DoNotOptimize(app.Step(0.5f));
}
BENCHMARK(Step);

}  // namespace
}  // namespace wt

int main(int argc, char** argv) {
  if (argc == 4 && std::strcmp(argv[1], "--solves") == 0) {
    wt::TestApp app = wt::App(argv[3]);
    const int count = std::atoi(argv[2]);
    int passes = 0;
    for (int i = 0; i < count; ++i) passes += app.Solve();
    std::printf("%d solves, %d passes\n", count, passes);
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
