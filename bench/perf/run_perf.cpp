// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "bench/perf/clock.h"
#include "bench/perf/r23.h"

namespace wt {
namespace {

// What one thread does: chunks, one after the other, in its own pool.
struct Worker {
  WorldPool pool;
  u64 steps = 0;
  f64 cpu_s = 0;
  u32 observation_bytes = 0;
  std::optional<Error> error;

  void RunChunk(const ScenarioSetup& setup, const PerfOptions& options, u32 first, u32 count,
                PerfEpisode* out) {
    std::vector<std::unique_ptr<PerfEpisodeRunner>> running;
    running.reserve(count);
    const f64 start = ThreadCpuSeconds();
    for (u32 i = 0; i < count; ++i) {
      const u64 seed = options.first_seed + first + i;
      Result<StartedEpisode> started = StartEpisode(setup, pool, seed);
      if (!started) {
        error = started.error();
        return;
      }
      running.push_back(std::make_unique<PerfEpisodeRunner>(std::move(*started), setup, seed,
                                                            options.actions));
    }
    for (u32 s = 0; s < options.steps; ++s) {
      for (const auto& episode : running) episode->Step();
    }
    cpu_s += ThreadCpuSeconds() - start;
    steps += static_cast<u64>(options.steps) * count;
    for (u32 i = 0; i < count; ++i) out[i] = running[i]->Counts();
    observation_bytes = running.front()->ObservationBytes();
  }
};

}  // namespace

Result<PerfRun> RunPerf(const ScenarioSetup& setup, const PerfOptions& options) {
  PerfRun run;
  run.episodes.resize(options.episodes);
  std::vector<Worker> workers(static_cast<std::size_t>(std::max(options.threads, 1)));
  std::atomic<u32> next = 0;
  const auto work = [&](Worker& worker) {
    while (!worker.error) {
      const u32 first = next.fetch_add(options.chunk);
      if (first >= options.episodes) break;
      worker.RunChunk(setup, options, first, std::min(options.chunk, options.episodes - first),
                      run.episodes.data() + first);
    }
  };
  const f64 start = WallSeconds();
  std::vector<std::thread> threads;
  for (std::size_t t = 1; t < workers.size(); ++t) {
    threads.emplace_back(work, std::ref(workers[t]));
  }
  work(workers.front());
  for (std::thread& thread : threads) thread.join();
  run.wall_s = WallSeconds() - start;
  for (const Worker& worker : workers) {
    if (worker.error) return *worker.error;
    run.steps += worker.steps;
    run.cpu_s += worker.cpu_s;
    run.observation_bytes = std::max(run.observation_bytes, worker.observation_bytes);
  }
  return run;
}

}  // namespace wt
