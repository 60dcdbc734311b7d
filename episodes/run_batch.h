// SPDX-License-Identifier: Apache-2.0
// Any number of episodes on all cores: chunks of 64 worlds, each run to its end by one thread
// before the next, so that memory is bounded by threads x chunk worlds. Results do not depend on
// the number of threads or the chunk's size.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "agents/policy.h"
#include "episodes/run_episode.h"

namespace wt {

struct BatchOptions {
  int threads = 0;    // 0: all cores
  u32 chunk = 64;
  ChunkOptions chunk_options;
  // Called after each chunk, one call at a time, in the order in which chunks finish. May stop the
  // run by returning false: chunks not begun stay out (their episodes have steps == 0).
  std::function<bool(std::span<const EpisodeResult>)> on_chunk;
  // Results keep their actions only until on_chunk has seen them: the memory of a long call is then
  // that of its worlds at once, and some 200 bytes an episode.
  bool drop_actions = false;
};

// One policy per thread.
using PolicyFactory = std::function<std::unique_ptr<Policy>()>;

// Calls run(task, policy) once for every task < tasks, on `threads` threads (0: all cores). A
// policy belongs to one thread at a time.
void ForEachTask(std::size_t tasks, int threads, const PolicyFactory& make_policy,
                 const std::function<void(std::size_t, Policy&)>& run);

// Results in request order; `done[i]` (same size, out, optional) says which were run.
std::vector<EpisodeResult> RunBatch(std::span<const EpisodeRequest> requests,
                                    const PolicyFactory& make_policy, const BatchOptions& options,
                                    std::vector<bool>* done = nullptr);

}  // namespace wt
