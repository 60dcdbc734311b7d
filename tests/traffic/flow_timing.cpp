// SPDX-License-Identifier: Apache-2.0
// What a solve costs. `flow_timing` prints times; `flow_timing --solves N KIND` just solves, for
// counting instructions: valgrind --tool=callgrind --toggle-collect='wt::SolveFlow*' ...
// `flow_timing --digest` prints a hash of many answers, to compare builds.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/traffic/test_graphs.h"

namespace wt {
namespace {

TestApp App(const char* kind) {
  TestApp app = HotelSized();
  if (std::strcmp(kind, "failing") == 0) app.inputs[0].reach = 0;  // a database is gone
  if (std::strcmp(kind, "overload") == 0) {                        // its queue is half full
    app.inputs[0].slow = 800;
    app.services[0].backlog = 5e5f;
  }
  return app;
}

// A number that depends on every bit of the rows, over many loads and failures: the same on every
// build.
u64 Digest() {
  u64 digest = 0xcbf29ce484222325;
  const auto add = [&digest](const void* data, size_t size) {
    const u8* bytes = static_cast<const u8*>(data);
    for (size_t i = 0; i < size; ++i) digest = (digest ^ bytes[i]) * 0x100000001b3;
  };
  for (u32 round = 0; round < 400; ++round) {
    TestApp app = HotelSized();
    app.rps = 3.7f * static_cast<f32>(round);
    const size_t at = round % app.inputs.size();
    app.inputs[at].reach = 1.0f - 0.01f * static_cast<f32>(round % 97);
    app.inputs[(at + 3) % app.inputs.size()].slow = 1.0f + static_cast<f32>(round % 13);
    app.inputs[(at + 7) % app.inputs.size()].fail = 0.003f * static_cast<f32>(round % 31);
    for (int i = 0; i < 4; ++i) {
      app.Solve();
      app.Step(0.5f);
    }
    add(app.services.data(), app.services.size() * sizeof(FlowServiceRow));
    add(app.operations.data(), app.operations.size() * sizeof(FlowOperationRow));
    add(&app.client, sizeof(FlowClient));
  }
  return digest;
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
  if (argc == 2 && std::strcmp(argv[1], "--digest") == 0) {
    std::printf("%016llx\n", static_cast<unsigned long long>(wt::Digest()));
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
