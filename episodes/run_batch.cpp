// SPDX-License-Identifier: Apache-2.0
#include "episodes/run_batch.h"

#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace wt {
namespace {

struct Worker {
  WorldPool pool;
  std::unique_ptr<Policy> policy;
};

void InArena(std::size_t chunks, int threads, const std::function<void(std::size_t)>& run) {
  const int count = threads > 0 ? threads : static_cast<int>(std::thread::hardware_concurrency());
  tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                            static_cast<std::size_t>(count));
  tbb::task_arena arena(count);
  arena.execute([&] {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, chunks, 1),
                      [&](const auto& range) {
                        for (std::size_t c = range.begin(); c < range.end(); ++c) run(c);
                      },
                      tbb::simple_partitioner());
  });
}

}  // namespace

void ForEachTask(std::size_t tasks, int threads, const PolicyFactory& make_policy,
                 const std::function<void(std::size_t, Policy&)>& run) {
  tbb::enumerable_thread_specific<std::unique_ptr<Policy>> policies(make_policy);
  InArena(tasks, threads, [&](std::size_t task) { run(task, *policies.local()); });
}

std::vector<EpisodeResult> RunBatch(std::span<const EpisodeRequest> requests,
                                    const PolicyFactory& make_policy, const BatchOptions& options,
                                    std::vector<bool>* done) {
  std::vector<EpisodeResult> results(requests.size());
  const u32 chunk = std::max(options.chunk, 1u);
  const std::size_t chunks = (requests.size() + chunk - 1) / chunk;
  std::vector<u8> finished(chunks, 0);
  std::atomic<bool> stop = false;
  std::mutex listener;
  tbb::enumerable_thread_specific<Worker> workers;

  const auto run_one = [&](std::size_t c) {
    if (stop) return;
    const std::size_t from = c * chunk;
    const std::size_t count = std::min<std::size_t>(chunk, requests.size() - from);
    Worker& worker = workers.local();
    if (!worker.policy) worker.policy = make_policy();
    std::vector<EpisodeResult> part = RunChunk(requests.subspan(from, count), *worker.policy,
                                               worker.pool, options.chunk_options);
    std::move(part.begin(), part.end(), results.begin() + static_cast<std::ptrdiff_t>(from));
    finished[c] = 1;
    const std::span<EpisodeResult> chunk_results{results.data() + from, count};
    if (options.on_chunk) {
      const std::lock_guard lock(listener);
      if (!options.on_chunk(chunk_results)) stop = true;
    }
    if (!options.drop_actions) return;
    for (EpisodeResult& e : chunk_results) std::vector<TakenAction>().swap(e.actions);
  };

  InArena(chunks, options.threads, run_one);
  if (done != nullptr) {
    done->resize(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) (*done)[i] = finished[i / chunk] != 0;
  }
  return results;
}

}  // namespace wt
